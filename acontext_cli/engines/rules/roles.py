"""A call of a procedure in roles and derivations: `update_config(<service>, <setting>, <2 × the larger>)`."""

from acontext_cli.engines.rules.procedures import Procedure, argument_texts
from acontext_cli.trace.links import Setting
from acontext_cli.trace.quantities import words
from acontext_cli.trace.steps import Step


def called(procedure: Procedure, step: Step) -> str:
    """The call as the entry writes it."""
    arguments = (_role(procedure, step, name, value) for name, value in argument_texts(step))
    return f"{step.tool}({', '.join(dict.fromkeys(argument for argument in arguments if argument))})"


def _role(procedure: Procedure, step: Step, name: str, value: str) -> str:
    """The part that an argument plays: what the request names, what an earlier step found, a derivation."""
    thing = " ".join(word for word in words(name) if word not in ("name", "id")) or name
    for change in procedure.settings:
        if step.number == change.step and value == change.key:
            return "<setting>"
        if step.number == change.step and value == change.after:
            return _derivation(procedure, change)
    if procedure.symptom.names(value):
        return f"<{thing}>"
    place = _place(procedure, step.number, value) if len(value) > 2 else 0
    if place:
        return f"<{thing} from step {place}>"
    return f"<{thing}>" if len(value) > 2 and not value.isdigit() else ""


def _place(procedure: Procedure, before: int, value: str) -> int:
    """The number of the first listed step, of those made before a call, whose result holds the value; 0: of none."""
    numbered = ((place, shown) for place, group in enumerate(procedure.listed, 1) for shown in group)
    return next((place for place, shown in numbered if shown.number < before and value in shown.result), 0)


def _derivation(procedure: Procedure, change: Setting) -> str:
    numbers = [number.value for number in procedure.measured.values()]
    if change.old is None or change.new is None or not numbers:
        source = _place(procedure, change.step, change.after)
        return f"<value from step {source}>" if source else "<new value>"
    base = max(change.old.value, *numbers) if change.raised else min(change.old.value, *numbers)
    factor = f"{change.new.value / base:.2g}" if base else "1"
    return f"<{factor} × the {'larger' if change.raised else 'smaller'} of the two>"

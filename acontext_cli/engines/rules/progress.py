"""What was done and found in a task, in a few lines: the symptom as first seen, the changes, what the check showed."""

import re
from collections import Counter
from collections.abc import Iterator

from acontext_cli.engines.rules.outcomes import Check
from acontext_cli.injection import harmless
from acontext_cli.skills import one_line
from acontext_cli.trace.links import Symptom
from acontext_cli.trace.shell import command_of, is_shell, output
from acontext_cli.trace.steps import Step, Trace, values

_CHANGES = 3
_LOOKED_AT = 8_000
"""The symptom is looked for in so many characters of each result."""
_LINE = 160
_PATHS = ("file_path", "filePath", "path", "notebook_path")
_TEXTS = frozenset(("old_string", "new_string", "old_str", "new_str", "file_text", "content", "edits", "new_source"))
"""Arguments of an edit that say how a file is changed; which one it is says enough."""
_PATCHED = re.compile(r"^\*\*\* (?:Add|Update|Delete) File: (.+)$", re.MULTILINE)
_READS_CODE = frozenset(
    str.split("Read Grep Glob LS NotebookRead view rg WebFetch WebSearch Task Agent AskUserQuestion")
)
"""Tools of coding agents that show files and pages: what of them looks like the symptom is text about it."""
_GOES_INTO = re.compile(r"\A\s*cd \S+ *(?:&&|;|\n)\s*(?:\\\n\s*)?")
_NOTE = re.compile(r"Command running in background|<")


def progress(told: Trace, found: Check | None) -> Iterator[str]:
    """The lines of a task, in the order in which things happened."""
    if told.cut:
        yield f"the first {told.cut} calls lie too far back to be linked"
    seen = _symptom_line(told)
    looks = sum(step.kind == "look" for step in told.steps)
    if seen:
        yield one_line(seen, _LINE)
    if looks and (not seen or looks > 1):
        yield f"{looks} looks, {_tools(told)}"
    yield from _changes(told)
    if found:
        yield one_line(found.because, _LINE)


def _changes(told: Trace) -> Iterator[str]:
    """Each change once, however often it was made."""
    counted = Counter(one_line(f"{_called(step)}{_echo(step)}", _LINE - 8) for step in told.changes)
    for line, count in list(counted.items())[:_CHANGES]:
        yield f"{line} ×{count}" if count > 1 else line
    if len(counted) > _CHANGES:
        yield f"… and {len(counted) - _CHANGES} more changes"


def _called(step: Step) -> str:
    """A call as a person writes it: `check_logs(api-gateway)`; arguments that are no JSON object as they came."""
    return f"{step.tool}({one_line(_asked(step), 90)})"


def _asked(step: Step) -> str:
    command = command_of(step.arguments) if is_shell(step.tool) else ""
    if command:
        return _GOES_INTO.sub("", command) or command
    if files := _files(step):
        return ", ".join(map(_shortened, files))
    return ", ".join(values(step.arguments)) or ("" if step.raw.strip() in ("", "{}") else step.raw)


def _files(step: Step) -> list[str]:
    """The files that an edit or a patch is about."""
    patch = step.arguments.get("input", step.arguments.get("patch"))
    if isinstance(patch, str) and patch.lstrip().startswith("*** "):
        return list(dict.fromkeys(_PATCHED.findall(patch)))
    if not _TEXTS & step.arguments.keys():
        return []
    return [path for name in _PATHS if isinstance(path := step.arguments.get(name), str)]


def _shortened(path: str) -> str:
    """The end of a path, which tells files apart."""
    parts = path.split("/")
    return path if len(parts) < 5 else "…/" + "/".join(parts[-3:])


def _echo(step: Step) -> str:
    """The first line of the answer; of an edit it only says that it was made."""
    first = "" if _files(step) else output(step.result).strip().partition("\n")[0]
    short = first and len(first) < 100 and not _NOTE.match(first)
    return f" → {first}" if short and harmless(first) else ""


def _tools(told: Trace) -> str:
    counted = Counter(step.tool for step in told.steps if step.kind == "look")
    return ", ".join(f"{tool} ×{count}" if count > 1 else tool for tool, count in list(counted.items())[:4])


def _symptom_line(told: Trace) -> str:
    """The first line of a look that carries what the request complains of."""
    looks = [step for step in told.steps if _may_show(step)]
    symptom = Symptom(told.request[:1500]) if looks else None
    for step in looks:
        text = (output(step.result) if is_shell(step.tool) else step.result)[:_LOOKED_AT]
        if symptom and symptom.may_stand_in(text.lower()):
            for line in text.splitlines():
                if _readable(line) and symptom.on(line) and harmless(line):
                    return f"{_called(step)}: {line.strip()}"
    return ""


def _may_show(step: Step) -> bool:
    ran = step.kind == "look" or (step.kind == "test" and step.failed)
    return ran and bool(step.result) and step.tool not in _READS_CODE


def _readable(line: str) -> bool:
    return 3 < len(line) < 300 and line.lstrip()[:1] not in ("{", "[", '"')

"""What a text means as a YAML scalar: settings are compared by what they spell, `"60000"` is 60000."""

from typing import cast

KINDS = frozenset({"int", "float", "bool", "null"})


def scalar(text: str, tag: str | None = None) -> object:
    """The YAML scalar that a text spells: text, number, yes or no, nothing. ValueError where it is no such thing."""
    from yaml.constructor import SafeConstructor
    from yaml.nodes import ScalarNode
    from yaml.resolver import Resolver

    # A date stays the text it is: settings and log lines are shown as they were written.
    tag = tag or cast(str, Resolver().resolve(ScalarNode, text.strip(), (True, False)))  # type: ignore[no-untyped-call]
    if tag.rpartition(":")[2] not in KINDS:
        return text
    try:
        return cast(object, SafeConstructor().construct_object(ScalarNode(tag, text.strip())))
    except LookupError as error:
        raise ValueError(text) from error


def same(one: object, other: object) -> bool:
    """Whether two settings spell the same value; a yes is no 1."""
    one, other = meaning(one), meaning(other)
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return one == other


def meaning(value: object) -> object:
    """The value, where it is a text the scalar it spells."""
    if not isinstance(value, str):
        return value
    try:
        return scalar(value)
    except ValueError:
        return value

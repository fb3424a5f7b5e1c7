"""Tools made of dataclasses: one class is the schema a model sees, the validation of what it sends, and the value."""

import ast
import inspect
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Generic, TypeVar, cast, get_origin, get_type_hints

from acontext_cli.messages import Json, ToolCall
from acontext_cli.models import loading
from acontext_cli.skills import tokens

_T = TypeVar("_T")

_ALIASES = {"skill_name": "skill", "file_path": "file"}
"""What the tools of an agent call the same things: a model that knows those is understood."""
LONGEST = 20_000
"""A text that a model sends has at most so many characters."""


@dataclass(frozen=True)
class Tool(Generic[_T]):
    """A function that a model may call."""

    name: str
    kind: type[_T]
    """Its arguments: a frozen dataclass, the docstrings of which are what the model reads."""
    about: str
    """What it is for."""
    without: tuple[str, ...] = ()
    """Fields that the model is not asked for; they have defaults."""
    wanted: tuple[str, ...] = ()
    """Fields that it is told to give, though it is forgiven where it does not."""

    @cached_property
    def schema(self) -> Json:
        """In the OpenAI form."""
        parameters = _plain(self._adapter.json_schema())
        told = self._inherited
        properties = {
            name: {**told.get(name, {}), **part}
            for name, part in parameters["properties"].items()
            if name not in self.without
        }
        required = {*parameters.get("required", ()), *self.wanted}
        needed = [name for name in properties if name in required]
        given = {"type": "object", "properties": properties, "required": needed}
        return {"type": "function", "function": {"name": self.name, "description": self.about, "parameters": given}}

    def read(self, arguments: str) -> _T:
        """The value of a call's arguments. Raises ValueError in words for the model."""
        from pydantic import ValidationError

        given = {_ALIASES.get(name, name): value for name, value in _object(arguments).items()}
        hints = get_type_hints(self.kind)
        known = {field.name for field in fields(cast(Any, self.kind))} - {*self.without}
        # What is not asked for is left away rather than refused: small models add a `reasoning` of their own.
        meant = {name: _fitted(hints[name], value) for name, value in given.items() if name in known}
        try:
            return cast(_T, self._adapter.validate_python(meant))
        except ValidationError as error:
            raise ValueError("; ".join(f"{_place(each)}: {each['msg']}" for each in error.errors()[:5])) from error

    @property
    def _inherited(self) -> Mapping[str, Json]:
        """What base classes say of their fields; pydantic reads the docstrings of a class itself alone."""
        bases = [base for base in reversed(self.kind.__mro__[1:]) if is_dataclass(base)]
        return {name: {"description": said} for base in bases for name, said in _documented(base)}

    @cached_property
    def _adapter(self) -> Any:
        loading.wait()
        from pydantic import TypeAdapter

        return TypeAdapter(self.kind)


@dataclass(frozen=True)
class Toolbox:
    """The closed set of tools of one judgement."""

    tools: Sequence[Tool[Any]]

    @property
    def schemas(self) -> list[Json]:
        return [tool.schema for tool in self.tools]

    @cached_property
    def tokens(self) -> int:
        """About how much of a prompt they take."""
        return tokens(str(self.schemas))

    def read(self, call: ToolCall) -> object:
        """The value of a call. Raises ValueError in words for the model."""
        for tool in self.tools:
            if tool.name == call.name:
                return tool.read(call.arguments)
        raise ValueError(f"there is no tool {call.name[:60]!r}: the tools are {', '.join(self.names)}")

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(tool.name for tool in self.tools)


def _documented(kind: type[object]) -> Iterator[tuple[str, str]]:
    """The fields of a class with the docstring under each."""
    body = cast(ast.ClassDef, ast.parse(inspect.getsource(kind)).body[0]).body
    for field, under in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(under, ast.Expr):
            yield field.target.id, " ".join(str(cast(ast.Constant, under.value).value).split())


def _object(arguments: str) -> Mapping[str, object]:
    try:
        value = json.loads(arguments.strip() or "{}")
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the arguments are no JSON ({error}): send them again as one JSON object") from error
    if not isinstance(value, dict):
        raise ValueError("the arguments are no JSON object: send them by name")
    return value


def _fitted(kind: Any, value: object) -> object:
    """A value in the form that was meant: a single one for a list of one, a list of lines for a text."""
    if get_origin(kind) is tuple:
        if isinstance(value, str):
            value = [line.strip(" -\t") for line in value.split("\n")]
        elif not isinstance(value, list):
            value = [] if value is None else [value]
        return [_fitted(kind.__args__[0], item) for item in value[:50] if item not in ("", None)]
    if kind is str:
        return _text(value)
    if kind is int and isinstance(value, str) and value.strip("[]# ").isdecimal() and len(value) < 12:
        return int(value.strip("[]# "))
    return value


def _text(value: object) -> object:
    if isinstance(value, list):
        value = "\n".join(str(item) for item in value)
    elif value is None:
        return ""
    elif isinstance(value, int | float):
        value = str(value)
    # Half of a surrogate pair can be said in JSON and be written nowhere.
    return value[:LONGEST].encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _place(error: Any) -> str:
    return ".".join(map(str, error["loc"])) or "arguments"


def _plain(schema: Any) -> Any:
    """A JSON schema without the titles that pydantic makes of names, and without the line breaks of docstrings."""
    if isinstance(schema, Mapping):
        kept = {name: part for name, part in schema.items() if not (name == "title" and isinstance(part, str))}
        return {name: _plain(part) for name, part in kept.items() if name not in ("additionalProperties", "default")}
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    return " ".join(schema.split()) if isinstance(schema, str) else schema

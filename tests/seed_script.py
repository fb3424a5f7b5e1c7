"""The Python script of the end-to-end demo's description, where that lies beside the checkout: the tools' reference."""

import ast
import json
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

SEED = Path(__file__).parents[2] / "shared" / "seed" / "e2e-demo.md"

needs_seed = pytest.mark.skipif(not SEED.exists(), reason="the demo's description is not beside this checkout")


def _script() -> ast.Module:
    blocks = SEED.read_text(encoding="utf-8").split("```python\n")
    (script,) = [block.split("```")[0] for block in blocks if "ACT1_ENV = {" in block]
    return ast.parse(textwrap.dedent("    " + script.lstrip(" ")))


def data(name: str) -> object:
    """What the script assigns to a name at its top."""
    (value,) = [
        node.value
        for node in _script().body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name
    ]
    return ast.literal_eval(value)


def requests() -> list[object]:
    """What the user says in the acts, in order."""
    calls = [node for node in ast.walk(_script()) if isinstance(node, ast.Call)]
    return [ast.literal_eval(call.args[4]) for call in calls if getattr(call.func, "id", "") == "run_agent"]


def exec_mock_tool() -> Callable[[dict[str, object], str, dict[str, object]], str]:
    """The script's own tools."""
    (function,) = [node for node in _script().body if getattr(node, "name", "") == "exec_mock_tool"]
    names: dict[str, object] = {"json": json}
    exec(compile(ast.Module([function], []), str(SEED), "exec"), names)
    return names["exec_mock_tool"]  # type: ignore[return-value]

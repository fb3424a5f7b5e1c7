"""Imports go values ← files ← flow ← surface, and what is slow to import is imported where it is used."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

PACKAGE = ROOT / "acontext_cli"
LAYERS = (
    (
        "values",
        {
            "",
            "errors",
            "messages",
            "tasks",
            "distillations",
            "records",
            "skills",
            "edits",
            "merges",
            "trace",
            "formats",
            "secrets",
            "exports",
            "injection",
        },
    ),
    ("files", {"files", "session", "workspace", "store", "ledger", "reads", "redaction", "linking", "packing"}),
    (
        "flow",
        {
            "model",
            "models",
            "conversation",
            "recall",
            "engines",
            "gates",
            "rot",
            "learned",
            "reviewing",
            "pipeline",
            "undo",
            "demo",
            "prompts",
            "importing",
        },
    ),
    ("surface", {"api", "config", "show", "cli", "__main__"}),
)
NEVER_FIRST = {"asyncio", "frontmatter", "httpx", "importlib.metadata", "logging", "openai", "pydantic", "rich", "yaml"}
NEVER_OFFLINE = {"openai", "httpx", "httpx2", "pydantic", "anyio", "asyncio"}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "_bundled" not in path.parts)


def noun(name: str) -> str:
    """The part of a dotted module name that says its layer."""
    return (name.removeprefix("acontext_cli").removeprefix(".").split(".") or [""])[0]


def layer(name: str) -> int:
    return next(number for number, (_, nouns) in enumerate(LAYERS) if name in nouns)


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            yield node.module or ""
            if node.module == "acontext_cli":
                yield from (f"acontext_cli.{alias.name}" for alias in node.names if not alias.name.startswith("_"))


def at_module_level(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from imported(node)


@pytest.mark.parametrize("path", modules(), ids=dotted)
def test_imports_go_towards_the_values(path: Path) -> None:
    here = noun(dotted(path))
    if not here:
        return  # the package itself hands out `Workspace`, lazily
    ours = [name for name in imported(ast.parse(path.read_bytes())) if name.startswith("acontext_cli.")]
    assert [name for name in ours if layer(noun(name)) > layer(here)] == []


def test_every_module_has_a_layer() -> None:
    known = {name for _, nouns in LAYERS for name in nouns}
    assert {noun(dotted(path)) for path in modules()} - known == set()


@pytest.mark.parametrize("path", modules(), ids=dotted)
def test_what_is_slow_is_imported_where_it_is_used(path: Path) -> None:
    first = set(at_module_level(ast.parse(path.read_bytes())))
    assert {name for name in first if name in NEVER_FIRST or name.split(".")[0] in NEVER_FIRST} == set()


@pytest.mark.parametrize("path", modules(), ids=dotted)
def test_no_module_is_longer_than_can_be_read_in_one_go(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def loaded_by(*args: str, cwd: Path, input: str = "") -> set[str]:
    """The modules that a command has loaded when it ends."""
    code = "import sys, atexit; atexit.register(lambda: print(*sys.modules, file=sys.stderr, sep='\\n')); "
    code += f"sys.argv = ['acontext', *{list(args)!r}]; from acontext_cli.cli import main; main()"
    run, env = [sys.executable, "-c", code], {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(run, cwd=cwd, input=input, capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 0, done.stderr
    return {name.split(".")[0] for name in done.stderr.split()}


@pytest.fixture
def workspace(cli) -> Path:  # type: ignore[no-untyped-def]
    cli("session", "new", "--name", "monday")
    cli("record", "monday", "-", input='{"role": "user", "content": "Always use pytest -q here."}\n')
    return Path(cli.root)


@pytest.mark.parametrize(
    "args",
    [
        ["--version"],
        ["session", "list"],
        ["session", "show", "monday"],
        ["record", "monday", "-"],
        ["learn", "monday"],
        ["skill", "list"],
        ["recall"],
        ["status"],
        ["config"],
        ["link", "--list"],
        ["import", "--dry-run"],
    ],
    ids=" ".join,
)
def test_off_the_model_path_nothing_of_a_model_is_loaded(workspace: Path, args: list[str]) -> None:
    message = '{"role": "assistant", "content": "Done."}\n'
    assert loaded_by(*args, cwd=workspace, input=message) & (NEVER_OFFLINE | {"rich"}) == set()


def test_the_package_hands_out_its_workspace_without_the_command_line() -> None:
    code = "import sys; from acontext_cli import Workspace; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert loaded & (NEVER_OFFLINE | {"rich", "typer", "click", "yaml", "frontmatter"}) == set()

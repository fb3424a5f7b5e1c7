"""Makes what is shown of the demo from the demo itself: docs/demo.svg, the README's block, the committed skills.

Run it after a change: `python docs/build.py`. A test says when it is due.
"""

import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"(<!-- demo output -->\n```text\n).*?(```\n)", re.DOTALL)
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


def main() -> None:
    with TemporaryDirectory() as folder:
        shown = excerpt(on_a_terminal(Path(folder)))
        shutil.rmtree(ROOT / "skills_store", ignore_errors=True)
        shutil.copytree(Path(folder, "acontext-demo", "skills_store"), ROOT / "skills_store")
    (ROOT / "docs" / "demo.svg").write_text(svg(shown), encoding="utf-8", newline="\n")
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    readme.write_text(with_block(text, ESCAPES.sub("", shown)), encoding="utf-8", newline="\n")


def on_a_terminal(folder: Path) -> str:
    """What `acontext demo run` prints in a terminal of 80 columns."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("ACONTEXT_", "NO_COLOR"))},
        "PYTHONPATH": str(ROOT),
        "TERM": "xterm-256color",
        "COLUMNS": "80",
    }
    screen, keyboard = pty.openpty()
    command = [sys.executable, "-m", "acontext_cli", "demo", "run"]
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=keyboard, stdin=keyboard)  # noqa: S603
    os.close(keyboard)
    read = bytearray()
    while part := _read(screen):
        read += part
    if process.wait():
        raise SystemExit("the demo failed: run it to see why")
    return read.decode("utf-8").replace("\r\n", "\n")


def excerpt(shown: str) -> str:
    """The first act and the report; the acts between are left out."""
    lines = shown.split("\n")
    rules = [number for number, line in enumerate(lines) if "=====" in line]
    first_act, report = lines[: rules[2]], lines[rules[-2] :]
    return "\n".join([*first_act, "  …", "", *report]).strip("\n") + "\n"


def with_block(readme: str, shown: str) -> str:
    """The README with this output in its place."""
    if not BLOCK.search(readme):
        raise SystemExit("README.md has no block under <!-- demo output -->")
    return BLOCK.sub(lambda found: found[1] + shown + found[2], readme)


def svg(shown: str) -> str:
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=80, file=nowhere, force_terminal=True)
        console.print(Text("$ acontext demo run", style="bold"))
        console.print(Text.from_ansi(shown))
        picture = console.export_svg(title="acontext demo run", unique_id="demo")
    return re.sub(r',\s*url\("https:[^)]*\) format\("\w+"\)', "", picture)  # no font from elsewhere


def _read(screen: int) -> bytes:
    try:
        return os.read(screen, 65536)
    except OSError:  # how Linux says that nobody writes any more
        return b""


if __name__ == "__main__":
    main()

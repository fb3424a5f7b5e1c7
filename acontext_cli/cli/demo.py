"""`acontext demo …`"""

from pathlib import Path
from typing import Annotated

import typer

from acontext_cli.api.demo_folder import HERE, DemoFolder
from acontext_cli.cli.nouns import AsJson, Yes, confirm
from acontext_cli.errors import AcontextError
from acontext_cli.show.text import as_json, counted, say

app = typer.Typer(
    name="demo",
    help="Incidents on mock tools: learned from, then solved with what was learned.",
    epilog="Example: acontext demo run",
)

Folder = Annotated[Path, typer.Option("--dir", metavar="DIR", help="The workspace that it leaves.")]


def scenario_names(incomplete: str) -> list[str]:
    from acontext_cli.demo.scenario import bundled

    return [name for name in bundled() if name.startswith(incomplete)]


@app.command("run", epilog="Example: acontext demo run --scenario devops-502 --dir /tmp/demo")
def run(
    scenario: Annotated[
        str, typer.Option(metavar="NAME|FILE", help="What to play.", autocompletion=scenario_names)
    ] = "devops-502",
    dir: Folder = HERE,
    model: Annotated[
        str, typer.Option(metavar="NAME", help="Let this model play and learn: see config; claude and codex work too.")
    ] = "",
    repeat: Annotated[int, typer.Option(min=1, max=50, metavar="N", help="With --model: play each act N times.")] = 1,
    json: AsJson = False,
) -> None:
    """Play the acts of a scenario: offline, with no key and no network, or with a model."""
    from acontext_cli.api.demo import play_demo
    from acontext_cli.show.demo import Live, Silent
    from acontext_cli.show.report import as_reported, report

    if repeat > 1 and not model:
        raise AcontextError("the scripted agent plays the same every time: --repeat goes with --model NAME")
    show = Silent() if json else Live(dir / "skills_store" / "default")
    demo = play_demo(scenario, dir, show, model=model, repeat=repeat)
    if json:
        as_json(as_reported(demo))
    else:
        report(demo, dir)


@app.command("clean", epilog="Example: acontext demo clean --yes")
def clean(dir: Folder = HERE, yes: Yes = False) -> None:
    """Remove the workspace that the demo left."""
    folder = DemoFolder.at(dir)
    confirm(f"Remove the demo's workspace {str(dir)!r} ({counted(folder.sessions, 'session')})?", yes)
    left = folder.remove()
    say(f"removed {dir}" + (f"; {counted(left, 'file')} of yours stayed there" if left else ""))

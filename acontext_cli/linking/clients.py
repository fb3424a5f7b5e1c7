"""Where clients load skills, and how much of a catalog they show. Most of them read `.agents/skills`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from acontext_cli.errors import AcontextError

AGENTS = ".agents/skills"
DEFAULT = ("agents", "claude-code")

_CONTEXT = 200_000 * 4  # characters of a usual context window; two in a hundred of them are the catalog's


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much of a catalog is shown to the model."""

    client: str
    each: int
    """Characters of one description."""
    total: int
    """Characters of all names and descriptions."""


CODEX = Budget(client="Codex", each=1_024, total=8_000)
CLAUDE_CODE = Budget(client="Claude Code", each=1_536, total=_CONTEXT * 2 // 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One client, or the folder that many share."""

    name: str
    project: str = AGENTS
    """Where it loads the skills of a project, from the project's folder; empty: nowhere."""
    user: str = AGENTS
    """Where it loads the user's own, from the home folder; empty: nowhere."""
    variable: str = ""
    """The environment variable that names another folder for the user's own; `skills` lies in it."""
    budget: Budget = CODEX

    def own(self, env: Mapping[str, str]) -> tuple[Path, str]:
        """Where it loads the user's own skills: a folder that is there, and the rest of the way."""
        if self.variable and env.get(self.variable):
            chosen = Path(env[self.variable]).absolute().resolve()
            return chosen.parent, f"{chosen.name}/skills"
        return Path(env["HOME"]), self.user


CLIENTS: Mapping[str, Client] = {
    client.name: client
    for client in (
        Client(name="agents"),
        Client(
            name="claude-code",
            project=".claude/skills",
            user=".claude/skills",
            variable="CLAUDE_CONFIG_DIR",
            budget=CLAUDE_CODE,
        ),
        Client(name="codex", variable="CODEX_HOME"),
        Client(name="cursor"),
        Client(name="gemini-cli"),
        Client(name="copilot"),
        Client(name="opencode"),
        Client(name="goose"),
        Client(name="amp"),
        Client(name="pi"),
        Client(name="openclaw"),
        Client(name="letta", user=""),
        Client(name="antigravity", user=".gemini/antigravity/skills"),
        Client(name="antigravity-cli", user=".gemini/antigravity-cli/skills"),
        Client(name="hermes", project="", user=".hermes/skills/acontext"),
        Client(name="factory", project=".factory/skills", user=".factory/skills"),
        Client(name="kiro", project=".kiro/skills", user=".kiro/skills"),
        Client(name="roo", project=".roo/skills", user=".roo/skills"),
        Client(name="windsurf", project=".windsurf/skills", user=".codeium/windsurf/skills"),
    )
}


def clients(names: Sequence[str]) -> list[Client]:
    """The clients of these names."""
    unknown = next((name for name in names if name not in CLIENTS), None)
    if unknown is not None:
        raise AcontextError(f"there is no client {unknown!r:.80}: use one of {', '.join(CLIENTS)}")
    return [CLIENTS[name] for name in dict.fromkeys(names)]

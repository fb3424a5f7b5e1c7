"""The folder that sessions and skills belong to, known by its .acontext/config.yaml."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from acontext_cli.errors import AcontextError
from acontext_cli.files import make_folders, write_whole
from acontext_cli.session import Session, Sessions
from acontext_cli.session.clock import now

_MACHINE = ".acontext"
_CONFIG = "config.yaml"
_IGNORED = b"*\n!.gitignore\n!config.yaml\n"


@dataclass(frozen=True, slots=True)
class WorkspaceFolder:
    """One workspace. It is not looked at before something is asked of it."""

    root: Path

    @classmethod
    def find(cls, start: Path, *, chosen: Path | None, env: Mapping[str, str]) -> "WorkspaceFolder":
        """The chosen one, else that of ACONTEXT_WORKSPACE, else the nearest upwards, else the user's own."""
        if chosen is None and env.get("ACONTEXT_WORKSPACE"):
            chosen = Path(env["ACONTEXT_WORKSPACE"])
        if chosen is not None:
            return _chosen(cls(chosen.absolute()))
        found = cls.nearest(start, env=env) or cls.of_user(env=env)
        if found is None or not found.exists:
            raise AcontextError("no workspace here: acontext init")
        return found

    @classmethod
    def nearest(cls, start: Path, *, env: Mapping[str, str]) -> "WorkspaceFolder | None":
        """The nearest one upwards, if there is any."""
        here = start.absolute()
        folders = (cls(folder) for folder in (here, *here.parents) if not _is_home(folder, env))
        return next((found for found in folders if found.exists), None)

    @classmethod
    def of_user(cls, *, env: Mapping[str, str]) -> "WorkspaceFolder | None":
        """The user's own, whether it is there or not; none without a home."""
        return next(map(cls, user_folder(env)), None)

    @classmethod
    def init(
        cls, folder: Path, config: str = "", *, env: Mapping[str, str] = os.environ
    ) -> tuple["WorkspaceFolder", bool]:
        """Make a folder a workspace, or complete one. Tells too whether it was none before."""
        found = cls(folder.absolute())
        if _is_home(found.root, env):
            raise AcontextError("the home folder is no workspace: acontext init --user, or acontext init in a project")
        made = not found.exists
        found._fill(config)
        return found, made

    @property
    def exists(self) -> bool:
        return self.config_file.is_file()

    @property
    def machine(self) -> Path:
        """The machine's part."""
        return self.root / _MACHINE

    @property
    def config_file(self) -> Path:
        return self.machine / _CONFIG

    @property
    def sessions(self) -> Path:
        return self.machine / "sessions"

    @property
    def skills_store(self) -> Path:
        """The person's part."""
        return self.root / "skills_store"

    def new_session(
        self,
        *,
        name: str = "",
        space: str = "default",
        date: str = "",
        source: str = "record",
        id: str = "",
        created: str = "",
        more: Mapping[str, str] | None = None,
    ) -> Session:
        """A new session. Where none is given its id is a random UUID and its time is now; `more`: see `About`."""
        from uuid import uuid4  # 11 ms that only a new session pays

        id, created = id or str(uuid4()), created or now()
        return Session.create(
            self.sessions, id=id, created=created, name=name, space=space, date=date, source=source, more=more
        )

    def imported(self, id: str) -> Session | None:
        """The session of exactly this id, if it is there."""
        found = sorted(self.sessions.glob(f"[!.]*-{id}"))
        return Session.open(found[0]) if found else None

    @property
    def session_count(self) -> int:
        """How many sessions there are."""
        return Sessions(self.sessions).count

    def session_folders(self) -> list[Path]:
        """The folders of all sessions, newest first."""
        return Sessions(self.sessions).folders()

    def newest(self, count: int | None = None) -> list[Session]:
        """The newest sessions (all without a count), newest first; those that cannot be read are passed over."""
        return Sessions(self.sessions).newest(count)

    def problems(self) -> list[str]:
        """Why sessions cannot be read, a sentence for each."""
        return Sessions(self.sessions).problems()

    def find_session(self, ref: str) -> Session:
        """The session with this id, beginning of an id, or name; `@last` is the one last recorded into."""
        return Sessions(self.sessions).find(ref)

    def _fill(self, config: str) -> None:
        make_folders(self.machine, 0o700)  # transcripts are nobody else's business
        for name in ("sessions", "history", "spaces"):
            make_folders(self.machine / name)
        if not (self.machine / ".gitignore").exists():
            write_whole(self.machine / ".gitignore", _IGNORED)
        if not self.exists:  # last: it makes the folder a workspace
            write_whole(self.config_file, config.encode())


def user_folder(env: Mapping[str, str], platform: str = sys.platform) -> tuple[Path, ...]:
    """The user's own workspace in the platform's data folder, whether it is there or not; none without a home."""
    data, home = env.get("XDG_DATA_HOME", ""), env.get("HOME", "")
    if platform != "darwin" and Path(data).is_absolute():
        return (Path(data) / "acontext",)
    if not home:
        return ()
    return (Path(home) / ("Library/Application Support" if platform == "darwin" else ".local/share") / "acontext",)


def _chosen(found: WorkspaceFolder) -> WorkspaceFolder:
    if not found.exists:
        raise AcontextError(f"{str(found.root)!r} is no workspace: acontext init there, or choose another")
    return found


def _is_home(folder: Path, env: Mapping[str, str]) -> bool:
    """Another program keeps credentials in ~/.acontext, so the home folder is never taken for a workspace."""
    return env.get("HOME", "") != "" and folder == Path(env["HOME"])

"""Guards that hold for every test (the real home cannot be written, nothing reaches a network, no setting leaks in)
and the `cli` fixture, which runs commands in a workspace of their own."""

import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import settings
from typer.testing import CliRunner, Result

# How long an example takes says more of the machine than of the code. `HYPOTHESIS_PROFILE=thorough` looks longer.
settings.register_profile("quick", deadline=None, max_examples=50)
settings.register_profile("thorough", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

REAL_HOME = Path.home().resolve()
ROOT = Path(__file__).resolve().parent.parent
FOLDERS = [Path(folder).resolve() for folder in (ROOT, tempfile.gettempdir(), sys.prefix, sys.base_prefix)]
# A folder that holds the home itself (a home below /tmp, a prefix of /) must not open it.
ALLOWED = tuple(folder for folder in FOLDERS if folder not in REAL_HOME.parents)
WRITES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.symlink", "os.link", "os.truncate"}
CONNECTS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class TheRealHomeIsNotForTests(Exception):
    """A test was about to write below the home folder of whoever runs it."""


class TheNetworkIsNotForTests(Exception):
    """A test was about to talk to another machine."""


@dataclass
class Guards:
    armed: bool = False
    loopback: bool = False

    def __call__(self, event: str, args: tuple[object, ...]) -> None:
        if not self.armed:
            return
        if event == "open":
            self.opens(args[0], args[2])
        elif event in WRITES:
            self.writes(args[0])
        elif event in CONNECTS:
            self.connects(args[1])
        elif event == "socket.getaddrinfo":
            self.connects((args[0],))

    def opens(self, path: object, flags: object) -> None:
        if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC):
            self.writes(path)

    def writes(self, path: object) -> None:
        if not isinstance(path, str | os.PathLike):
            return
        target = Path(os.path.realpath(path))
        if target.is_relative_to(REAL_HOME) and not any(map(target.is_relative_to, ALLOWED)):
            raise TheRealHomeIsNotForTests(str(target))

    def connects(self, address: object) -> None:
        if not isinstance(address, tuple):
            return  # a Unix socket stays on this machine
        if not (self.loopback and address[0] in LOOPBACK):
            raise TheNetworkIsNotForTests(str(address))


guards = Guards()
sys.addaudithook(guards)


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of its own, none of our settings, and the guards up."""
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith(("OPENAI_", "ACONTEXT_", "XDG_")):
            monkeypatch.delenv(name)
    for name, folder in {"HOME": "", "XDG_DATA_HOME": ".local/share", "XDG_CONFIG_HOME": ".config"}.items():
        monkeypatch.setenv(name, str(home / folder))
    guards.armed = True
    yield home
    guards.armed = False


@pytest.fixture
def loopback() -> Iterator[None]:
    """For a test that starts a server of its own on this machine."""
    guards.loopback = True
    yield
    guards.loopback = False


@dataclass
class Cli:
    """Commands in one workspace, as typed: `cli("session", "list")` is what is printed."""

    root: Path
    runner: CliRunner = field(default_factory=CliRunner)

    def run(self, *args: object, input: str | bytes = "") -> Result:
        from acontext_cli.cli import app

        result = self.runner.invoke(app, [str(arg) for arg in args], input=input, prog_name="acontext")
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def __call__(self, *args: object, input: str | bytes = "") -> str:
        result = self.run(*args, input=input)
        assert result.exit_code == 0, result.output
        return str(result.stdout)

    def refused(self, *args: object, input: str | bytes = "") -> str:
        """The one line with which it was refused."""
        result = self.run(*args, input=input)
        assert result.exit_code == 1, result.output
        return str(result.stderr)


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Commands in a fresh workspace, which is the working folder."""
    root = tmp_path / "work"
    root.mkdir()
    monkeypatch.chdir(root)
    cli = Cli(root)
    cli("init")
    return cli

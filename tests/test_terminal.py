"""What a terminal and a pipe get, from processes of their own."""

import os
import pty
import subprocess
import sys
from pathlib import Path
from select import select

import pytest
from conftest import ROOT, Cli

MESSAGE = '{"role": "user", "content": "\\u001b[2Jhello [bold]there[/bold]", "at": "2026-03-26T09:12:03Z"}\n'
PATIENCE = 40
ACONTEXT = [sys.executable, "-m", "acontext_cli"]


@pytest.fixture
def monday(cli: Cli) -> Path:
    """A workspace with a session of that name."""
    cli("session", "new", "--name", "monday")
    cli("record", "monday", input=MESSAGE)
    return cli.root


def environment(**more: str) -> dict[str, str]:
    # Buffered as where people type: what cannot be written shows when the buffer is emptied.
    return {
        **os.environ,
        "PYTHONUNBUFFERED": "",
        "PYTHONPATH": str(ROOT),
        "TERM": "xterm-256color",
        "COLUMNS": "80",
        **more,
    }


def on_a_terminal(folder: Path, *args: str, keys: bytes = b"", after: bytes = b"", **more: str) -> tuple[str, int]:
    """What a command shows there, and its exit code; keys are pressed once `after` was shown."""
    screen, keyboard = pty.openpty()
    process = subprocess.Popen(
        [*ACONTEXT, *args], cwd=folder, stdin=keyboard, stdout=keyboard, stderr=keyboard, env=environment(**more),
        start_new_session=True, preexec_fn=lambda: os.close(os.open(os.ttyname(keyboard), os.O_RDWR)),
    )  # fmt: skip
    os.close(keyboard)
    shown, pressed = bytearray(), 0
    while part := read(screen):
        shown += part
        # A signal that comes just before the program waits for a key does not wake it: the key is pressed again.
        while keys and after in shown and not select([screen], [], [], 0.5 if pressed else 0)[0]:
            if pressed == PATIENCE:
                process.kill()
                break
            os.write(screen, keys)
            pressed += 1
    os.close(screen)
    return shown.decode("utf-8").replace("\r\n", "\n"), process.wait(timeout=30)


def read(screen: int) -> bytes:
    try:
        return os.read(screen, 65536)
    except OSError:  # how Linux says that nobody writes any more
        return b""


def test_a_transcript_has_colours_on_a_terminal_and_none_of_its_own(monday: Path) -> None:
    shown, code = on_a_terminal(monday, "session", "show", "monday")
    assert code == 0
    assert "(space default)\x1b[0m\n\n\x1b[1;32m2026-03-26 09:12:03  user\x1b[0m\n" in shown
    assert "  ␛[2Jhello [bold]there[/bold]\n" in shown


def test_no_color_is_respected(monday: Path) -> None:
    shown, _ = on_a_terminal(monday, "session", "show", "monday", NO_COLOR="1")
    assert "\x1b" not in shown
    assert "user" in shown


def test_a_list_is_cut_to_the_width_of_the_terminal(monday: Path) -> None:
    shown, _ = on_a_terminal(monday, "skill", "list", COLUMNS="60")
    assert {len(line) for line in shown.splitlines()} == {60}


def test_ctrl_c_ends_with_130_and_without_a_traceback(monday: Path) -> None:
    shown, code = on_a_terminal(monday, "record", "monday", keys=b"\x03", after=b"end with Ctrl-D")
    assert code == 130
    assert "Traceback" not in shown


def test_a_question_is_asked_on_a_terminal_and_no_is_heard(monday: Path) -> None:
    shown, code = on_a_terminal(monday, "session", "delete", "monday", keys=b"n\n", after=b"[y/N]: ")
    assert (code, shown.splitlines()[-1].strip()) == (1, "acontext: nothing was deleted")
    shown, code = on_a_terminal(monday, "session", "delete", "monday", keys=b"\x04", after=b"[y/N]: ")
    assert (code, shown.splitlines()[-1].strip()) == (1, "acontext: nothing was deleted")
    shown, code = on_a_terminal(monday, "session", "delete", "monday", keys=b"\x03", after=b"[y/N]: ")
    assert (code, "Traceback" in shown, "Aborted" in shown) == (130, False, False)
    _, code = on_a_terminal(monday, "session", "delete", "monday", keys=b"y\n", after=b"[y/N]: ")
    assert code == 0


def test_a_reader_that_goes_away_is_no_error_to_speak_of(monday: Path) -> None:
    command = f"'{sys.executable}' -m acontext_cli recall --json | true"
    done = subprocess.run(
        ["bash", "-c", command], cwd=monday, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.stderr == ""


def test_a_full_disk_behind_the_output_is_one_line(monday: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no /dev/full here")
    with full.open("wb") as out:
        command = [*ACONTEXT, "session", "list"]
        done = subprocess.run(command, cwd=monday, env=environment(), stdout=out, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1
    assert b"acontext: the output: No space left on device\n" in done.stderr
    assert b"Traceback" not in done.stderr


def shell(folder: Path, command: str) -> tuple[int, str]:
    """What a command says on stderr where bash sets up its streams, and its exit code."""
    done = subprocess.run(
        ["bash", "-c", f"'{sys.executable}' -m acontext_cli {command}"],
        cwd=folder, env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("record monday <&-", "nothing to read on standard input: acontext record SESSION FILE, or messages in a pipe"),
        ("session delete monday <&-", "Delete the session 'monday' with its transcript? There is no terminal to ask: "
         "add --yes"),
        ("session list >&-", "the output is closed: send it to /dev/null where nobody reads it"),
        ("--version >&-", "the output is closed: send it to /dev/null where nobody reads it"),
        ("--version >/dev/full", "the output: No space left on device"),
        ("--help >/dev/full", "the output: No space left on device"),
    ],
)  # fmt: skip
def test_a_stream_that_is_closed_or_full_is_one_line(monday: Path, command: str, said: str) -> None:
    assert shell(monday, command) == (1, f"acontext: {said}\n")


def test_without_a_place_for_errors_a_command_works(monday: Path) -> None:
    assert shell(monday, "session list 2>&-") == (0, "")
    assert shell(monday, "session show nothing 2>&-") == (1, "")


def test_a_terminal_that_is_not_utf_8_gets_what_it_can_show(monday: Path) -> None:
    command = [*ACONTEXT, "session", "show", "monday"]
    done = subprocess.run(
        command, cwd=monday, env=environment(PYTHONIOENCODING="ascii"), capture_output=True, check=True
    )
    assert b"\\u241b[2Jhello" in done.stdout


def completed(cli: Cli, monkeypatch: pytest.MonkeyPatch, words: str) -> list[str]:
    monkeypatch.setenv("_ACONTEXT_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", f"acontext {words}")
    monkeypatch.setenv("COMP_CWORD", str(len(words.split(" "))))
    return cli.run().stdout.splitlines()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("ses", ["session"]),
        ("session show mo", ["monday"]),
        ("session show ", ["@last", "monday"]),
        ("learn m", ["monday"]),
        ("skill show da", ["daily-logs"]),
        ("recall ", ["daily-logs", "user-general-facts"]),
        ("skill list --space d", ["default"]),
        ("demo run --scenario dev", ["devops-502"]),
    ],
)
def test_the_shell_completes_what_there_is(
    cli: Cli, monday: Path, monkeypatch: pytest.MonkeyPatch, words: str, offered: list[str]
) -> None:
    assert completed(cli, monkeypatch, words) == offered


def test_completion_without_a_workspace_offers_nothing(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "".join(completed(cli, monkeypatch, "session show ")) == ""

"""What session.json says of a session. What comes from outside is checked here: some of it becomes a folder's name."""

import json
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path

from acontext_cli.errors import AcontextError
from acontext_cli.files import content

FORMAT = 1
FILE = "session.json"
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a session is called and where it belongs."""

    id: str
    name: str
    space: str
    date: str
    """What its entries are dated with, YYYY-MM-DD; empty: the day of its last message."""
    created: str
    """ISO 8601, UTC."""
    source: str
    """What recorded it; of an import the format of its file."""
    agent: str = ""
    """Which program held the conversation, e.g. `claude-code`."""
    version: str = ""
    """That program's version."""
    model: str = ""
    project: str = ""
    """The folder that it was held in."""
    branch: str = ""
    parent: str = ""
    """Id of the session whose agent started this one."""
    forked: str = ""
    """Id of the session that this one goes on from."""
    secrets: str = ""
    """`cut`: placeholders stand for them in the transcript; `kept`: they may stand there as they came."""

    def data(self) -> bytes:
        said = {name: text for name, text in asdict(self).items() if text or name in _NEEDED}
        return (json.dumps({"format": FORMAT, **said}, ensure_ascii=True, indent=2) + "\n").encode()

    @property
    def folder(self) -> str:
        """The folder's name; these sort by time."""
        return f"{self.created.replace('-', '').replace(':', '')}-{self.id}"


_NEEDED = {field.name for field in fields(About) if field.default is MISSING}


def made(*, id: str, created: str, name: str, space: str, date: str, source: str, **more: str) -> About:
    """The same, checked. `more`: the fields that may be empty."""
    if name.startswith("@") or not name.isprintable():
        raise AcontextError(f"{name!r} cannot be a session's name: use printable text that does not begin with '@'")
    if len(name) > LONGEST_NAME:
        raise AcontextError(f"the name {name[:20] + '…'!r} is too long: use up to {LONGEST_NAME} characters")
    if date and _day(date) != date:
        raise AcontextError(f"{date!r} is no date: write it as YYYY-MM-DD")
    _plain("id", id)
    _plain("space", space)
    return About(id=id, name=name, space=space, date=date, created=_time(created), source=source, **more)


def opened(folder: Path) -> About:
    """What the session of a folder is."""
    path = folder / FILE
    try:
        record = json.loads(content(path))
    except FileNotFoundError as error:
        raise AcontextError(f"no session in {str(folder)!r}: acontext session list") from error
    except OSError as error:
        raise AcontextError(f"{str(path)!r} was not read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise AcontextError(f"{str(path)!r} is no JSON: mend it, or remove the folder") from error
    return _read(path, record)


def _read(path: Path, record: object) -> About:
    if not isinstance(record, dict):
        raise AcontextError(f"{str(path)!r} is no JSON object: mend it, or remove the folder")
    version = record.pop("format", None)
    if isinstance(version, int) and version > FORMAT:
        raise AcontextError(f"{str(path)!r} has form {version} of a newer acontext: update acontext to read it")
    names = {field.name for field in fields(About)}
    known = _NEEDED <= record.keys() <= names
    if version != FORMAT or not known or not all(isinstance(value, str) for value in record.values()):
        raise AcontextError(f"{str(path)!r} is not what acontext wrote: mend it, or remove the folder")
    _plain("space", record["space"])
    return About(**record)


def _plain(what: str, text: str) -> None:
    if not (text.isascii() and text.replace("-", "").replace("_", "").isalnum() and len(text) <= 64 and text[0] != "-"):
        raise AcontextError(f"{text!r} cannot be a session's {what}: use up to 64 letters, digits, '-' and '_'")


def _day(text: str) -> str:
    from datetime import date

    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _time(text: str) -> str:
    from datetime import UTC, datetime

    try:
        time = datetime.fromisoformat(text)
        utc = (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise AcontextError(f"{text!r} is no time: write it as in 2026-03-26T10:00:00Z") from error
    return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")

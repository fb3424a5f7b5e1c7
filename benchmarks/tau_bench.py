"""What is made of real transcripts: the excerpt's floor, and what is learned offline from 100 episodes of tau-bench.

    python benchmarks/tau_bench.py [--corpus ../shared/corpus/tau-bench/airline.jsonl]

An episode is a JSON line with `messages` in the OpenAI form, `task_id`, `trial` and `reward` (1 where its checker was
satisfied). They are learned from as they are, then with the reward told before learning; nothing is kept.
"""

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from acontext_cli import pipeline
from acontext_cli.engines.offline import OfflineEngine
from acontext_cli.ledger import Run
from acontext_cli.messages import Message
from acontext_cli.session import Session
from acontext_cli.store import SkillStore
from acontext_cli.tasks import Outcome
from acontext_cli.trace.excerpt import CHARACTERS_PER_TOKEN, excerpt, render

CORPUS = Path(__file__).parents[2] / "shared" / "corpus" / "tau-bench" / "airline.jsonl"
SHARE = 0.35
CUT = 512
DATE = "2024-05-15"  # the day that the episodes play on
RUN = Run(id="r", time=f"{DATE}T23:00:00Z", engine="offline")


@dataclass(frozen=True)
class Episode:
    name: str
    reward: float
    messages: list[Message]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    corpus = parser.parse_args().corpus
    if not corpus.is_file():
        print(f"{corpus} is not there: nothing to report on (name the file with --corpus)")
        return
    found = list(episodes(corpus))
    uses, kept, cut = floor(found)
    print(f"excerpt with {SHARE} of the tool text: {kept} of {uses} values used later are kept, {kept / uses:.1%}")
    print(f"each result cut at {CUT} characters: {cut} of {uses}, {cut / uses:.1%}")
    for told in (False, True):
        print(f"\n{len(found)} episodes, the reward {'told before learning' if told else 'not told'}")
        with TemporaryDirectory() as folder:
            learned(found, Path(folder), told=told)


def episodes(corpus: Path) -> Iterator[Episode]:
    with corpus.open(encoding="utf-8", newline="\n") as lines:
        for record in map(json.loads, lines):
            messages = [Message(body, f"m{place}") for place, body in enumerate(record["messages"])]
            yield Episode(f"task {record['task_id']} trial {record['trial']}", record["reward"], messages)


def floor(found: Iterable[Episode]) -> tuple[int, int, int]:
    """Uses of values from results, how many of them an excerpt keeps with their field, how many a plain cut keeps."""
    uses = kept = cut = 0
    for episode in found:
        shown = dict(excerpt(episode.messages, budget(episode.messages)))
        for value, source in used(episode.messages):
            uses += 1
            kept += holds(shown.get(source.id, ""), value, source.text)
            cut += value in source.text[:CUT]
    return uses, kept, cut


def budget(messages: list[Message]) -> int:
    """Tokens with which the tool text gets its share and all else is whole."""
    size = sum(SHARE * len(message.text) if message.is_result else len(render(message)) for message in messages)
    return int(size / CHARACTERS_PER_TOKEN)


def used(messages: list[Message]) -> Iterator[tuple[str, Message]]:
    """Every string in a call's arguments that the user had not said, with the result that held it first."""
    said, results = "", list[Message]()
    for message in messages:
        said += f"\n{message.text}" if message.role == "user" else ""
        results += [message] if message.is_result else []
        for value in (value for call in message.calls for value in strings(call.named)):
            source = next((result for result in results if value in result.text), None)
            if source and value not in said:
                yield value, source


def strings(arguments: object) -> Iterator[str]:
    """The strings of four or more characters inside arguments; a number is none."""
    if isinstance(arguments, str):
        yield from (arguments,) if len(arguments) >= 4 else ()
    elif isinstance(arguments, dict | list):
        for value in arguments.values() if isinstance(arguments, dict) else arguments:
            yield from strings(value)


def holds(shown: str, value: str, text: str) -> bool:
    """Whether an excerpt of a JSON text holds a value and the key that it stands under."""
    _, quote, behind = text[: text.find(value)][::-1].partition(':"')
    key = behind.partition('"')[0][::-1] if quote else ""
    return value in shown and key in shown


def learned(found: list[Episode], folder: Path, *, told: bool) -> None:
    store = SkillStore(folder / "skills", folder / "machine", folder / "history")
    store.prepare()
    sessions = [recorded(episode, folder / "sessions", number, told=told) for number, episode in enumerate(found)]
    counted: Counter[str] = Counter()
    for session in sessions:
        counted.update(learn(session, store))
    tasks = [task for session in sessions for task in session.tasks()]
    outcomes = Counter(f"{task.status} ({task.known.source})" if task.known else task.status for task in tasks)
    print(f"tasks: {len(tasks)}; {', '.join(f'{count} {outcome}' for outcome, count in outcomes.most_common())}")
    for reason, count in counted.most_common():
        print(f"skipped, {count}: {reason}")
    print(f"entries: {sum(text.count('<!-- id: ') for _, text in texts(store))}, beside the daily digests")
    print("wrong with them:", "; ".join(store.check()) or "nothing")
    before = fingerprint(folder)
    for session in sessions:
        pipeline.learn(session, OfflineEngine(), store, run=RUN)
    print("learned from again:", "nothing changes" if fingerprint(folder) == before else "SOMETHING CHANGES")
    for file, text in texts(store):
        print(f"\n{file}\n{text}")


def recorded(episode: Episode, folder: Path, number: int, *, told: bool) -> Session:
    created = f"{DATE}T{9 + number // 60:02}:{number % 60:02}:00Z"
    id = f"00000000-0000-4000-8000-{number:012d}"
    folder.mkdir(exist_ok=True)
    session = Session.create(folder, id=id, created=created, name=episode.name, date=DATE)
    session.record([message.body for message in episode.messages])
    if told:
        session.tell(Outcome(status="success" if episode.reward else "failed", reason="the checker's reward"))
    return session


def learn(session: Session, store: SkillStore) -> list[str]:
    """Learn from an episode, print what came of it, give back why the rest was skipped."""
    found = pipeline.learn(session, OfflineEngine(), store, run=RUN)
    for written in found.lessons:
        if written.skill != "daily-logs":
            print(f"{session.name}: {written.action} {written.skill}/{written.file}: {written.title}")
    for title, reason in (*found.held, *found.refused):
        print(f"{session.name}: not written: {title}: {reason}")
    return [reason for _, reason in found.skipped]


def texts(store: SkillStore) -> Iterator[tuple[str, str]]:
    """The files with entries, the daily digests left out."""
    for skill in store.names():
        for file in store.files(skill) if skill != "daily-logs" else ():
            text = store.read_file(skill, file)
            if file != "SKILL.md":
                yield f"{skill}/{file}", text


def fingerprint(folder: Path) -> str:
    """Of every file below a folder, name and content."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


if __name__ == "__main__":
    main()

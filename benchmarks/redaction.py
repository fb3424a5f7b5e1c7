"""What of planted secrets is found, and what besides; what it costs. Beside `detect-secrets` and `credsweeper` where
these are installed.

    python benchmarks/redaction.py [--misses] [--with detect-secrets credsweeper] [--seed 1]
"""

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import planted_elsewhere
from planted import Planted, look_alikes, secrets

from acontext_cli.secrets import find

Detector = Callable[[str], list[str]]
"""What it takes for secrets in a text."""


def ours(text: str) -> list[str]:
    return [text[secret.start : secret.end] for secret in find(text)]


def detect_secrets() -> Detector:
    from detect_secrets.core.scan import scan_file  # type: ignore[import-not-found]
    from detect_secrets.settings import default_settings  # type: ignore[import-not-found]

    file = Path(tempfile.mkdtemp(prefix="acontext-redaction-")) / "output.txt"

    def detect(text: str) -> list[str]:
        file.write_text(text, encoding="utf-8")
        with default_settings():
            return [each.secret_value for each in scan_file(str(file)) if each.secret_value]

    return detect


def credsweeper() -> Detector:
    from credsweeper import CredSweeper  # type: ignore[import-not-found]
    from credsweeper.file_handler.string_content_provider import StringContentProvider  # type: ignore[import-not-found]

    sweeper = CredSweeper()

    def detect(text: str) -> list[str]:
        sweeper.credential_manager.candidates.clear()
        found = sweeper.file_scan(StringContentProvider(text.split("\n")))
        sweeper.credential_manager.set_credentials(found)
        sweeper.post_processing(None)
        return [line.value for each in sweeper.credential_manager.get_credentials() for line in each.line_data_list]

    return detect


OTHERS: dict[str, Callable[[], Detector]] = {"detect-secrets": detect_secrets, "credsweeper": credsweeper}


def forms(planted: Planted) -> Iterable[tuple[str, str, str]]:
    """The same as plain text, within the JSON line of a message, and within JSON text in that."""
    yield "plain", planted.text, planted.secret
    inner = json.dumps({"role": "tool", "content": planted.text})
    yield "JSON", inner, json.dumps(planted.secret)[1:-1]
    outer = json.dumps({"function": {"name": "Bash", "arguments": json.dumps({"input": planted.text})}})
    yield "JSON in JSON", outer, json.dumps(json.dumps(planted.secret)[1:-1])[1:-1]


def is_gone(secret: str, found: list[str], whole: bool) -> bool:
    """Whether what was found covers the secret; of other detectors the greater part of it is enough."""
    return any(secret in each or (not whole and each in secret and len(each) >= 0.75 * len(secret)) for each in found)


def judged(detect: Detector, planted: list[Planted], clean: list[Planted], plain_only: bool, misses: bool) -> None:
    recall: dict[str, list[int]] = {}
    by_form: Counter[str] = Counter()
    totals: Counter[str] = Counter()
    for each in planted:
        for form, text, secret in list(forms(each))[: 1 if plain_only else 3]:
            gone = is_gone(secret, detect(text), not plain_only)
            recall.setdefault(each.kind, []).append(gone)
            by_form[form] += gone
            totals[form] += 1
            if misses and not gone:
                print(f"    missed {each.kind} ({form}): {secret!r} in {text[:300]!r} -> {detect(text)}")
    wrong: Counter[str] = Counter()
    for each in clean:
        for form, text, _ in list(forms(each))[: 1 if plain_only else 3]:
            found = detect(text)
            if found:
                wrong[each.kind] += form == "plain" or plain_only or not detect(each.text)
                if misses and wrong[each.kind] < 3:
                    print(f"    wrong {each.kind} ({form}): {found} in {text[:300]!r}")
    shares = ", ".join(f"{form} {by_form[form]}/{totals[form]}" for form in totals)
    print(f"  recall          {sum(by_form.values()) / sum(totals.values()):7.2%}   {shares}")
    low = {kind: f"{sum(hits)}/{len(hits)}" for kind, hits in recall.items() if not all(hits)}
    print(f"  kinds           {len(recall)}, not all found: {low or 'none'}")
    print(f"  false positives {sum(wrong.values())}/{len(clean)}   {dict(wrong.most_common())}")


def speed(detect: Detector, lines: list[str]) -> tuple[float, float]:
    """MB a second, and time as a multiple of `json.loads`."""
    size = sum(map(len, lines))
    took = min(used(lambda: [detect(line) for line in lines]) for _ in range(5))
    parsing = min(used(lambda: [json.loads(line) for line in lines]) for _ in range(5))
    return size / took / 1e6, took / parsing


def clean_lines() -> list[str]:
    """Messages without secrets: logs, code, listings, of 1 to 8 KB."""
    texts = [each.text for each in look_alikes(5, 8) if each.kind not in ("image", "image-block")]
    code = "\n".join(f"    result_{n} = service.request(path='/orders/{n}', timeout={n})  # retries" for n in range(40))
    log = "\n".join(f"2026-03-26 09:00:{n:02} INFO request completed path=/api/{n} duration={n}ms" for n in range(50))
    return [
        json.dumps({"role": "tool", "content": "\n".join([log, texts[n], code][: 1 + n % 3])})
        for n in range(len(texts))
    ]


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def used(work: Callable[[], object]) -> float:
    """Processor time, which a busy machine changes little."""
    start = time.process_time()
    work()
    return time.process_time() - start


def import_time(code: str) -> float:
    bare = min(timed(partial(subprocess.run, [sys.executable, "-c", "pass"], check=True)) for _ in range(3))
    return min(timed(partial(subprocess.run, [sys.executable, "-c", code], check=True)) for _ in range(3)) - bare


IMPORTS = {
    "acontext": "import acontext_cli.secrets",
    "detect-secrets": "from detect_secrets.core.scan import scan_line",
    "credsweeper": "from credsweeper import CredSweeper; CredSweeper()",
}


def worst() -> None:
    """Texts that a careless pattern would take for ever on."""
    million = 1_000_000
    for name, text in {
        "a letter": "a" * million,
        "blanks": "password" + " " * million,
        "names": "password_" * (million // 9),
        "quotes": 'password="' * (million // 10),
        "backslashes": 'token="' + "\\" * million,
        "addresses": "https://a:" * (million // 10) + "@",
        "beginnings": "-----BEGIN PRIVATE KEY-----" * (million // 27),
        "cookies": "Cookie: a=b; " * (million // 13),
        "options": "curl -u a " * (million // 10),
        "dots": "eyJ" + "a" * 100 + ("." + "eyJa" * 20) * (million // 81),
        "authorization": "Authorization: " * (million // 15),
        "Base64": "iVBORw0KGgo" + "Ab+/" * (million // 4),
        "keys": "ghp_" * (million // 4),
    }.items():
        print(f"  {name:14} {len(text) / timed(partial(find, text)) / 1e6:8.1f} MB/s")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--misses", action="store_true", help="print what was missed and what was wrong")
    parser.add_argument("--elsewhere", action="store_true", help="the second set")
    parser.add_argument("--worst", action="store_true", help="texts that careless patterns are slow on")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--with", dest="others", nargs="*", default=[], choices=list(OTHERS))
    options = parser.parse_args()
    planted, clean = secrets(options.seed), look_alikes(options.seed + 1)
    if options.elsewhere:
        planted, clean = planted_elsewhere.secrets(options.seed + 10), planted_elsewhere.look_alikes(options.seed + 11)
    print(f"{len(planted)} secrets of {len({each.kind for each in planted})} kinds, {len(clean)} look-alikes")
    detectors: dict[str, Callable[[], Detector]] = {"acontext": lambda: ours}
    detectors |= {name: OTHERS[name] for name in options.others}
    for name, make in detectors.items():
        print(name)
        if name != "acontext" and importlib.util.find_spec(name.replace("-", "_")) is None:
            print("  is not installed")
            continue
        detect = make()
        judged(detect, planted, clean, name != "acontext", options.misses)
        rate, times = speed(detect, clean_lines() if name == "acontext" else clean_lines()[:60])
        print(f"  speed           {rate:.2f} MB/s, {times:.1f} x json.loads of the same lines")
        print(f"  import          {import_time(IMPORTS[name]) * 1000:.0f} ms")
    if options.worst:
        print("worst cases, 1 MB on a line")
        worst()


if __name__ == "__main__":
    main()

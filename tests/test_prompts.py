import re
from pathlib import Path

import pytest

from acontext_cli import prompts
from acontext_cli.prompts import prompt

FILES = sorted(Path(prompts.__file__).parent.glob("*.md"))
NAMES = re.compile(r"\$(\w+)")


def filled(path: Path, value: str) -> str:
    names = NAMES.findall(path.read_text(encoding="utf-8"))
    return prompt(path.stem, **dict.fromkeys(names, value))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_name_of_a_prompt_is_filled_in(path: Path) -> None:
    assert not NAMES.search(filled(path, "something"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_given_empty_leaves_no_gap(path: Path) -> None:
    text = filled(path, "")
    assert "\n\n\n" not in text
    assert text == text.strip() + "\n"


def test_a_name_that_is_not_given_is_an_error_and_never_a_blank() -> None:
    with pytest.raises(KeyError, match="criteria"):
        prompt("extract")


def test_what_is_given_is_not_filled_in_itself() -> None:
    assert "costs $which or ${wanted}" in prompt("distill", which="x", wanted="costs $which or ${wanted}")

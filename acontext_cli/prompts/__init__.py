"""What a model is told, one job a file. Markdown with `$names`; one that is not given is an error, never a blank."""

import re
from functools import cache
from pathlib import Path
from string import Template


def prompt(name: str, **given: str) -> str:
    """The prompt of this name with its `$names` filled in. Raises KeyError for one that is not given."""
    text = _template(name).substitute(given)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


@cache
def _template(name: str) -> Template:
    return Template((Path(__file__).parent / f"{name}.md").read_text(encoding="utf-8"))

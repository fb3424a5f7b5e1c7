"""Why is this line here: who wrote it, on what evidence, and who confirmed or contradicted it since."""

from acontext_cli.api.why.answer import why
from acontext_cli.api.why.values import EntryWhy, FileWhy, LineWhy, SkillWhy

__all__ = ["EntryWhy", "FileWhy", "LineWhy", "SkillWhy", "why"]

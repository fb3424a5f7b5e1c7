"""Skills as values: text in, text out. Nothing here reads or writes a file of a skill."""

from acontext_cli.skills.entries import Entry, entries, heading, plain_title
from acontext_cli.skills.expiry import FORGET, is_expired, last_day, with_expired_marked
from acontext_cli.skills.front import described, description
from acontext_cli.skills.index import indexed, newest_first, with_index
from acontext_cli.skills.names import DAILY, SKILL, USER, file_problem, name_problem, safe_file, slug
from acontext_cli.skills.rules import BODY_TOKENS, ENTRY_TOKENS, FILE_TOKENS, invalid, problems
from acontext_cli.skills.skill import Skill, parse_skill, render
from acontext_cli.skills.words import inline, one_line, tokens

__all__ = [
    "BODY_TOKENS",
    "DAILY",
    "ENTRY_TOKENS",
    "FILE_TOKENS",
    "FORGET",
    "SKILL",
    "USER",
    "Entry",
    "Skill",
    "described",
    "description",
    "entries",
    "file_problem",
    "heading",
    "indexed",
    "inline",
    "invalid",
    "is_expired",
    "last_day",
    "name_problem",
    "newest_first",
    "one_line",
    "parse_skill",
    "plain_title",
    "problems",
    "render",
    "safe_file",
    "slug",
    "tokens",
    "with_expired_marked",
    "with_index",
]

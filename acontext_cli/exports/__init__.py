"""A transcript in the forms that others read. What is held while it is written is one turn, not the transcript.

In the two chat forms a call must have its result right behind it. So results that came later are moved there; a call
that never had one is said in words instead, except where the transcript ends with it; and a result whose call is
missing becomes words of a user message.
"""

from acontext_cli.exports.anthropic import anthropic
from acontext_cli.exports.atif import atif
from acontext_cli.exports.openai import openai

__all__ = ["anthropic", "atif", "openai"]

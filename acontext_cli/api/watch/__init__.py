"""An OpenAI client that records what goes through it. Whatever befalls the recording, the agent's call goes on."""

from acontext_cli.api.watch.clients import watched
from acontext_cli.api.watch.notes import Notes

__all__ = ["Notes", "watched"]

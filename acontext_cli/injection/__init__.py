"""What an injection looks like, in any text: hidden words, words that take an agent over, instructions to an agent, and
acts that no transcript and no stranger may ask for."""

from acontext_cli.injection.files import risks
from acontext_cli.injection.own_words import own_words
from acontext_cli.injection.scan import dangers, harmless, orders, traps
from acontext_cli.injection.trap import Kind, Trap, span_of, visible

__all__ = ["Kind", "Trap", "dangers", "harmless", "orders", "own_words", "risks", "span_of", "traps", "visible"]

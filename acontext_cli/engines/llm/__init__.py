"""The LLM engine: the three judgements by a model, each with a short prompt and a closed set of tools."""

from acontext_cli.engines.llm.engine import LlmEngine

__all__ = ["LlmEngine"]

"""Real models: an endpoint or a command, and what stands around them (kept answers, limits, prompts shown)."""

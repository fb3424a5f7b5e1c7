"""The DevOps incident played twice: the mock world, its scenarios, the agent and the report."""

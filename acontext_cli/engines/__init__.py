"""The judgements of the pipeline, made by rules or by a model."""

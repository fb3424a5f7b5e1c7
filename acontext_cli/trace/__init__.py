"""What a transcript shows: the calls of a task, what they found, and how they depend on one another. Values only."""

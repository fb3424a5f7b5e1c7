"""Taking in the sessions of other agents: found on disk, told apart, placed by project, added to by what is new."""

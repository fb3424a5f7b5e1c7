"""The one error that a person can act on. Its text is one line and says what to do."""


class AcontextError(Exception):
    """Shown as one line on stderr, exit code 1. Everything else that escapes is a bug."""


def unreadable(error: OSError) -> AcontextError:
    """The error that a file could not be read or written."""
    which = repr(str(error.filename)) if error.filename else "one of its files"
    return AcontextError(f"{which}: {error.strerror or error}")


class Refused(AcontextError):
    """An edit that does not fit the skill it is for; told to whoever proposed it."""


class Unavailable(AcontextError):
    """No model can be asked, and the same would be said to every other question."""


class Changed(AcontextError):
    """The files under a draft were changed by someone else since it was begun."""

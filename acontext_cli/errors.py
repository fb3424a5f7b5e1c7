"""The one error that a person can act on. Its text is one line and says what to do."""

from errno import EACCES, EDQUOT, EIO, EISDIR, ELOOP, EMFILE, ENFILE, ENOENT, ENOLCK, ENOSPC, ENOTDIR, EPERM, EROFS

_REMEDY = "try again when that is mended"
_REMEDIES = {
    EACCES: "check who may read and write there",
    EDQUOT: "free some space and try again",
    EIO: "the disk may be damaged; try again",
    EISDIR: "a file is expected there: move the folder away",
    ELOOP: "its links lead in a circle: mend them",
    EMFILE: "too many are open at once: raise the limit (ulimit -n)",
    ENFILE: "too many are open at once: end some programs",
    ENOENT: "it, or its folder, is gone",
    ENOLCK: "its file system cannot lock files: use another one",
    ENOSPC: "free some space and try again",
    ENOTDIR: "a folder is expected there: move the file away",
    EPERM: "check who may read and write there",
    EROFS: "use --workspace with a folder that can be written",
}


class AcontextError(Exception):
    """Shown as one line on stderr, exit code 1. Everything else that escapes is a bug."""


def unreadable(error: OSError, path: object = None) -> AcontextError:
    """The error that a file could not be read or written, and what to do."""
    named = path or error.filename
    which = repr(str(named)) if named else "one of its files"
    return AcontextError(f"{which}: {error.strerror or error}; {remedy(error)}")


def remedy(error: OSError) -> str:
    """What a person can do about what the system said."""
    return _REMEDIES.get(error.errno or 0, _REMEDY)


class Refused(AcontextError):
    """An edit that does not fit the skill it is for; told to whoever proposed it."""


class Unavailable(AcontextError):
    """No model can be asked, and the same would be said to every other question."""


class Changed(AcontextError):
    """The files under a draft were changed by someone else since it was begun."""

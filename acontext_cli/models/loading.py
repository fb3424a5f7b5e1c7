"""What is slow to import is loaded by one thread at a time: a Ctrl-C between two that import leaves Python's own import
lock taken, and the program hangs."""

from collections.abc import Callable
from threading import Thread

_threads: list[Thread] = []


def begin(load: Callable[[], None]) -> Thread:
    """Load in the background."""
    thread = Thread(target=load, daemon=True)
    _threads.append(thread)
    thread.start()
    return thread


def wait() -> None:
    """Wait for what is being loaded, before something of the same kind is imported."""
    for thread in tuple(_threads):  # several may wait at once
        thread.join()

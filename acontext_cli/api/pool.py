"""Work on several things at a time, its results in their order."""

import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from typing import Generic, NoReturn, TypeVar

T = TypeVar("T")
R = TypeVar("R")

_AHEAD = 4
"""So many times the workers is begun before the first result is taken."""


def in_order(items: Iterable[T], work: Callable[[T], R], workers: int) -> Iterator[R]:
    """What `work` makes of each item, by so many threads. What it raises is raised here, in its turn.

    Threads that are still at work when nobody waits any more do not keep the program from ending.
    """
    if workers == 1:
        yield from map(work, items)
        return
    pool = _Pool(items, work, workers)
    try:
        yield from pool.results()
    finally:
        pool.stop()


class _Pool(Generic[T, R]):
    def __init__(self, items: Iterable[T], work: Callable[[T], R], workers: int) -> None:
        self._items = iter(enumerate(items))
        self._work = work
        self._done: dict[int, Callable[[], R]] = {}
        self._changed = threading.Condition()
        self._taken = self._begun = 0
        self._ended = self._stopped = False
        self._ahead = workers * _AHEAD
        for _ in range(workers):
            threading.Thread(target=self._run, daemon=True).start()

    def results(self) -> Iterator[R]:
        for number in count():
            with self._changed:
                self._changed.wait_for(lambda: number in self._done or (self._ended and number >= self._begun))  # noqa: B023
                if number not in self._done:
                    return
                give = self._done.pop(number)
                self._taken += 1
                self._changed.notify_all()
            yield give()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _run(self) -> None:
        while (begun := self._next()) is not None:
            number, item = begun
            outcome = _outcome(self._work, item)
            with self._changed:
                self._done[number] = outcome
                self._changed.notify_all()

    def _next(self) -> tuple[int, T] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or self._begun - self._taken < self._ahead)
            begun = None if self._stopped or self._ended else self._item()
            self._begun += begun is not None
            self._ended = self._ended or begun is None
            self._changed.notify_all()
            return begun

    def _item(self) -> tuple[int, T] | None:
        try:
            return next(self._items, None)
        except BaseException as error:  # noqa: BLE001, raised again behind the results of the items before it
            self._done[self._begun] = _raising(error)
            self._begun += 1
            return None


def _outcome(work: Callable[[T], R], item: T) -> Callable[[], R]:
    """The result as a function that gives or raises it."""
    try:
        result = work(item)
    except BaseException as error:  # noqa: BLE001, raised again where the result is taken
        return _raising(error)
    return lambda: result


def _raising(error: BaseException) -> Callable[[], NoReturn]:
    def give() -> NoReturn:
        raise error

    return give

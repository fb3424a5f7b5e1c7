import threading
import time
from collections.abc import Iterator

import pytest

from acontext_cli.api.pool import in_order

WORKERS = [1, 2, 5]


def slower_first(number: int) -> int:
    """Work whose first items take longest."""
    time.sleep(0.004 * (5 - number % 5))
    return number * 10


def pulled(count: int, taken: list[int]) -> Iterator[int]:
    for number in range(count):
        taken.append(number)
        yield number


def settled(taken: list[int]) -> int:
    """How many were taken once nothing more is."""
    before = -1
    while before != len(taken):
        before = len(taken)
        time.sleep(0.05)
    return before


@pytest.mark.parametrize("workers", WORKERS)
def test_results_come_in_the_order_of_their_items(workers: int) -> None:
    assert list(in_order(range(20), slower_first, workers)) == [number * 10 for number in range(20)]


@pytest.mark.parametrize("workers", WORKERS)
def test_of_no_items_there_are_no_results(workers: int) -> None:
    assert list(in_order([], slower_first, workers)) == []


def test_more_workers_than_items_are_no_harm() -> None:
    assert list(in_order([1, 2], slower_first, 30)) == [10, 20]


@pytest.mark.parametrize("nothing", [None, False, 0])
def test_an_item_and_a_result_may_be_nothing(nothing: object) -> None:
    assert list(in_order([nothing] * 3, lambda item: item, 2)) == [nothing] * 3


def test_so_many_are_at_work_at_the_same_time() -> None:
    together = threading.Barrier(4)
    assert list(in_order(range(8), lambda number: (together.wait(5), number)[1], 4)) == list(range(8))


@pytest.mark.parametrize("workers", WORKERS)
def test_an_error_is_raised_in_its_turn(workers: int) -> None:
    def work(number: int) -> int:
        if number == 3:
            raise ValueError("the fourth is bad")
        return slower_first(number)

    results = in_order(range(20), work, workers)
    assert [next(results) for _ in range(3)] == [0, 10, 20]
    with pytest.raises(ValueError, match="the fourth is bad"):
        next(results)
    assert list(results) == []


def test_an_interrupt_of_the_work_reaches_whoever_waits() -> None:
    def work(_: int) -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        next(in_order(range(3), work, 2))


@pytest.mark.parametrize("workers", WORKERS)
def test_items_that_cannot_be_read_are_an_error_behind_those_that_could(workers: int) -> None:
    def items() -> Iterator[int]:
        yield from range(3)
        raise OSError("the disk is gone")

    results = in_order(items(), slower_first, workers)
    assert [next(results) for _ in range(3)] == [0, 10, 20]
    with pytest.raises(OSError, match="the disk is gone"):
        next(results)


def test_one_worker_is_no_thread_and_takes_one_item_at_a_time() -> None:
    taken: list[int] = []
    results = in_order(pulled(10, taken), lambda number: (number, threading.current_thread()), 1)
    before = threading.active_count()
    assert next(results) == (0, threading.main_thread())
    assert (taken, threading.active_count()) == ([0], before)


def test_not_much_more_is_begun_than_is_asked_for() -> None:
    taken: list[int] = []
    results = in_order(pulled(10_000, taken), lambda number: number, 2)
    assert next(results) == 0
    assert settled(taken) <= 1 + 2 * 4 + 1


def test_nothing_more_is_begun_once_nobody_waits_for_it() -> None:
    taken: list[int] = []
    results = in_order(pulled(10_000, taken), slower_first, 2)
    next(results)
    results.close()  # type: ignore[attr-defined]
    after = len(taken)
    assert settled(taken) <= after + 2


def test_the_threads_end_with_the_work() -> None:
    before = threading.active_count()
    assert len(list(in_order(range(20), slower_first, 4))) == 20
    until = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < until:
        time.sleep(0.005)
    assert threading.active_count() == before


def test_what_is_slow_does_not_keep_the_program_from_ending() -> None:
    release = threading.Event()
    results = in_order(range(4), lambda number: number if number == 0 else release.wait(5), 2)
    next(results)
    results.close()  # type: ignore[attr-defined]
    mine = [thread for thread in threading.enumerate() if thread is not threading.main_thread()]
    assert all(thread.daemon for thread in mine)
    release.set()


def test_items_are_taken_by_one_thread_at_a_time() -> None:
    busy = threading.Lock()

    def items() -> Iterator[int]:
        for number in range(40):
            assert busy.acquire(blocking=False)
            time.sleep(0.001)
            busy.release()
            yield number

    assert list(in_order(items(), lambda number: number, 8)) == list(range(40))

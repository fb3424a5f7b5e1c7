from threading import Event, Thread

from acontext_cli.models import loading


def test_several_threads_wait_for_what_is_loaded_at_once() -> None:
    go, came = Event(), list[str]()

    def waits() -> None:
        loading.wait()
        came.append("waited" if loaded.is_set() else "too early")

    loaded = Event()

    def load() -> None:
        go.wait(5)
        loaded.set()

    thread = loading.begin(load)
    waiting = [Thread(target=waits) for _ in range(8)]
    for each in waiting:
        each.start()
    go.set()
    for each in (thread, *waiting):
        each.join(5)
    loading.wait()
    assert came == ["waited"] * 8

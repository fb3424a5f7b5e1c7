import os
import socket
from pathlib import Path

import pytest
from conftest import ALLOWED, REAL_HOME, TheNetworkIsNotForTests, TheRealHomeIsNotForTests


def test_the_home_of_a_test_is_a_temporary_folder(own_home: Path) -> None:
    assert Path.home() == own_home
    assert Path.home() != REAL_HOME


@pytest.mark.skipif(REAL_HOME in ALLOWED, reason="the home is the folder for temporary files")
def test_the_real_home_cannot_be_written() -> None:
    with pytest.raises(TheRealHomeIsNotForTests):
        (REAL_HOME / ".acontext-guard").write_text("", encoding="utf-8")
    with pytest.raises(TheRealHomeIsNotForTests):
        (REAL_HOME / ".acontext-guard").mkdir()


def test_the_network_cannot_be_reached() -> None:
    with socket.socket() as plug, pytest.raises(TheNetworkIsNotForTests):
        plug.connect(("192.0.2.1", 80))
    with pytest.raises(TheNetworkIsNotForTests):
        socket.create_connection(("example.org", 443))


def test_a_server_of_the_test_itself_is_reached_only_where_the_test_asks() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(TheNetworkIsNotForTests):
        socket.create_connection(server.getsockname())


def test_a_test_may_ask_for_a_server_of_its_own(loopback: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as plug:
        assert plug.getpeername() == server.getsockname()


def test_a_unix_socket_is_no_network(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as plug:
        server.bind(str(tmp_path / "s"))
        server.listen()
        plug.connect(str(tmp_path / "s"))


def test_no_key_and_no_setting_of_ours_leaks_in() -> None:
    assert [name for name in os.environ if name.startswith(("OPENAI_", "ACONTEXT_"))] == []

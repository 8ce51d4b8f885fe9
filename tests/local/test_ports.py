"""Ports: the usual ones if they are free, and nobody else's server is ever taken for ours."""

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import ports
from local.stack import Stack
from tests.local.processes import ONLY_MAIL, bare


@pytest.fixture
def taken() -> Iterator[int]:
    """A port of 127.0.0.1 on which somebody else listens."""
    with socket.create_server((ports.LOOPBACK, 0)) as server:
        yield server.getsockname()[1]


def test_the_usual_port_is_chosen_only_while_it_is_free() -> None:
    with socket.create_server((ports.LOOPBACK, 0)) as server:
        usual = server.getsockname()[1]
        assert ports.choose(usual, "usual") != usual
    assert ports.choose(usual, "usual") == usual


def test_it_is_known_whose_server_listens_on_a_port(taken: int) -> None:
    assert ports.is_held_by(taken, os.getpid())
    with subprocess.Popen(["sleep", "60"]) as stranger:
        assert not ports.is_held_by(taken, stranger.pid) or not Path("/proc/net/tcp").exists()
        stranger.kill()


def test_somebody_who_listens_on_every_address_keeps_the_port() -> None:
    with socket.create_server(("", 0)) as server:
        assert not ports.is_free(server.getsockname()[1])


def test_two_parts_never_get_the_same_free_port() -> None:
    chosen = [ports.choose(1, "free") for _ in range(200)]
    assert len(set(chosen)) == 200


async def test_a_port_that_somebody_took_in_the_last_moment_is_given_up_for_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: int
) -> None:
    choose, first = ports.choose, [taken]
    monkeypatch.setattr(
        ports, "choose", lambda usual, how: first.pop() if first and usual == 1025 else choose(usual, how)
    )
    async with Stack(tmp_path, ports="free", environ=bare(**ONLY_MAIL)) as stack:
        assert stack.mail.ports[0] != taken
        assert ports.answers(stack.mail.ports[0])
    assert first == []

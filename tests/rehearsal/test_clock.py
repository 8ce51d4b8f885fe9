"""The run's clock: live it is the server's; of a rehearsal it begins where it is told and goes by whole minutes."""

from datetime import UTC, datetime, timedelta

import pytest
from temporalio import workflow

from workflows.clock import Clock

BEGAN = datetime(2026, 11, 22, 8, 0, 0, 250_000, tzinfo=UTC)
THEN = datetime(2019, 5, 6, 9, 0, tzinfo=UTC)


class Server:
    """The server's clock, moved by hand."""

    def __init__(self) -> None:
        self.now = BEGAN

    def passes(self, **span: float) -> None:
        """So much time goes by."""
        self.now += timedelta(**span)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    """Instead of a workflow's."""
    found = Server()
    monkeypatch.setattr(workflow, "now", lambda: found.now)
    return found


def test_a_live_clock_is_the_servers(server: Server) -> None:
    clock = Clock()
    server.passes(seconds=1.5)
    assert clock.now() == server.now
    assert clock.until(server.now + timedelta(microseconds=1_100)) == timedelta(milliseconds=2)


def test_a_rehearsals_clock_goes_on_from_its_own_date_by_whole_minutes(server: Server) -> None:
    clock = Clock(THEN)
    server.passes(seconds=59)
    assert clock.now() == THEN
    server.passes(days=3, seconds=2)
    assert clock.now() == THEN + timedelta(days=3, minutes=1)


@pytest.mark.parametrize("seconds", [0.0, 0.4, 17.0, 59.9])
def test_a_timer_rings_when_the_clock_reads_its_instant_however_long_the_machine_took(
    server: Server, seconds: float
) -> None:
    clock = Clock(THEN)
    server.passes(seconds=seconds)
    instant = THEN + timedelta(days=1)
    server.passes(seconds=clock.until(instant).total_seconds())
    assert clock.now() == instant
    assert server.now - BEGAN - timedelta(days=1) < timedelta(milliseconds=2), "what the machine took is made up for"


def test_an_instant_between_two_minutes_is_waited_for_to_the_next(server: Server) -> None:
    clock = Clock(THEN)
    server.passes(seconds=30)
    instant = THEN + timedelta(minutes=5, seconds=10)
    wait = clock.until(instant)
    assert wait > timedelta()
    server.passes(seconds=wait.total_seconds())
    assert clock.now() >= instant

"""Routes one event to its runs at once, from the terminal. The sweeper does it later where Temporal is away."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from commands.failures import Unreachable

if TYPE_CHECKING:
    from commands.connections import House


@contextmanager
def quietly() -> Iterator[None]:
    """No log lines of the server's parts between a command's own words; errors go to standard error."""
    import structlog

    before = structlog.get_config()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger("error"),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    try:
        yield
    finally:
        structlog.configure(**before)


async def route_now(house: "House", event_id: str) -> str:
    """What was done, in a sentence. Never fails: the event is kept, and the sweeper routes what was not routed here."""
    from webhooks.router import Router

    try:
        client = await house.temporal()
    except Unreachable:
        return "Temporal does not answer: the runs are told as soon as it does."
    with quietly():
        routed = await Router(house.database(), client, house.settings).route(event_id)
    return " ".join(f"{sentence.rstrip('.')}." for sentence in routed.sentences)

"""Many rehearsals side by side, each compared with what its file expects."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from local.rehearsal.faults import Unplayable
from local.rehearsal.files import Booked, difference
from local.rehearsal.performance import Performance
from local.rehearsal.theatre import Theatre


@dataclass(frozen=True)
class Played:
    """One rehearsal of a file, and how it came out."""

    booked: Booked
    performance: Performance | None
    diff: list[str] = field(default_factory=list)  # against the file; none: as expected
    fault: str = ""  # it could not be played


async def play_all(
    theatre: Theatre, booked: Sequence[Booked], tick: Callable[[Booked], None] = lambda one: None
) -> list[Played]:
    """Play them, as many at a time as the theatre has slots; in the order of `booked`."""

    async def play(one: Booked) -> Played:
        found = await play_one(theatre, one)
        tick(one)
        return found

    return list(await asyncio.gather(*(play(one) for one in booked)))


async def play_one(theatre: Theatre, one: Booked) -> Played:
    """Play one and compare."""
    try:
        performance = await theatre.play(one.piece)
    except Unplayable as error:
        return Played(one, None, fault=str(error))
    except Exception as error:  # whatever it is, the others are played
        return Played(one, None, fault=f"a mistake of ours: {type(error).__name__}: {error}")
    return Played(one, performance, difference(one.piece.scenario.expect, performance.as_expected()))

"""`make bench`, or `python -m bench [--quick] [--json]`: one table, each figure beside the textbook's in the same run.

Repeated and interleaved; medians. The ratios are what counts: machines are small and noisy.
"""

import argparse
import asyncio
import json
from dataclasses import asdict, dataclass
from statistics import median, quantiles

from rich.console import Console
from rich.table import Table

from bench import intake, memory, rehearsals, replies, starts, touches
from bench.house import Bench, bench
from bench.touches import Rate


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    what: str
    textbook: float
    setpiece: float
    target: str

    @property
    def ratio(self) -> float:
        """Ours to the textbook's."""
        return self.setpiece / self.textbook


@dataclass(frozen=True)
class Alone:
    """A figure with nothing beside it, in seconds."""

    what: str
    seconds: float
    target: str


async def measure(repeats: int, size: int) -> tuple[list[Figure], list[Alone]]:
    """All figures on one fresh stack; `size` scales the batches."""
    async with bench() as one:
        await one.workers()
        ours, theirs = one.house.processes[:2]
        parked = await replies.parked_play(one)
        await one.house.listen()
        figures = await _touches(one, repeats, 5 * size)
        figures += await _replies(one, parked, 5 * size)
        figures.append(await _starts(one, repeats, 100 * size))
        figures.append(await _intake(one, repeats, 400 * size))
        book = await memory.of_textbook(one, theirs, 50 * size)
        setpiece = await memory.of_setpiece(one, ours, 50 * size, parked)
        figures.append(Figure("memory per 1,000 parked runs, MB", book, setpiece, "<= 1.5"))
        return figures, await _rehearsals(one, repeats, None if size > 2 else 8)


async def _touches(one: Bench, repeats: int, runs: int) -> list[Figure]:
    rates: dict[str, list[Rate]] = {"textbook": [], "mails": [], "mix": []}
    await touches.of_textbook(one, 3)  # warm: connections, caches, the first compile of the play's conditions
    await touches.of_play(one, "mails", 3)
    for _ in range(repeats):
        rates["textbook"].append(await touches.of_textbook(one, runs))
        rates["mails"].append(await touches.of_play(one, "mails", runs))
        rates["mix"].append(await touches.of_play(one, "mix", runs))
    speed = {kind: median(rate.per_second for rate in found) for kind, found in rates.items()}
    events = {kind: median(rate.events for rate in found) for kind, found in rates.items()}
    return [
        Figure("touches a second, the playbook's mix", speed["textbook"], speed["mix"], ">= 1.15"),
        Figure("touches a second, mail only", speed["textbook"], speed["mails"], ">= 0.9"),
        Figure("history events a touch, the playbook's mix", events["textbook"], events["mix"], "<= 0.8"),
        Figure("history events a touch, mail only", events["textbook"], events["mails"], ""),
    ]


async def _replies(one: Bench, play: str, runs: int) -> list[Figure]:
    book = await replies.of_textbook(one, runs)
    bare = await replies.of_setpiece(one, runs, play, through_webhook=False)
    hooked = await replies.of_setpiece(one, runs, play, through_webhook=True)
    p99 = {name: quantiles(times, n=100)[98] for name, times in (("book", book), ("hooked", hooked))}
    return [
        Figure("signal to run ended, ms, median", median(book), median(bare), "<= 2"),
        Figure("signed webhook to run ended, ms, median", median(book), median(hooked), "<= 2"),
        Figure("signed webhook to run ended, ms, p99", p99["book"], p99["hooked"], ""),
    ]


async def _starts(one: Bench, repeats: int, count: int) -> Figure:
    book, ours = [], []
    for _ in range(repeats):
        book.append(await starts.of_textbook(one, count))
        ours.append(await starts.of_setpiece(one, count))
    return Figure("starts a second", median(book), median(ours), ">= 0.8")


async def _intake(one: Bench, repeats: int, events: int) -> Figure:
    bare = await intake.bare_endpoint(one)
    book, ours = [], []
    for _ in range(repeats):
        book.append(await intake.rate(bare, events))
        ours.append(await intake.rate(one.house.webhooks, events))
    return Figure("webhooks a second (beside a bare endpoint)", median(book), median(ours), ">= 0.7")


async def _rehearsals(one: Bench, repeats: int, most: int | None) -> list[Alone]:
    single = median(await rehearsals.ninety_days(one, 3 * repeats))
    count, every = await rehearsals.whole_catalog(one, most)
    return [
        Alone("one rehearsal of 90 days and 9 mails, median", single, "< 1"),
        Alone(f"{count} rehearsals of the catalog, side by side", every, "< 120"),
    ]


def table_alone(figures: list[Alone]) -> Table:
    """The figures that nothing stands beside."""
    found = Table(title="Rehearsals, seconds on the wall")
    found.add_column("what")
    for heading in ("seconds", "target"):
        found.add_column(heading, justify="right")
    for one in figures:
        found.add_row(one.what, f"{one.seconds:,.2f}", one.target)
    return found


def table(figures: list[Figure]) -> Table:
    """The figures for a reader."""
    found = Table(title="Setpiece beside a hand-written Temporal workflow, one run, medians")
    found.add_column("what")
    for heading in ("textbook", "Setpiece", "ratio", "target"):
        found.add_column(heading, justify="right")
    for one in figures:
        found.add_row(one.what, f"{one.textbook:,.1f}", f"{one.setpiece:,.1f}", f"{one.ratio:.2f}", one.target)
    return found


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small batches, once: does it work, not how fast is it")
    parser.add_argument("--json", action="store_true", help="figures for scripts")
    asked = parser.parse_args()
    figures, alone = asyncio.run(measure(1, 2) if asked.quick else measure(3, 10))
    if asked.json:
        beside = [asdict(one) | {"ratio": one.ratio} for one in figures]
        print(json.dumps([*beside, *(asdict(one) for one in alone)], indent=2))
    else:
        Console(width=110).print(table(figures))
        Console(width=110).print(table_alone(alone))


if __name__ == "__main__":
    main()

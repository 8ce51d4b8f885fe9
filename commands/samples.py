"""The sample data of `make run`: imported once more each time, and the three plays started on a few of the accounts."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from commands.links import run_link
from commands.output import when
from commands.routing import route_now

if TYPE_CHECKING:
    from commands.connections import House
    from records.overview import RunLine

FOLDER: Final = Path(__file__).resolve().parent.parent / "samples"
FILES: Final = ("players.csv", "accounts.csv", "contacts.csv")
SOURCE: Final = "samples"
# The play, the accounts it is for (lifecycle, tier or None), and how many of them.
BY_HAND: Final = (("executive", "prospect", "1", 2), ("account-capture", "prospect", None, 4))
DROPPED: Final = 2  # customers whose usage drops
DROP: Final = {"drop_pct": 45, "metric": "weekly active users", "feature": "shared reports"}
SHOWN: Final = 4  # next touches
STOOD: Final = timedelta(days=8)  # a drop counts once it has stood for seven


async def import_samples(house: "House") -> str:
    """Import samples/*.csv. Unchanged rows stay as they are; what was changed by hand elsewhere is written over."""
    from records.importing import import_sheets, open_sheets

    report = await import_sheets(house.database(), open_sheets([FOLDER / name for name in FILES]))
    counts = ", ".join(f"{file.rows} {file.kind} ({file.new} new)" for file in report.files)
    return f"Samples: {counts}."


async def start_samples(house: "House") -> list[str]:
    """Start each play on a few accounts, once: a play that has had a run goes on where it stood."""
    lines: list[str] = []
    for play, lifecycle, tier, count in BY_HAND:
        lines += await _start(house, play, lifecycle, tier, count)
    return lines + await _drop(house)


async def _start(house: "House", play: str, lifecycle: str, tier: str | None, count: int) -> list[str]:
    from records.overview import run_lines, untouched_accounts
    from workflows.starting import start_run

    async with house.session() as session:
        if await run_lines(session, play=play, ended=True, limit=1):
            return [f"{play}: goes on where it stood (./starter.py runs list --play {play})"]
        accounts = (await untouched_accounts(session, lifecycle=lifecycle, tier=tier))[:count]
    client = await house.temporal()
    for account in accounts:
        await start_run(client, house.settings, play, account, by=SOURCE)
    await _admitted(house, play, len(accounts))
    return [f"{play}: started at {', '.join(accounts)}", *_links(house, play, accounts[:1])]


async def _admitted(house: "House", play: str, count: int) -> None:
    """Wait until the runs are on record, so that the next play's start sees them and picks other accounts."""
    from commands.waiting import until
    from records.overview import run_lines

    async def opened() -> bool:
        async with house.session() as session:
            return len(await run_lines(session, play=play, ended=True)) >= count

    await until(opened, f"the {count} runs of {play} were admitted")


async def _drop(house: "House") -> list[str]:
    """Usage drops arrive like any event, dated a week back so that they have stood long enough to start the play."""
    from records.inbox import accept
    from records.overview import run_lines, untouched_accounts

    play = "usage-drop"
    async with house.session() as session:
        if await run_lines(session, play=play, ended=True, limit=1):
            return [f"{play}: goes on where it stood (./starter.py runs list --play {play})"]
        accounts = (await untouched_accounts(session, lifecycle="customer"))[:DROPPED]
    for account in accounts:
        data = {**DROP, "account": account}
        at = datetime.now(UTC) - STOOD
        async with house.session() as session:
            raw = json.dumps(data).encode()
            accepted = await accept(session, SOURCE, f"drop-{account}", "usage.dropped", data, at, raw)
        await route_now(house, accepted.id)
    return [f"{play}: usage dropped at {', '.join(accounts)}", *_links(house, play, accounts[:1])]


def _links(house: "House", play: str, accounts: Sequence[str]) -> list[str]:
    return [f"    {run_link(house.settings, f'{play}/{account}')}" for account in accounts]


async def what_next(house: "House") -> list[str]:
    """The next touches, soonest first: on a Sunday nobody is written to, and nothing would seem to happen."""
    from commands.next_touches import with_next_touches
    from records.overview import run_lines

    async with house.session() as session:
        lines = await run_lines(session)
    lines = sorted((line for line in await with_next_touches(house, lines) if line.next_at), key=_soonest)
    said = [f"  {when(line.next_at)}  {line.workflow_id} ({line.player or 'its player'})" for line in lines[:SHOWN]]
    return ["What happens next, each person's working hours kept:", *said] if said else []


def _soonest(line: "RunLine") -> datetime:
    return line.next_at or datetime.max.replace(tzinfo=UTC)

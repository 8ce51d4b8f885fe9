"""`starter.py accounts anchor` and `starter.py contacts add`: one date, one person, where a file would be too much."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.output import Json, row_of, say, show_json

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from commands.connections import House
    from records.anchors import Move


def anchor(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's id.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="Which date, as plays name it: renewal.")],
    day: Annotated[str, typer.Argument(metavar="DATE", help="The new day: 2027-03-31.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would move; write nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Give a dated fact of an account another date. Open runs hear of it: their timers move along."""
    from commands.connections import with_house

    at = _checked(name, day)
    found = with_house(lambda house: _move(house, account, name, at, dry_run))
    if as_json:
        show_json(found)
        return
    had = f" (it was {found['before']})" if found["before"] else ""
    if not found["moves"]:
        say(f"{name} of {account} is {at} already; nothing was changed.")
    elif dry_run:
        say(f"{name} of {account} would be {at}{had}; {len(found['runs'])} open runs would hear of it.")
    else:
        say(f"{name} of {account} is {at}{had}. {found['routed']}".strip())


def _checked(name: str, day: str) -> str:
    from commands.failures import Wrong
    from records.sheets.kinds import is_key

    if not is_key(name):
        raise Wrong(f"'{name}' is no name of a date: small letters, digits and _, e.g. renewal. Nothing was changed.")
    try:
        return date.fromisoformat(day).isoformat()
    except ValueError:
        raise Wrong(f"'{day}' is no day: write it as 2027-03-31. Nothing was changed.") from None


async def _move(house: "House", account: str, name: str, at: str, dry_run: bool) -> dict[str, Any]:
    from commands.routing import route_now
    from commands.targets import existing
    from records import anchors
    from records.runs import open_runs

    async with house.session() as session:
        await existing(session, account, None)
        found: Move | None = await anchors.move(session, account, name, at)
        runs = [run.id for run in await open_runs(session, account)]
        write = found is not None and not dry_run
        told = await anchors.tell(session, [found], "ops", datetime.now(UTC)) if write and found else []
    said = [await route_now(house, event_id) for event_id in told]
    return {
        "account": account,
        "name": name,
        "at": at,
        "before": found.before if found else at,
        "moves": found is not None,
        "written": write,
        "runs": runs,
        "routed": " ".join(said),
    }


def add_contact(
    account: Annotated[str, typer.Option(help="The account's id.")],
    name: Annotated[str, typer.Option(help="First and last name.")],
    persona: Annotated[str, typer.Option(help="economic-buyer, champion, user, technical, procurement or admin.")],
    email: Annotated[str, typer.Option(help="An address you have seen in writing; never guessed.")] = "",
    phone: Annotated[str, typer.Option(help="With + and country code.")] = "",
    title: Annotated[str, typer.Option(help="What they are there.")] = "",
    source: Annotated[str, typer.Option(help="Where the address is from; kept as the source of consent.")] = "by hand",
    as_json: Json = False,
) -> None:
    """Add one person to an account and print their id. Many come by `import`."""
    from commands.connections import with_records

    async def work(session: "AsyncSession") -> dict[str, Any]:
        return row_of(await _added(session, account, name, persona, email, phone, title, source))

    made = with_records(work)
    if as_json:
        show_json(made)
    else:
        say(f"{made['first_name']} {made['last_name']}".strip() + f" of {account} is contact {made['id']}.")


async def _added(
    session: "AsyncSession", account: str, name: str, persona: str, email: str, phone: str, title: str, source: str
) -> Any:
    from commands.failures import Wrong
    from commands.targets import existing
    from records import accounts, newcomers
    from records.sheets.faults import BadCell

    await existing(session, account, None)
    found = await accounts.account(session, account)
    assert found is not None  # noqa: S101 - `existing` has looked
    try:
        return await newcomers.add(session, found, name, persona, email, phone, title, source)
    except BadCell as fault:
        raise Wrong(f"{fault.reason}. {fault.right}. Nothing was changed.") from fault

"""`starter.py inbox …`: what came in, what became of it, and events that need a person."""

from typing import TYPE_CHECKING, Annotated

import typer

from commands.output import Json, examples, row_of, say, show_facts, show_json, show_list

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from records.tables import Event

app = typer.Typer(help="Events that came in: list, show, match by hand, try again.", no_args_is_help=True)

COLUMNS = {
    "received_at": "when",
    "id": "id",
    "kind": "kind",
    "state": "state",
    "account": "account",
    "contact": "contact",
    "reason": "what became of it",
}
STATES = ("received", "routed", "unmatched", "ignored", "parked", "held")
NEED_A_PERSON = ("unmatched", "parked")

EventId = Annotated[str, typer.Argument(metavar="EVENT", help="The event's id, SOURCE:ID.")]


@app.command("list", epilog=examples("inbox list", "inbox list --state held", "inbox list --all --account acme --json"))
def list_events(
    state: Annotated[str | None, typer.Option(help=f"Only this state: {', '.join(STATES)}.")] = None,
    account: Annotated[str | None, typer.Option(help="Only events about this account.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every event, not only those that need a person.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest.")] = 50,
    as_json: Json = False,
) -> None:
    """List events that need a person: those nobody could be matched to, and those of unknown form."""
    from commands.connections import with_records
    from commands.failures import Wrong
    from commands.suggestions import did_you_mean
    from records import inbox

    if state is not None and state not in STATES:
        raise Wrong(f"There is no state '{state}': it is one of {', '.join(STATES)}.{did_you_mean(state, STATES)}")
    wanted = [state] if state else [None] if every or account else list(NEED_A_PERSON)

    async def work(session: "AsyncSession") -> "list[Event]":
        found = [
            one for each in wanted for one in await inbox.events(session, state=each, account=account, limit=limit)
        ]
        return sorted(found, key=lambda event: event.received_at, reverse=True)[:limit]

    rows = [row_of(event) for event in with_records(work)]
    empty = "Nothing needs you." if wanted == list(NEED_A_PERSON) else "No such event."
    show_list(rows, COLUMNS, as_json=as_json, title="Inbox", empty=empty)


@app.command(epilog=examples("inbox show demo:msg_4f2a", "inbox show demo:msg_4f2a --json"))
def show(event: EventId, as_json: Json = False) -> None:
    """Show one event: its data, whom it was matched to, and what became of it."""
    from commands.connections import with_records
    from commands.failures import Wrong
    from records import inbox

    found = with_records(lambda session: inbox.event(session, event))
    if found is None:
        raise Wrong(f"There is no event '{event}'. `./starter.py inbox list --all` lists them.")
    if as_json:
        show_json(found)
    else:
        show_facts({key: value for key, value in row_of(found).items() if key not in {"sha256", "external_id"}})


@app.command(epilog=examples("inbox match demo:msg_4f2a --account acme", "inbox match demo:msg_4f2a --contact c-17"))
def match(
    event: EventId,
    account: Annotated[str | None, typer.Option(help="The account it is about …")] = None,
    contact: Annotated[str | None, typer.Option(help="… or the person.")] = None,
    by: Annotated[str, typer.Option(help="Who says so.")] = "ops",
    as_json: Json = False,
) -> None:
    """Say whom an unmatched event is about. What it stops is stopped at once, then it goes to the runs."""
    from commands.connections import House, with_house
    from commands.routing import route_now
    from commands.targets import existing
    from records import by_hand

    async def work(house: House) -> "tuple[Event, str]":
        async with house.session() as session:
            await existing(session, account, contact)
            found = await by_hand.assign(session, event, account, contact, by)
        return found, await route_now(house, event)

    _answer(*with_house(work), as_json)


@app.command(epilog=examples("inbox retry demo:msg_4f2a"))
def retry(event: EventId, as_json: Json = False) -> None:
    """Try an event again now: after an import it may match somebody, and one that waits is routed at once."""
    from commands.connections import House, with_house
    from commands.routing import route_now
    from records import by_hand

    async def work(house: House) -> "tuple[Event, str]":
        async with house.session() as session:
            found = await by_hand.retry(session, event)
        return found, await route_now(house, event)

    _answer(*with_house(work), as_json)


def _answer(event: "Event", routed: str, as_json: bool) -> None:
    if as_json:
        show_json({**row_of(event), "routed": routed})
    else:
        say(f"{event.id} is about {event.account}{f', {event.contact}' if event.contact else ''}: {event.reason}.")
        say(routed)

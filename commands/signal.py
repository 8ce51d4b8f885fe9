"""`starter.py signal EVENT`: tells Setpiece that something happened, by the same way in as every webhook."""

from typing import Annotated

import typer

from commands.output import Json, examples, say, show_json

app = typer.Typer()


@app.command(
    epilog=examples(
        "signal reply --email someone@firm.example --data kind=positive",
        "signal usage.dropped --account acme --data drop_pct=45 --at 2026-11-14",
        "signal meeting.booked --contact c-17",
        "signal trigger.new-leader --account acme --data role=CFO",
    )
)
def signal(
    event: Annotated[
        str, typer.Argument(metavar="EVENT", help="reply, bounce, unsubscribed, usage.dropped, trigger.…")
    ],
    account: Annotated[str | None, typer.Option(help="The account it is about …")] = None,
    contact: Annotated[str | None, typer.Option(help="… or the person, by id …")] = None,
    email: Annotated[str | None, typer.Option(help="… or by address.")] = None,
    data: Annotated[list[str] | None, typer.Option(metavar="KEY=VALUE", help="What is known about it; repeat.")] = None,
    at: Annotated[
        str | None, typer.Option(help="When it happened (2026-11-14, 2026-11-14T09:00+01:00); now without it.")
    ] = None,
    id: Annotated[str | None, typer.Option(help="Its id at the source: the same id again changes nothing.")] = None,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for what becomes of it.")] = 5.0,
    as_json: Json = False,
) -> None:
    """Report an event: a reply, a bounce, a usage drop, a trigger. Runs that listen act on it, plays may start on it.

    It goes through the running webhooks, signed, and straight into the inbox when none run.
    """
    from commands.connections import with_house
    from commands.signalling import Told, send

    told = Told(event, account, contact, email, tuple(data or ()), at, id)
    answer = with_house(lambda house: send(house, told, wait))
    if as_json:
        show_json(answer)
    else:
        for line in answer.lines():
            say(line)
    if answer.state in {"unmatched", "parked"}:
        raise typer.Exit(1)

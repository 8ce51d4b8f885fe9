"""`starter.py doubts …`: mails that may or may not have gone out: look them up, settle them, send one again."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.confirming import confirm
from commands.output import Json, examples, row_of, say, show_facts, show_json, show_list, show_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from activities.reconciling import Looked
    from commands.connections import House
    from records.tables import Decision, Touch

app = typer.Typer(
    help="Mails in doubt: nobody knows whether they went out. Look, settle, send again.", no_args_is_help=False
)

COLUMNS = {
    "contact": "to contact",
    "run": "run",
    "step": "step",
    "claimed_at": "when",
    "transport": "by",
    "lookups": "looks",
    "looked_at": "last look",
    "doubt_owner": "whose",
    "reason": "last words",
    "key": "key",
}
FACTS = (
    *("run", "step", "account", "contact", "player", "mailbox", "state", "reason", "claimed_at", "dot_at"),
    *("transport", "transport_ref", "message_id", "server_text", "attempts", "lookups", "looked_at", "doubt_owner"),
    *("delivered_at", "bounced_at", "complained_at", "opened_at", "replied_at"),
)
Key = Annotated[str, typer.Argument(metavar="KEY", help="The touch's key, as `doubts` lists it.")]


@app.callback(invoke_without_command=True, epilog=examples("doubts", "doubts --json"))
def list_doubts(ctx: typer.Context, as_json: Json = False) -> None:
    """List mails in doubt, oldest first. They count as sent and are never sent again on their own."""
    if ctx.invoked_subcommand is not None:
        return
    from commands.connections import with_records
    from records import doubts

    rows = [row_of(touch) for touch in with_records(doubts.listing)]
    show_list(rows, COLUMNS, as_json=as_json, title="In doubt", empty="No mail is in doubt.")


@app.command(epilog=examples("doubts show renewal/acme/1/first-mail/1/c-17"))
def show(key: Key, as_json: Json = False) -> None:
    """Show one doubt: what was sent when, by what, and what every look has found."""
    from commands.connections import House, with_house

    async def work(house: House) -> "tuple[Touch, Sequence[Decision]]":
        return await _existing(house, key)

    touch, found = with_house(work)
    if as_json:
        show_json(row_of(touch) | {"evidence": [row_of(one) for one in found]})
        return
    facts = row_of(touch)
    show_facts({name: facts.get(name) for name in FACTS}, title=key)
    if found:
        show_table("Evidence", ("when", "what", "found", "words"), [_evidence(one) for one in found])
    if touch.state == "in_doubt":
        say(f"Settle it: ./starter.py doubts settle {key} --sent|--not-sent|--send-again --reason '…'")


def _evidence(one: "Decision") -> tuple[object, ...]:
    return one.at, one.verdict, one.rule, one.reason


@app.command(epilog=examples("doubts look renewal/acme/1/first-mail/1/c-17", "doubts look --all --json"))
def look(
    keys: Annotated[list[str] | None, typer.Argument(metavar="KEY...", help="The keys to look up.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every mail in doubt.")] = False,
    as_json: Json = False,
) -> None:
    """Ask the mail's transport now whether it went out, and settle what its answer proves."""
    from commands.connections import House, with_house
    from commands.failures import Wrong
    from records import doubts

    if bool(keys) == every:
        raise Wrong("Name the keys to look up, or say --all. `./starter.py doubts` lists them.")

    async def work(house: House) -> "list[Looked]":
        from activities.reconciling import Reconciler

        async with house.session() as session:
            wanted = keys or [one.key for one in await doubts.listing(session, limit=10_000)]
        for one in wanted:
            await _existing(house, one)
        transport = _transport(house)
        try:
            reconciler = Reconciler(_activities_house(house), transport)
            return [await reconciler.look(one) for one in wanted]
        finally:
            await transport.close()

    columns = {"key": "key", "look": "found", "said": "its words", "state": "now", "reason": "because"}
    rows = [row_of(one) for one in with_house(work)]
    show_list(rows, columns, as_json=as_json, title="Looked up", empty="No mail is in doubt.")


@app.command(
    epilog=examples(
        "doubts settle renewal/acme/1/first-mail/1/c-17 --sent --reason 'it is in my Sent folder'",
        "doubts settle renewal/acme/1/first-mail/1/c-17 --not-sent --reason 'the relay lost its queue'",
        "doubts settle renewal/acme/1/first-mail/1/c-17 --send-again --reason 'she has not got it' --dry-run",
    )
)
def settle(
    key: Key,
    reason: Annotated[str, typer.Option(help="How you know; kept with the touch.")],
    sent: Annotated[bool, typer.Option("--sent", help="It went out.")] = False,
    not_sent: Annotated[bool, typer.Option("--not-sent", help="It did not; it stays unsent.")] = False,
    send_again: Annotated[bool, typer.Option("--send-again", help="Send it now, under the same Message-ID.")] = False,
    by: Annotated[str, typer.Option(help="Who says so.")] = "ops",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done; do nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Settle a doubt by what you know. --send-again passes the gate: an opt-out, a hold or the run's end forbid it."""
    from commands.connections import House, with_house
    from commands.failures import Wrong

    if sent + not_sent + send_again != 1:
        raise Wrong("Say one of --sent, --not-sent and --send-again.")
    touch, _ = with_house(lambda house: _existing(house, key))
    what = "counts as sent" if sent else "counts as not sent" if not_sent else "is sent again, and may arrive twice"
    place = f"The mail '{touch.step}' of {touch.run} to {touch.contact}"
    if dry_run:
        _answer(touch, f"{place} (now {touch.state}) would be settled: it {what}. Nothing was done.", as_json)
        return
    if send_again:
        confirm(f"{place} {what}. Send it?", yes)

    async def work(house: House) -> "Touch":
        await (
            _again(house, touch, f"{by} says so: {reason}") if send_again else _by_hand(house, touch, sent, reason, by)
        )
        return (await _existing(house, key))[0]

    after = with_house(work)
    _answer(after, f"{place} is {after.state}: {after.reason}.", as_json)


def _answer(touch: "Touch", sentence: str, as_json: bool) -> None:
    if as_json:
        show_json(row_of(touch))
    else:
        say(sentence)


@app.command(epilog=examples("doubts unheard", "doubts unheard --days 1 --json"))
def unheard(
    days: Annotated[int, typer.Option(min=1, max=30, help="Accepted at least so many days ago.")] = 3,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the oldest.")] = 100,
    as_json: Json = False,
) -> None:
    """List mails that a provider accepted and never reported of since: they may never have been sent.

    Only for providers whose reports are set up; plain SMTP reports nothing.
    """
    from datetime import timedelta

    from commands.connections import House, with_house
    from records import doubts

    async def work(house: House) -> "Sequence[Touch]":
        reporting = sorted({one.kind for one in house.settings.providers.values() if _reports(one)})
        async with house.session() as session:
            return await doubts.unheard(session, reporting, timedelta(days=days), limit) if reporting else []

    columns = {"claimed_at": "accepted", "transport": "by", "run": "run", "step": "step", "transport_ref": "its id"}
    rows = [row_of(touch) for touch in with_house(work)]
    empty = f"Every mail that a reporting provider accepted more than {days} days ago was heard of."
    show_list(rows, columns | {"key": "key"}, as_json=as_json, title="Accepted, and nothing since", empty=empty)


def _reports(provider: Any) -> bool:
    """Whether its webhooks are set up, so that silence means something."""
    return bool(provider.secrets or provider.password or provider.topics)


async def _existing(house: "House", key: str) -> "tuple[Touch, Sequence[Decision]]":
    from commands.failures import Wrong
    from records import doubts, touches

    async with house.session() as session:
        touch = await touches.get(session, key)
        if touch is None or touch.channel != "email":
            raise Wrong(f"There is no mail '{key}' in the ledger. `./starter.py doubts` lists those in doubt.")
        return touch, await doubts.looks(session, key)


async def _by_hand(house: "House", touch: "Touch", sent: bool, reason: str, by: str) -> None:
    from commands.failures import Refused
    from records import doubts
    from records.db import lock_account

    async with house.session() as session:
        await lock_account(session, touch.account)
        if await doubts.by_hand(session, touch.key, sent=sent, reason=reason, by=by) is None:
            raise Refused(f"It is not in doubt: it is {touch.state} ({touch.reason}). Nothing was changed.")


async def _again(house: "House", touch: "Touch", why: str) -> None:
    from activities.resending import NotAgain, Resending
    from commands.failures import Refused, sentence

    transport = _transport(house)
    try:
        await Resending(_activities_house(house), transport).again(touch.key, why)
    except NotAgain as error:
        raise Refused(f"{sentence(str(error))} Nothing was changed.") from error
    finally:
        await transport.close()


def _activities_house(house: "House") -> Any:
    from activities.house import House as ActivitiesHouse

    return ActivitiesHouse(house.database(), house.settings)


def _transport(house: "House") -> Any:
    """The transport as the worker has it."""
    from activities.channels.post import Post, Unfit
    from commands.failures import Unreachable, Wrong, remedy, sentence

    if house.settings.smtp_url is None and not house.settings.mailboxes:
        raise Unreachable(f"No mail server is known: nothing runs here and SMTP_URL is not set. {remedy('SMTP_URL')}")
    try:
        return Post(house.settings)
    except Unfit as error:
        raise Wrong(sentence(str(error))) from error

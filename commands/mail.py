"""`starter.py mail …`: what came into the mailboxes, what it was read as, and what a person must look at."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.output import Json, Lines, examples, row_of, say, show_facts, show_json, show_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from records.tables import Mail, MailboxPlace

app = typer.Typer(help="Mails that came in: list, show, raw, read again; and the mailboxes.", no_args_is_help=True)

STATES = ("received", "read", "listed", "own")
COLUMNS = {
    "received_at": "when",
    "short": "id",
    "mailbox": "mailbox",
    "state": "state",
    "kind": "kind",
    "events": "events",
    "reason": "what became of it",
}
BOXES = {
    "mailbox": "mailbox",
    "folder": "folder",
    "looked_at": "last looked into",
    "last_uid": "read up to",
    "error": "trouble",
}
SHORT = 12  # characters of an id that a person types

MailId = Annotated[str, typer.Argument(metavar="MAIL", help="The mail's id; its first eight characters will do.")]


@app.command("list", epilog=examples("mail list", "mail list --all", "mail list --state listed --json"))
def list_mails(
    state: Annotated[str | None, typer.Option(help=f"Only this state: {', '.join(STATES)}.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only this kind: reply, bounce, auto_reply, complaint …")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every mail, not only those a person must look at.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest.")] = 50,
    as_json: Json = False,
) -> None:
    """List mails that a person must look at: unclear ones, reports that prove nothing, what was too large."""
    from commands.connections import with_records
    from commands.failures import Wrong
    from commands.suggestions import did_you_mean
    from records import mails

    if state is not None and state not in STATES:
        raise Wrong(f"There is no state '{state}': it is one of {', '.join(STATES)}.{did_you_mean(state, STATES)}")
    wanted = state or (None if every or kind else "listed")
    found = with_records(lambda session: mails.listing(session, state=wanted, kind=kind, limit=limit))
    rows = [row_of(one) | {"short": one.id[:SHORT]} for one in found]
    empty = "No mail needs you." if wanted == "listed" else "No such mail."
    show_list(rows, COLUMNS, as_json=as_json, title="Mail", empty=empty)


@app.command(epilog=examples("mail show 5f0c1a9e", "mail show 5f0c1a9e --json"))
def show(mail: MailId, as_json: Json = False) -> None:
    """Show a mail: what it was read as and by which rules, its text, and what is attached (never opened)."""
    from webhooks.mail.attachments import attachments_of
    from webhooks.meaning.understand import understand

    found = _found(mail)
    meaning = understand(found.raw, found.received_at)
    attached = attachments_of(found.raw)
    facts: dict[str, Any] = {
        **{name: value for name, value in row_of(found).items() if name not in ("evidence", "sha256", "next_try_at")},
        "from": meaning.sender,
        "evidence": found.evidence,
        "attachments": [row_of(one) for one in attached],
        "text": meaning.text or "",
        "bytes": len(found.raw),
    }
    if as_json:
        show_json(facts)
        return
    rules = Lines(f"{one.get('rule')}, {one.get('where')}: {one.get('words')}" for one in found.evidence)
    files = Lines(f"{one.name or 'without a name'}, {one.type}, {one.bytes} bytes, {one.sha256}" for one in attached)
    show_facts({**facts, "evidence": rules, "attachments": files, "text": Lines(meaning.text.splitlines())})


@app.command(epilog=examples("mail raw 5f0c1a9e > mail.eml"))
def raw(mail: MailId, as_json: Json = False) -> None:
    """Write a mail's bytes to standard output, as they came: for a file or a program, not for a terminal."""
    from base64 import b64encode

    from commands.failures import Refused

    if as_json:
        found = _found(mail)
        show_json({"id": found.id, "base64": b64encode(found.raw).decode("ascii")})
        return
    if sys.stdout.isatty():
        raise Refused("A mail's bytes may hold what a terminal obeys: send them to a file with > mail.eml")
    sys.stdout.buffer.write(_found(mail).raw)


@app.command(epilog=examples("mail again 5f0c1a9e"))
def again(mail: MailId, as_json: Json = False) -> None:
    """Have a mail read anew, after its reader or the data has changed. What it already told us is not told twice."""
    from commands.connections import with_records
    from records import mails

    found = _found(mail)
    with_records(lambda session: mails.again(session, found.id))
    if as_json:
        show_json({"id": found.id, "state": "received"})
    else:
        say(f"{found.id[:SHORT]} is read again as soon as the webhooks run. `./starter.py mail show` tells what it is.")


@app.command(epilog=examples("mail boxes", "mail boxes --json"))
def boxes(as_json: Json = False) -> None:
    """List the mailboxes we listen to: how far each folder was read, and what keeps it from being read."""
    from commands.connections import House, with_house
    from records import mailbox_places
    from records.addresses import normal_form

    async def work(house: House) -> "list[dict[str, Any]]":
        async with house.session() as session:
            places = await mailbox_places.listing(session)
        heard = {normal_form(one) for one, box in house.settings.mailboxes.items() if box.listen is not None}
        return _boxes(places, heard)

    empty = "No mailbox is listened to: give one a `listen` in SETPIECE_MAILBOXES (docs/inbound-mail.md)."
    show_list(with_house(work), BOXES, as_json=as_json, title="Mailboxes", empty=empty)


def _boxes(places: "Sequence[MailboxPlace]", heard: set[str]) -> "list[dict[str, Any]]":
    """Folders that were looked into, and mailboxes of the settings that were not yet."""
    rows = [row_of(one) for one in places]
    for row in rows:
        if row["mailbox"] not in heard and not row["error"]:
            row["error"] = "not in SETPIECE_MAILBOXES any more"
    missing = sorted(heard - {row["mailbox"] for row in rows})
    unseen = "not looked into yet: do the webhooks run?"
    return rows + [{"mailbox": one, "folder": "", "error": unseen} for one in missing]


def _found(mail: str) -> "Mail":
    """The mail; Wrong when there is none or several begin so."""
    from commands.connections import with_records
    from commands.failures import Wrong
    from records import mails

    found = with_records(lambda session: mails.get(session, mail.strip().lower()))
    if found is None:
        raise Wrong(
            f"There is no mail '{mail}', or several begin so: give at least eight characters of its id. "
            "`./starter.py mail list --all` lists them."
        )
    return found

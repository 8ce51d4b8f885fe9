"""Replies and opt-outs by people, from raw mails to what they stop; every row of the table of inbound mail."""

import pytest
from sqlalchemy import update

from records.db import Database
from records.inbox import rematch
from records.tables import Account, Touch
from records.tokens import return_path, unsubscribe_address
from tests.mail.incoming import CAME, LINKS, Come, only
from tests.mail.letters import HUMAN, letter
from tests.webhooks import builders as b
from webhooks.router import Router


async def test_a_reply_stops_the_run_and_keeps_its_words(database: Database, touch: str, come: Come) -> None:
    """C1"""
    mail = await come(letter(HUMAN + "\nOn Tue, Ada wrote:\n> Hello Ann\n", In_Reply_To=touch))
    event = await only(database)
    assert (mail.state, mail.kind, mail.events) == ("read", "reply", [event.id])
    assert (event.source, event.id, event.occurred_at) == ("mail", f"mail:{mail.id}#1", CAME)
    assert (event.account, event.contact, event.touch is not None) == ("acme", "ann", True)
    assert "exactly what we are looking for" in event.data["text"]
    assert "Hello Ann" not in event.data["text"]
    assert mail.evidence
    assert (await b.run_row(database, "usage-drop/acme/1")).state == "halted"


@pytest.mark.parametrize("where", ["in-reply-to", "references", "ses", "ses-region"])
async def test_a_reply_is_matched_by_the_thread_whoever_writes(
    database: Database, touch: str, come: Come, where: str
) -> None:
    """C12: another address, forwarded to somebody else, an older mail of the thread, a replaced Message-ID."""
    async with database.begin() as session:
        await session.execute(update(Touch).values(transport_ref="0102018f-aa11-000000"))
    headers = {
        "in-reply-to": {"In_Reply_To": touch},
        "references": {"In_Reply_To": "<theirs@acme.example>", "References": f"{touch} <theirs@acme.example>"},
        "ses": {"In_Reply_To": "<0102018f-aa11-000000@email.amazonses.com>"},
        "ses-region": {"References": "<0102018f-aa11-000000@eu-west-1.amazonses.com>"},
    }[where]
    await come(letter(sender="A Lee <a.lee@private.example>", Subject="something else", **headers))
    event = await only(database)
    assert (event.account, event.contact, event.touch is not None) == ("acme", None, True)


async def test_a_reply_is_matched_by_the_token_in_its_address(database: Database, touch: str, come: Come) -> None:
    """C12: the references were lost; the address it came to names the mail."""
    await come(letter(sender="a.lee@private.example", to=return_path("a@setpiece.example", LINKS, touch)))
    assert (await only(database)).touch is not None


async def test_the_subject_alone_matches_nobody(database: Database, touch: str, come: Come) -> None:
    """C12"""
    await come(letter(sender="someone@else.example", Subject="Re: News for Acme"))
    event = await only(database)
    assert (event.state, event.account) == ("unmatched", None)


async def test_an_unknown_sender_is_matched_when_they_become_known(database: Database, touch: str, come: Come) -> None:
    """B16: stored, nobody is created, and found their place after the import."""
    await come(letter(sender="new@elsewhere.example"))
    assert (await only(database)).state == "unmatched"
    async with database.begin() as session:
        session.add(Account(id="else", name="Elsewhere", domains=["elsewhere.example"]))
    async with database.begin() as session:
        assert await rematch(session) == 1
    assert (await only(database)).account == "else"


async def test_a_reply_that_is_faster_than_our_own_commit_is_matched(
    database: Database, touch: str, come: Come
) -> None:
    """C13: the Message-ID was frozen before the mail was sent; the touch is still only claimed."""
    async with database.begin() as session:
        await session.execute(update(Touch).values(state="claimed", settled_at=None, claimed_at=CAME))
    await come(letter(In_Reply_To=touch))
    event = await only(database)
    assert event.touch is not None
    async with database.begin() as session:
        assert (await session.get_one(Touch, event.touch)).replied_at == CAME


async def test_a_reply_to_a_run_that_has_ended_keeps_its_effect_on_the_data(
    database: Database, touch: str, come: Come, temporal: b.FakeTemporal, router: Router
) -> None:
    """B17"""
    temporal.closed.add("usage-drop/acme")
    await come(letter("Please take me off your list and never write to me again.", In_Reply_To=touch))
    await router.close()
    assert ("address", "ann@acme.example", None) in await b.suppressions(database)


async def test_an_opt_out_in_words_suppresses_at_once(database: Database, touch: str, come: Come) -> None:
    """C4"""
    mail = await come(letter("Please unsubscribe me from these emails.\n", In_Reply_To=touch))
    assert mail.state == "read"
    assert ("contact", "ann", None) in await b.suppressions(database)


async def test_our_own_footer_given_back_opts_nobody_out(database: Database, touch: str, come: Come) -> None:
    """C4"""
    footer = "> -- \n> Setpiece Ltd, 1 Example Street\n> You do not want mails like this? Unsubscribe: https://x/u/t\n"
    await come(
        letter(f"{HUMAN}\nOn Tue, Ada <ada@setpiece.example> wrote:\n> Hello Ann\n>\n{footer}", In_Reply_To=touch)
    )
    assert (await only(database)).data["kind"] != "unsubscribe"
    assert await b.suppressions(database) == set()


async def test_a_mail_programs_unsubscribe_counts_for_whom_its_token_names(
    database: Database, touch: str, come: Come
) -> None:
    """C5: though it carries the mark of an automatic mail, and comes from another address of the person."""
    to = unsubscribe_address("a@setpiece.example", LINKS, touch) or ""
    raw = letter("", sender="ann@home.example", to=to, Subject="unsubscribe", Auto_Submitted="auto-replied")
    await come(raw)
    event = await only(database)
    assert (event.kind, event.data["email"]) == ("unsubscribed", "ann@acme.example")
    assert ("address", "ann@acme.example", None) in await b.suppressions(database)

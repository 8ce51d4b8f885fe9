"""From raw mails to events and what they stop: every row of the table of inbound mail, through the reader itself."""

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import update

from records import mails
from records.db import Database, lock_account
from records.inbox import rematch
from records.mails import Arrival
from records.tables import Account, Contact, Event, Mail, Player, Touch
from records.tokens import return_path, unsubscribe_address
from settings import Settings
from tests.mail.conftest import LINKS, kept
from tests.mail.letters import HUMAN, bounce, complaint, letter
from tests.webhooks import builders as b
from webhooks.mail import reader as reading
from webhooks.mail.reader import Reader
from webhooks.meaning.model import Meaning
from webhooks.meaning.understand import understand
from webhooks.router import Router

CAME = dt.datetime(2026, 11, 18, 12, 40, tzinfo=dt.UTC)
Come = Callable[..., Awaitable[Mail]]


@pytest.fixture
async def touch(database: Database) -> str:
    """Acme with an open run that has written to Ann; the Message-ID of the mail."""
    await b.people(database)
    await b.publish(database, b.a_play())
    async with database.begin() as session:
        session.add(
            Player(id="ada", name="Ada", email="ada@office.example", mailbox="ada@setpiece.example", roles=["csm"])
        )
    return await b.touch(database, await b.open_run(database))


async def at_once(raw: bytes, received: dt.datetime) -> Meaning:
    """In this process."""
    return understand(raw, received)


@pytest.fixture
def reader(database: Database, settings: Settings, router: Router) -> Reader:
    """Reads when it is told to."""
    return Reader(database, settings, router, at_once)


@pytest.fixture
def come(database: Database, reader: Reader) -> Come:
    """A mail comes in and is read."""

    async def arrives(raw: bytes, note: str = "") -> Mail:
        arrival = Arrival("imap", "ada@setpiece.example", mails.mail_id(raw), raw, CAME, note)
        async with database.begin() as session:
            (mail,) = await mails.keep(session, [arrival])
        await reader.read_due()
        return await the(database, mail)

    return arrives


async def the(database: Database, mail: str) -> Mail:
    """As it stands."""
    async with database.begin() as session:
        return await session.get_one(Mail, mail)


async def only(database: Database) -> Event:
    """The one event."""
    (event,) = await b.events(database)
    return event


# --- people ----------------------------------------------------------------------------------------------------------


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


# --- machines --------------------------------------------------------------------------------------------------------


async def test_an_absence_holds_the_person_and_stops_nobody(database: Database, touch: str, come: Come) -> None:
    """C2"""
    raw = letter(
        "I am out of the office and will be back on 7 December 2026.",
        Subject="Automatic reply: News", Auto_Submitted="auto-replied", In_Reply_To=touch,
    )  # fmt: skip
    mail = await come(raw)
    event = await only(database)
    assert (mail.kind, event.data["kind"], event.data["until"]) == ("auto_reply", "ooo", "2026-12-07")
    (hold,) = await b.holds(database)
    assert (hold.scope, hold.value) == ("contact", "ann")
    assert (await b.run_row(database, "usage-drop/acme/1")).state == "open"


async def test_an_absence_told_by_an_alias_holds_whom_we_wrote_to(database: Database, touch: str, come: Come) -> None:
    """C2, C12"""
    raw = letter(
        "I am out of the office.", sender="ann.lee@acme-group.example",
        Subject="Out of office", Auto_Submitted="auto-replied", In_Reply_To=touch,
    )  # fmt: skip
    await come(raw)
    assert [(hold.scope, hold.value) for hold in await b.holds(database)] == [("contact", "ann")]


async def test_a_ticket_robot_stops_nothing(database: Database, touch: str, come: Come) -> None:
    """C3: however keen it sounds."""
    raw = letter(
        "Thank you for your message! Your request 4711 has been received. We are excited to talk to you.",
        Auto_Submitted="auto-generated", Subject="[Ticket 4711] News", In_Reply_To=touch,
    )  # fmt: skip
    mail = await come(raw)
    assert (mail.state, mail.kind) == ("read", "auto_reply")
    assert "automatic" in mail.reason
    assert await b.events(database) == []


async def test_the_same_words_again_are_a_loop_and_are_not_acted_on(database: Database, touch: str, come: Come) -> None:
    """C11: a robot without any mark of one."""
    await come(letter(HUMAN + "And greetings from everybody at the office.", In_Reply_To=touch))
    again = await come(letter(HUMAN + "And greetings from everybody at the office.", In_Reply_To=touch))
    assert (again.state, len(await b.events(database))) == ("listed", 1)
    assert "loop" in again.reason


async def test_more_than_a_few_replies_a_day_from_one_address_are_looked_at_by_a_person(
    database: Database, touch: str, come: Come
) -> None:
    """C11: a cap per address; an opt-out always counts."""
    states = [(await come(letter(f"Answer {number}, shall we talk?", In_Reply_To=touch))).state for number in range(7)]
    assert states == ["read"] * 5 + ["listed"] * 2
    await come(letter("Please unsubscribe me from these emails.", In_Reply_To=touch))
    assert ("contact", "ann", None) in await b.suppressions(database)


# --- reports ---------------------------------------------------------------------------------------------------------


async def test_a_bounce_counts_for_whom_our_mail_went_to(database: Database, touch: str, come: Come) -> None:
    """C7"""
    mail = await come(bounce(touch, ("ann@acme.example", "failed", "5.1.1"), said="550 5.1.1 User unknown"))
    event = await only(database)
    assert (mail.state, event.kind, event.data["kind"], event.contact) == ("read", "bounce", "hard", "ann")
    assert await b.suppressions(database) == {("address", "ann@acme.example", "email")}


async def test_a_report_of_many_recipients_counts_once_for_each_verdict(
    database: Database, touch: str, come: Come
) -> None:
    """C7: a list behind the address; one recipient there is unknown, one is waited for."""
    await come(
        bounce(
            touch, ("x@acme.example", "failed", "5.1.1"), ("y@acme.example", "failed", "5.1.1"),
            ("z@acme.example", "delayed", "4.4.1"),
        )
    )  # fmt: skip
    assert sorted(event.kind for event in await b.events(database)) == ["bounce", "mail.deferred"]


async def test_a_bounce_that_blames_the_sender_suppresses_nobody(database: Database, touch: str, come: Come) -> None:
    """C7, A6: 5.7.x is about us."""
    said = "550 5.7.1 Message rejected due to content restrictions: spam"
    await come(bounce(touch, ("ann@acme.example", "failed", "5.7.1"), said=said))
    event = await only(database)
    assert (event.data["kind"], event.data["blames_sender"]) == ("soft", True)
    assert await b.suppressions(database) == set()


async def test_a_mail_that_was_forwarded_and_bounced_there_suppresses_nobody(
    database: Database, touch: str, come: Come
) -> None:
    """C7, C12"""
    await come(bounce(touch, ("ann@home.example", "failed", "5.1.1")))
    assert (await only(database)).data["kind"] == "soft"
    assert await b.suppressions(database) == set()


@pytest.mark.parametrize("names", ["", "<1b2c@setpiece.example>"])
async def test_a_bounce_that_names_no_mail_of_ours_is_listed_and_changes_nothing(
    database: Database, touch: str, come: Come, names: str
) -> None:
    """C8: backscatter, or somebody who wants a contact of ours to get no more mail."""
    mail = await come(bounce(names, ("ann@acme.example", "failed", "5.1.1")))
    assert mail.state == "listed"
    assert "forged" in mail.reason
    assert (await b.events(database), await b.suppressions(database)) == ([], set())


async def test_a_bounce_without_our_headers_is_known_by_the_signed_token_it_came_to(
    database: Database, touch: str, come: Come
) -> None:
    """C8"""
    to = return_path("a@setpiece.example", LINKS, touch)
    await come(bounce("", ("ann@acme.example", "failed", "5.1.1"), to=to))
    assert (await only(database)).data["email"] == "ann@acme.example"


async def test_a_forged_token_proves_nothing(database: Database, touch: str, come: Come) -> None:
    """C8"""
    to = return_path("a@setpiece.example", "another installation's secret", touch)
    assert (await come(bounce("", ("ann@acme.example", "failed", "5.1.1"), to=to))).state == "listed"


async def test_a_complaint_whose_recipient_is_blacked_out_stops_every_play(
    database: Database, touch: str, come: Come
) -> None:
    """C9"""
    await come(complaint(touch))
    event = await only(database)
    assert (event.kind, event.data["email"], event.contact) == ("complaint", "ann@acme.example", "ann")
    assert ("contact", "ann", None) in await b.suppressions(database)


async def test_a_report_of_failed_authentication_is_about_no_person(database: Database, touch: str, come: Come) -> None:
    """C9"""
    mail = await come(complaint(touch, "auth-failure"))
    assert mail.state == "read"
    assert (await b.events(database), await b.suppressions(database)) == ([], set())


# --- our own, odd ones, and failures -------------------------------------------------------------------------


@pytest.mark.parametrize("sender", ["Ada <ada@setpiece.example>", "ada@office.example", "setpiece@setpiece.example"])
async def test_what_we_wrote_ourselves_is_no_reply(database: Database, touch: str, come: Come, sender: str) -> None:
    mail = await come(letter(sender=sender, to="ann@acme.example", In_Reply_To=touch))
    assert (mail.state, await b.events(database)) == ("own", [])


async def test_the_copy_in_our_sent_folder_settles_a_doubt(database: Database, touch: str, come: Come) -> None:
    async with database.begin() as session:
        await session.execute(update(Touch).values(state="in_doubt", claimed_at=CAME))
    await come(letter(sender="ada@setpiece.example", to="ann@acme.example", Message_ID=touch))
    async with database.begin() as session:
        (state,) = (await session.execute(Touch.__table__.select().with_only_columns(Touch.state))).one()
    assert state == "made"


async def test_the_beginning_of_a_mail_that_was_too_large_counts_and_a_person_looks(
    database: Database, touch: str, come: Come
) -> None:
    """C14"""
    mail = await come(
        letter(In_Reply_To=touch), note="too large: 50000000 bytes, of which the first 4194304 were taken"
    )
    assert (mail.state, (await only(database)).kind) == ("listed", "reply")
    assert "too large" in mail.reason


def nested(depth: int) -> bytes:
    """Multiparts in multiparts."""
    head = b"From: a@b.example\r\nMessage-ID: <deep@b.example>\r\n"
    boxes = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(depth))
    return head + boxes + b"\r\nhello\r\n"


HOSTILE = {
    "empty": b"",
    "no headers": b"\r\n\r\nhello",
    "nul and half characters": b"From: \x00\xed\xa0\x80@b.example\r\nMessage-ID: <\x00@b>\r\n\r\n\x00\xff",
    "no charset of this world": b"From: a@b.example\r\nContent-Type: text/plain; charset=klingon\r\n\r\n\xe4\xf6",
    "10 MB of text": b"From: a@b.example\r\nMessage-ID: <big@b.example>\r\n\r\n"
    + b"word word\r\n" * (10 * 1024 * 1024 // 11),
    "1,000 deep": nested(1000),
    "a header of a megabyte": b"From: a@b.example\r\nX: " + b"y" * 1_000_000 + b"\r\n\r\nhello",
    "10,000 references": b"From: a@b.example\r\nReferences: " + b"<a@b> " * 10_000 + b"\r\n\r\nhello",
    "base64 that is none": b"From: a@b.example\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!=*",
    "tnef": b"From: a@b.example\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n\r\n\x78\x9f\x3e\x22",
}


@pytest.mark.parametrize("which", HOSTILE)
async def test_no_mail_stands_in_the_way_of_the_next(database: Database, touch: str, come: Come, which: str) -> None:
    """C10: stored raw, and read or listed; the reply behind it counts."""
    raw = HOSTILE[which]
    mail = await come(raw)
    assert mail.state in ("listed", "read")
    assert mail.raw == raw
    assert (await come(letter(In_Reply_To=touch))).kind == "reply"


async def test_a_mail_read_twice_tells_its_event_once(
    database: Database, touch: str, come: Come, reader: Reader
) -> None:
    """The reader was killed between its commit and whatever comes after."""
    mail = await come(letter(In_Reply_To=touch))
    async with database.begin() as session:
        await mails.again(session, mail.id)
    await reader.read_due()
    assert (await the(database, mail.id)).state == "read"
    assert len(await b.events(database)) == 1


async def test_a_reader_that_is_stopped_before_its_commit_leaves_nothing_half_done(
    database: Database, touch: str, come: Come, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(*_: Any, **__: Any) -> None:
        raise OSError("Postgres went away")

    real = mails.settle
    monkeypatch.setattr(mails, "settle", breaks)
    monkeypatch.setattr(reading, "AGAIN", dt.timedelta(0))
    async with database.begin() as session:
        raw = letter(In_Reply_To=touch)
        await mails.keep(session, [Arrival("imap", "ada@setpiece.example", "1", raw, CAME)])

    async def once() -> Any:
        async with database.begin() as session:
            return await mails.claim(session, reading.LEASE)

    for one in await once():
        await reader._read(one)
    assert await b.events(database) == []
    monkeypatch.setattr(mails, "settle", real)
    await reader.read_due()
    (mail,) = await kept(database)
    assert (mail.state, len(await b.events(database))) == ("read", 1)


async def test_a_mail_on_its_way_to_the_same_account_is_waited_for_without_holding_up_the_others(
    database: Database, touch: str, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C10, A9: the gate holds the account's lock while the server takes the mail."""
    monkeypatch.setattr(reading, "LOCKS", "200ms")
    other = letter(sender="g@globex.example")
    async with database.begin() as session:
        for number, raw in enumerate((letter(In_Reply_To=touch), other)):
            await mails.keep(session, [Arrival("imap", "ada@setpiece.example", str(number), raw, CAME)])
    async with database.begin() as gate:
        await lock_account(gate, "acme")
        await reader.read_due()
        assert [event.account for event in await b.events(database)] == ["globex"]
    monkeypatch.setattr(reading, "AGAIN", dt.timedelta(0))
    async with database.begin() as session:
        await session.execute(update(Mail).values(next_try_at=CAME))
    await reader.read_due()
    assert {event.account for event in await b.events(database)} == {"acme", "globex"}


async def test_a_new_contact_at_the_address_is_not_asked_for_by_name(
    database: Database, touch: str, come: Come
) -> None:
    """B16: a referral names somebody; a stranger is never made a contact by writing to us."""
    await come(letter(sender="stranger@acme.example"))
    event = await only(database)
    assert (event.account, event.contact) == ("acme", None)
    async with database.begin() as session:
        found = (await session.scalars(Contact.__table__.select().with_only_columns(Contact.id))).all()
    assert set(found) == {"ann", "bob", "gus"}

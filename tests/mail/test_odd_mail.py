"""Our own mail, hostile mail, and readers that fail: nothing is lost, done twice, or in the way of the next."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import update

from records import mails
from records.db import Database, lock_account
from records.mails import Arrival
from records.tables import Contact, Mail, Touch
from tests.mail.conftest import kept
from tests.mail.incoming import CAME, Come, only, the
from tests.mail.letters import letter
from tests.webhooks import builders as b
from webhooks.mail import reader as reading
from webhooks.mail.reader import Reader


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

"""A mailbox on a real Dovecot is watched: every mail is stored once, whatever restarts, and nothing in it changes."""

import asyncio
import time
import uuid
from typing import Any

import pytest
import structlog

from records import mailbox_places
from records.db import Database
from tests.mail.conftest import Listen, kept, mail, places
from tests.mail.dovecot import Dovecot
from tests.playhouse import eventually

ADA = "ada@ours.example"
DAY = 24 * 3600


@pytest.fixture
def user() -> str:
    """Somebody whose mailbox is empty."""
    return f"ada-{uuid.uuid4().hex[:8]}"


async def so_many(database: Database, count: int, within: float = 20) -> list[Any]:
    """The mails, once there are so many; never more."""

    async def there() -> Any:
        found = await kept(database)
        return found if len(found) >= count else None

    found: list[Any] = await eventually(there, f"{count} mails are stored", within)
    assert len(found) == count
    return found


async def seen_up_to(database: Database, uid: int, folder: str = "INBOX") -> None:
    """Wait until the folder was read up to there."""

    async def there() -> bool:
        return folder in (found := await places(database)) and found[folder].last_uid >= uid

    await eventually(there, f"{folder} is read up to {uid}", 20)


async def test_new_mail_is_stored_in_a_moment_and_stays_unread(
    dovecot: Dovecot, user: str, database: Database, listen: Listen
) -> None:
    await listen({ADA: {"listen": dovecot.url(user)}})

    async def looked() -> Any:
        return (await places(database)).get("INBOX")

    await eventually(looked, "the folder was looked into")
    before = time.monotonic()
    dovecot.put(user, mail(1))
    (stored,) = await so_many(database, 1)
    assert time.monotonic() - before < 10, "the server tells of it (IDLE); the next look is a minute away"
    assert (stored.source, stored.mailbox, stored.state) == ("imap", ADA, "received")
    assert all("Seen" not in flags and "Deleted" not in flags for flags in dovecot.flags(user))


async def test_nothing_is_read_twice_or_lost_over_restarts(
    dovecot: Dovecot, user: str, database: Database, listen: Listen
) -> None:
    for number in range(30):
        dovecot.put(user, mail(number))
    first = await listen({ADA: {"listen": dovecot.url(user)}})
    await so_many(database, 30)
    await first.__aexit__(None, None, None)
    for number in range(30, 33):
        dovecot.put(user, mail(number))
    await listen({ADA: {"listen": dovecot.url(user)}})
    await so_many(database, 33)
    await seen_up_to(database, 33)
    assert len(await kept(database)) == 33


async def test_a_folder_with_new_numbers_is_read_again_and_no_mail_counts_twice(
    dovecot: Dovecot, user: str, database: Database, listen: Listen
) -> None:
    for number in range(5):
        dovecot.put(user, mail(number))
    first = await listen({ADA: {"listen": dovecot.url(user)}})
    await so_many(database, 5)
    await seen_up_to(database, 5)
    await first.__aexit__(None, None, None)
    before = (await places(database))["INBOX"].uid_validity
    await asyncio.sleep(1.1)  # a UIDVALIDITY is a second
    dovecot.renumber(user)
    dovecot.put(user, mail(99))
    await listen({ADA: {"listen": dovecot.url(user)}})
    await so_many(database, 6)
    await seen_up_to(database, 6)
    assert (await places(database))["INBOX"].uid_validity != before


async def test_the_first_look_goes_back_fourteen_days(
    dovecot: Dovecot, user: str, database: Database, listen: Listen
) -> None:
    now = time.time()
    for number, days in enumerate((400, 40, 17, 12, 1)):
        dovecot.put(user, mail(number), when=now - days * DAY)
    await listen({ADA: {"listen": dovecot.url(user)}})
    stored = await so_many(database, 2)
    await seen_up_to(database, 5)
    ages = [round((now - one.received_at.timestamp()) / DAY) for one in stored]
    assert sorted(ages) == [1, 12], "and each came when its server got it"


async def test_mails_and_the_place_are_stored_together_or_not_at_all(
    dovecot: Dovecot, user: str, database: Database, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, broken = mailbox_places.move, []

    async def breaks(*arguments: Any) -> None:
        broken.append(len(await kept(database)))
        if len(broken) < 4:
            raise OSError("killed between the fetch and the commit")
        await real(*arguments)

    monkeypatch.setattr(mailbox_places, "move", breaks)
    for number in range(3):
        dovecot.put(user, mail(number))
    await listen({ADA: {"listen": dovecot.url(user)}})
    await so_many(database, 3)
    assert broken[:4] == [0, 0, 0, 0]


async def test_folders_are_told_apart_though_their_numbers_are_the_same(
    dovecot: Dovecot, user: str, database: Database, listen: Listen
) -> None:
    dovecot.put(user, mail(1))
    dovecot.put(user, mail(2), folder="Sent")
    dovecot.put(user, mail(1), folder="Sent")
    await listen({ADA: {"listen": dovecot.url(user, "INBOX,Sent")}})
    stored = await so_many(database, 2)
    await seen_up_to(database, 2, "Sent")
    assert {one.external_id.partition("/")[0] for one in stored} == {"INBOX", "Sent"}
    assert len(await kept(database)) == 2


async def test_a_mail_beyond_the_bound_is_kept_by_its_beginning_and_marked_for_a_person(
    dovecot: Dovecot, user: str, database: Database, listen: Listen
) -> None:
    dovecot.put(user, mail(1, text="A" * 76 + "\r\n" + ("B" * 76 + "\r\n") * (27 * 1024 * 1024 // 78)))
    dovecot.put(user, mail(2))
    await listen({ADA: {"listen": dovecot.url(user)}})
    stored = await so_many(database, 2, 60)
    big = next(one for one in stored if one.reason)
    assert "too large" in big.reason
    async with database.begin() as session:
        row = await session.get_one(type(big), big.id)
        assert len(row.raw) == 4 * 1024 * 1024
        assert row.raw.startswith(b"From: kim@acme.example")


async def test_a_server_that_comes_back_is_read_on(
    dovecot: Dovecot, user: str, database: Database, listen: Listen
) -> None:
    dovecot.put(user, mail(1))
    await listen({ADA: {"listen": dovecot.url(user)}})
    await so_many(database, 1)
    dovecot.stop()

    async def told() -> bool:
        return "nobody listens" in (await places(database))["INBOX"].error

    await eventually(told, "the trouble is written down")
    dovecot.start()
    dovecot.put(user, mail(2))
    await so_many(database, 2)

    async def over() -> bool:
        return (await places(database))["INBOX"].error == ""

    await eventually(over, "the trouble is over")
    assert (await places(database))["INBOX"].last_uid == 2


async def test_a_wrong_password_is_said_in_a_sentence_without_it(
    dovecot: Dovecot, user: str, database: Database, listen: Listen
) -> None:
    wrong = dovecot.url(user).replace("open-sesame", "hunter2-secret")
    with structlog.testing.capture_logs() as lines:
        await listen({ADA: {"listen": wrong}})

        async def told() -> Any:
            return (await places(database)).get("INBOX")

        place = await eventually(told, "the trouble is written down")
    assert "does not take the user or the password" in place.error
    assert "hunter2" not in place.error + str(lines)
    assert ADA not in str(lines)


async def test_a_misspelt_folder_does_not_keep_the_others_from_being_read(
    dovecot: Dovecot, user: str, database: Database, listen: Listen
) -> None:
    dovecot.put(user, mail(1))
    await listen({ADA: {"listen": dovecot.url(user, "INBOX,Snet")}})
    await so_many(database, 1)
    assert "no such folder" in (await places(database))["Snet"].error


async def test_a_setting_that_cannot_be_used_is_said_and_the_others_are_watched(
    dovecot: Dovecot, user: str, database: Database, listen: Listen
) -> None:
    dovecot.put(user, mail(1))
    bad = {"bob@ours.example": {"listen": "pop3://bob:secret@host/INBOX"}}
    await listen({ADA: {"listen": dovecot.url(user)}, **bad})
    await so_many(database, 1)

    async def told() -> Any:
        async with database.begin() as session:
            rows = await mailbox_places.listing(session)
        return [one.error for one in rows if one.mailbox == "bob@ours.example"]

    (sentence,) = await eventually(told, "the trouble is written down")
    assert "imaps://user:password@host/FOLDER" in sentence
    assert "secret" not in sentence


async def test_one_process_watches_a_mailbox_and_another_takes_over(
    dovecot: Dovecot, user: str, database: Database, listen: Listen
) -> None:
    first = await listen({ADA: {"listen": dovecot.url(user)}})
    dovecot.put(user, mail(1))
    await so_many(database, 1)
    with structlog.testing.capture_logs() as lines:
        await listen({ADA: {"listen": dovecot.url(user)}})
        dovecot.put(user, mail(2))
        await so_many(database, 2)
        assert len([line for line in lines if line["event"] == "mail came in"]) == 1
        await first.__aexit__(None, None, None)
        dovecot.put(user, mail(3))
        await so_many(database, 3)

"""The outbox: every notice arrives, once when nothing goes wrong, under one Message-ID when something does."""

import asyncio
from email import message_from_bytes, policy
from typing import Any

from sqlalchemy import func, update

from activities.notices import Outbox
from local.mail_faults import Fault
from records import notices
from records.tables import Notice
from tests.activities.builders import Stage


def outbox(stage: Stage) -> Outbox:
    """The stage's outbox."""
    return Outbox(stage.database, stage.transport, stage.settings)


async def put(stage: Stage, *keys: str, subject: str = "Now yours") -> None:
    """Notices for the csm."""
    await stage.people()
    async with stage.database.begin() as session:
        for key in keys:
            await notices.put(session, notices.Draft(key, "csm", subject, "Do it.\n"), "setpiece.example")


async def until_sent(stage: Stage) -> None:
    """Wait until nothing is unsent."""
    for _ in range(200):
        async with stage.database.begin() as session:
            if not await notices.unsent(session):
                return
        await asyncio.sleep(0.05)
    raise AssertionError("a notice was not sent in ten seconds")


async def test_a_notice_goes_out_soon_after_its_commit_and_once(stage: Stage) -> None:
    stop = asyncio.Event()
    running = [asyncio.create_task(outbox(one).run(stop)) for one in (stage, stage.again())]
    await put(stage, *(f"notice/{number}" for number in range(30)))
    await until_sent(stage)
    stop.set()
    await asyncio.gather(*running)
    assert len(stage.mails) == 30
    assert len({one.message_id for one in stage.mails}) == 30


async def test_a_notice_is_marked_as_written_by_a_robot(stage: Stage) -> None:
    await put(stage, "notice/1")
    await outbox(stage).send_due()
    arrived: Any = message_from_bytes(stage.sink.store.raw(1), policy=policy.default)
    assert (arrived["Auto-Submitted"], arrived["List-Unsubscribe"]) == ("auto-generated", None)
    assert arrived["To"] == "csm@ours.example"
    assert "Do it." in arrived.get_body(("plain",)).get_content()


async def test_a_notice_that_failed_is_sent_again_as_the_same_mail(stage: Stage) -> None:
    await put(stage, "notice/1")
    stage.sink.faults.plan(Fault(drop="before-250", times=1), Fault(at="RCPT", reply="451 4.3.0 later", times=1))
    for _ in range(3):
        await outbox(stage).send_due()
        async with stage.database.begin() as session:
            await session.execute(update(Notice).values(next_try_at=func.now()))
    [notice] = await stage.all(Notice)
    assert (notice.sent_at is not None, notice.attempts, notice.error) == (True, 3, None)
    assert {one.message_id for one in stage.mails} == {notice.message_id}


async def test_a_notice_is_put_in_the_outbox_once_per_key(stage: Stage) -> None:
    await put(stage, "notice/1", "notice/1")
    assert len(await stage.all(Notice)) == 1


async def test_a_subject_that_would_add_a_header_does_not_leave_the_house(stage: Stage) -> None:
    await put(stage, "notice/1", subject="=?utf-8?q?Hi=0D=0ABcc=3A_v=40x.test?=")
    await outbox(stage).send_due()
    assert stage.mails == []
    assert "control character" in ((await stage.all(Notice))[0].error or "")


async def test_the_outbox_outlives_a_mail_server_that_is_away(stage: Stage) -> None:
    await put(stage, "notice/1")
    await stage.sink.stop()
    assert await outbox(stage).send_due() == 1
    [notice] = await stage.all(Notice)
    assert (notice.sent_at, notice.error) == (None, "Unreachable")

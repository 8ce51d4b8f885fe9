"""What goes wrong between us and the mail server, and who else wants to send: one mail at most, and no secret."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text, update
from temporalio.exceptions import ApplicationError

from activities.channels.smtp import Place
from activities.notices import Outbox
from local.mail_faults import Fault
from plays.events import TouchState
from records import doubts, touches
from records.tables import Touch
from tests.activities.builders import NOW, Stage, play_of, run

KEY = "hello/acme/1/first/1/acme-kim"


@pytest.mark.parametrize("at", ["RCPT", "DATA", "DOT"])
async def test_a_server_that_says_later_gets_the_same_bytes_later(stage: Stage, at: Any) -> None:
    """A5: 4xx at any verb, the final dot included."""
    admitted = await stage.begin()
    stage.sink.faults.plan(Fault(at=at, reply="451 4.3.0 busy, acme-kim@theirs.example", times=1))
    out = await stage.send(stage.step(admitted, "first"))
    assert (out.verdict, out.reason) == ("later", "the mail server asked to come again later (451 4.3.0)")
    assert out.until is not None
    assert timedelta(minutes=4) < out.until - NOW < timedelta(minutes=6)
    waiting = await stage.touch(KEY)
    assert (waiting.state, waiting.attempts) == ("deferred", 1)
    assert "busy" in (waiting.server_text or "")
    assert (await stage.send(stage.step(admitted, "first", out.until))).verdict == "made"
    sent = await stage.touch(KEY)
    assert sent.mime_sha256 == waiting.mime_sha256
    assert len(stage.mails) == 1


@pytest.mark.parametrize("at", ["MAIL", "RCPT", "DATA", "DOT"])
async def test_a_server_that_says_no_for_good_is_asked_once(stage: Stage, at: Any) -> None:
    """A6: 5xx at any verb."""
    admitted = await stage.begin()
    stage.sink.faults.plan(Fault(at=at, reply="550 5.1.1 no such user acme-kim@theirs.example", times=1))
    out = await stage.send(stage.step(admitted, "first"))
    assert (out.verdict, out.reason) == ("refused", "the mail server refused it for good (550 5.1.1)")
    assert (await stage.send(stage.step(admitted, "first"))).verdict == "refused"
    assert stage.mails == []


async def test_a_server_that_says_later_for_two_days_has_refused(stage: Stage) -> None:
    """A5: not for ever."""
    admitted = await stage.begin()
    stage.sink.faults.plan(Fault(at="RCPT", reply="450 4.2.1 greylisted"))
    now, answers = NOW, []
    for _ in range(7):
        out = await stage.send(stage.step(admitted, "first", now, hurry=True))
        answers.append(out.verdict)
        now = out.until or now
    assert answers == ["later"] * 6 + ["refused"]
    assert now - NOW > timedelta(hours=40)


@pytest.mark.parametrize(("drop", "kept"), [("unkept", 0), ("before-250", 1)])
async def test_a_server_lost_after_the_dot_leaves_a_doubt_and_no_second_mail(
    stage: Stage, drop: Any, kept: int
) -> None:
    """A1: RFC 1047's gap."""
    admitted = await stage.begin()
    stage.sink.faults.plan(Fault(drop=drop, times=1))
    for _ in range(2):
        out = await stage.send(stage.step(admitted, "first"))
        assert (out.verdict, out.reason) == ("in_doubt", "the mail server was lost after the whole mail was sent")
    assert stage.sink.faults.counts().data_started == 1
    assert len(stage.mails) == kept
    async with stage.database.begin() as session:
        assert [one.key for one in await doubts.listing(session)] == [KEY]


async def test_a_server_lost_after_its_last_word_has_the_mail(stage: Stage) -> None:
    """A1: the word was said."""
    admitted = await stage.begin()
    stage.sink.faults.plan(Fault(drop="after-250", times=1))
    assert (await stage.send(stage.step(admitted, "first"))).verdict == "made"
    assert len(stage.mails) == 1


async def test_a_server_that_cannot_be_reached_leaves_the_mail_unsent(stage: Stage) -> None:
    """A2: nothing was accepted."""
    admitted = await stage.begin()
    await stage.sink.stop()
    with pytest.raises(ApplicationError, match="nothing was sent") as refused:
        await stage.send(stage.step(admitted, "first"))
    assert (refused.value.type, refused.value.non_retryable) == ("MailServerUnreachable", False)
    assert (await stage.touch(KEY)).state == "planned"


async def test_a_kept_connection_that_went_stale_is_made_anew(stage: Stage) -> None:
    await stage.people()
    await stage.people("other")
    play = await stage.publish()
    first, second = await stage.open(play), await stage.open(play, "other")
    stage.sink.faults.plan(Fault(drop="after-250", times=1))
    assert (await stage.send(stage.step(first, "first"))).verdict == "made"
    async with asyncio.timeout(10):
        while stage.sink.connections:  # noqa: ASYNC110 - the sink hangs up a moment after its 250
            await asyncio.sleep(0.01)
    assert (await stage.send(stage.step(second, "first"))).verdict == "made"


async def test_a_claim_that_a_dead_worker_left_is_a_doubt_and_never_sent_again(stage: Stage) -> None:
    """A1: the dot was announced, so it may have gone out."""
    admitted = await stage.begin()
    await _left_claimed(stage, admitted)
    out = await stage.send(stage.step(admitted, "first"))
    assert out.verdict == "in_doubt"
    assert (await stage.touch(KEY)).state == "in_doubt"
    assert stage.mails == []


async def test_a_verdict_that_a_dying_attempt_left_in_its_heartbeat_is_kept(stage: Stage) -> None:
    """A4: what the attempt knew outlives it."""
    admitted = await stage.begin()
    await _left_claimed(stage, admitted)
    left = {"token": "theirs", "state": "made", "reason": "accepted", "server_text": "250 2.0.0 OK"}
    out = await run(stage.activities.emailing.send_email, stage.step(admitted, "first"), details=[left])
    assert (out.verdict, (await stage.touch(KEY)).state) == ("made", "made")
    assert stage.mails == []


async def test_old_claims_without_a_verdict_are_swept_into_doubt(stage: Stage) -> None:
    """A1: also where no attempt ever comes back."""
    admitted = await stage.begin()
    await _left_claimed(stage, admitted)
    outbox = Outbox(stage.database, stage.transport, stage.settings)
    assert await outbox.sweep() == []
    async with stage.database.begin() as session:
        await session.execute(update(Touch).values(claimed_at=datetime.now(UTC) - timedelta(minutes=21)))
    assert await outbox.sweep() == [KEY]
    async with stage.database.begin() as session:  # the worker was alive after all, and knows
        assert await touches.settle(session, KEY, "theirs", TouchState.MADE, "accepted", NOW)
        assert not await touches.settle(session, KEY, "somebody's", TouchState.REFUSED, "no", NOW)
    assert (await stage.touch(KEY)).state == "made"


async def _left_claimed(stage: Stage, admitted: Any, *, dotted: bool = True) -> None:
    stage.sink.faults.plan(Fault(at="RCPT", reply="451 4.3.0 later", times=1))
    await stage.send(stage.step(admitted, "first"))
    async with stage.database.begin() as session:
        assert await touches.claim(session, KEY, "theirs", NOW)
    if dotted:
        async with stage.database.singly() as session:
            assert await touches.mark_dot(session, KEY, "theirs")


async def test_two_workers_with_one_touch_make_one_mail(stage: Stage) -> None:
    admitted = await stage.begin()
    stage.sink.faults.plan(Fault(delay=0.3))
    others = [stage, stage.again(), stage.again()]
    answers = await asyncio.gather(*(one.send(stage.step(admitted, "first")) for one in others))
    assert len(stage.mails) == 1
    assert (await stage.touch(KEY)).state == "made"
    assert {one.verdict for one in answers} <= {"made", "later"}


async def test_two_plays_in_the_same_second_write_to_one_person_once(stage: Stage) -> None:
    """A10: also without a cap on the day."""
    await stage.people()
    admitted = [await stage.open(await stage.publish(play_of(f"play-{number}"))) for number in range(6)]
    answers = await asyncio.gather(*(stage.send(stage.step(one, "first")) for one in admitted))
    assert Counter(one.verdict for one in answers) == {"made": 1, "later": 5}
    assert len(stage.mails) == 1


async def test_postgres_lost_after_the_dot_does_not_lose_the_verdict(stage: Stage) -> None:
    """A7: every connection ended while the server thinks."""
    admitted = await stage.begin()
    stage.sink.faults.plan(Fault(delay=0.5))
    sending = asyncio.create_task(stage.send(stage.step(admitted, "first")))
    while not stage.sink.faults.attempts:  # noqa: ASYNC110 - the mail server has no event for it
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    await stage.database.engine.dispose()
    async with stage.database.begin() as session:
        others = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
        await session.execute(text(f"{others} and pid <> pg_backend_pid()"))
    assert (await sending).verdict == "made"
    assert (await stage.touch(KEY)).state == "made"


async def test_a_cancelled_attempt_finishes_the_mail_it_has_begun(stage: Stage) -> None:
    """A3: a stop is no reason to leave a mail half sent."""
    admitted = await stage.begin()
    stage.sink.faults.plan(Fault(delay=0.3))
    sending = asyncio.create_task(stage.activities.emailing._send(*await _ready(stage, admitted)))
    while not stage.sink.faults.attempts:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    assert (await sending).verdict == "made"


async def _ready(stage: Stage, admitted: Any) -> Any:
    from activities.freezing import prepare
    from activities.heartbeat import Heart
    from activities.house import House

    class Still(Heart):
        def keep(self, **what: Any) -> None:
            self._kept = what

    house = House(stage.database, stage.settings)
    async with stage.database.begin() as session:
        return await prepare(session, house, stage.step(admitted, "first"), NOW), Still()


@pytest.mark.parametrize(
    ("url", "port", "tls", "starttls"),
    [
        ("smtp://127.0.0.1:1025", 1025, False, None),
        ("smtps://u:p%40ss@mail.example", 465, True, False),
        ("smtp+starttls://mail.example", 587, False, True),
        ("smtp://u:p@mail.example", 25, False, True),
    ],
)
def test_the_url_says_how_to_connect(url: str, port: int, tls: bool, starttls: bool | None) -> None:
    place = Place.read(url)
    assert (place.port, place.tls, place.starttls) == (port, tls, starttls)
    assert "p@ss" not in repr(place)


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "mail.example:25"])
def test_a_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP_URL is one of"):
        Place.read(url)

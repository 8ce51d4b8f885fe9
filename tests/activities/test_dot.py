"""The mark before the final dot: what a claim that was left behind proves, and who may still send."""

import asyncio

import pytest
from sqlalchemy import text, update
from temporalio.exceptions import ApplicationError

from activities.channels.transport import Accepted
from activities.contracts import Admission
from activities.registry import Activities
from records import touches
from records.tables import Touch
from tests.activities.builders import NOW, Stage, run
from tests.activities.scripted import Scripted, gate

KEY = "hello/acme/1/first/1/acme-kim"


def by(stage: Stage, transport: Scripted) -> Activities:
    """A worker with this transport."""
    return Activities(stage.database, transport, stage.settings)


async def left_claimed(stage: Stage, admitted: Admission, *, transport: str = "smtp") -> None:
    """A claim of somebody who is not there any more."""
    async with stage.database.begin() as session:
        await touches.plan(
            session,
            {
                "key": KEY,
                "run": admitted.run_id,
                "account": "acme",
                "contact": "acme-kim",
                "player": "csm",
                "step": "first",
                "occurrence": 1,
                "channel": "email",
                "state": "planned",
                "created_at": NOW,
            },
        )
        assert await touches.claim(session, KEY, "theirs", NOW, transport=transport)


async def test_a_claim_left_before_the_dot_is_claimed_again_and_sent_once(stage: Stage) -> None:
    """A2: nothing was accepted before the dot; the same touch is sent once later."""
    admitted = await stage.begin()
    await left_claimed(stage, admitted)
    assert (await stage.send(stage.step(admitted, "first"))).verdict == "made"
    sent = await stage.touch(KEY)
    assert (sent.state, sent.attempts, sent.dot_at is not None) == ("made", 2, True)
    assert len(stage.mails) == 1


async def test_a_claim_left_after_the_dot_was_announced_is_in_doubt(stage: Stage) -> None:
    """A1: from the mark on nobody knows; it is not sent again on its own."""
    admitted = await stage.begin()
    await left_claimed(stage, admitted)
    async with stage.database.singly() as session:
        assert await touches.mark_dot(session, KEY, "theirs")
        assert not await touches.mark_dot(session, KEY, "somebody's")
    assert (await stage.send(stage.step(admitted, "first"))).verdict == "in_doubt"
    assert stage.mails == []


async def test_a_claim_of_a_worker_that_knew_no_marks_is_in_doubt(stage: Stage) -> None:
    """A2: during a deployment the old worker's claims have no mark, whatever became of them."""
    admitted = await stage.begin()
    await left_claimed(stage, admitted)
    async with stage.database.begin() as session:
        await session.execute(update(Touch).values(transport=None))
    assert (await stage.send(stage.step(admitted, "first"))).verdict == "in_doubt"
    assert stage.mails == []


async def test_an_attempt_whose_claim_was_taken_over_sends_nothing(stage: Stage) -> None:
    """A3: the first attempt still runs when the second begins; there is one DATA that comes to its dot."""
    admitted = await stage.begin()
    come, go, wait = gate()
    slow = Scripted(stage.sink.url)
    slow.moments.before_mark = wait
    first = asyncio.create_task(run(by(stage, slow).emailing.send_email, stage.step(admitted, "first")))
    await asyncio.wait_for(come.wait(), 10)
    assert (await stage.send(stage.step(admitted, "first"))).verdict == "made"
    go.set()
    with pytest.raises(ApplicationError, match="another attempt has taken the mail over") as over:
        await first
    assert (over.value.type, over.value.non_retryable) == ("TakenOver", False)
    assert [one.verdict for one in stage.sink.faults.attempts].count("kept") == 1
    assert (await stage.touch(KEY)).state == "made"
    await slow.close()


async def test_a_second_attempt_never_sends_while_the_first_waits_for_the_last_word(stage: Stage) -> None:
    """A3: the activity's time is over while the mail server still thinks; its answer counts when it comes."""
    admitted = await stage.begin()
    come, go, wait = gate()
    slow = Scripted(stage.sink.url)
    slow.moments.after_250 = wait
    first = asyncio.create_task(run(by(stage, slow).emailing.send_email, stage.step(admitted, "first")))
    await asyncio.wait_for(come.wait(), 10)
    assert (await stage.send(stage.step(admitted, "first"))).verdict == "in_doubt"
    go.set()
    assert (await first).verdict == "made"
    assert (await stage.touch(KEY)).state == "made"
    assert len(stage.sink.faults.attempts) == 1
    await slow.close()


async def test_postgres_lost_right_before_the_dot_sends_nothing_then_sends_once(stage: Stage) -> None:
    """A7: the dot is announced or it is not written."""
    admitted = await stage.begin()

    async def lose_postgres() -> None:
        others = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
        async with stage.database.begin() as session:
            await session.execute(text(f"{others} and pid <> pg_backend_pid()"))
        await stage.database.engine.dispose()
        monkey.setattr(touches, "mark_dot", broken)

    async def broken(*_: object) -> bool:
        monkey.undo()
        raise OSError("connection lost")

    monkey = pytest.MonkeyPatch()
    script = Scripted(stage.sink.url)
    script.moments.before_mark = lose_postgres
    with pytest.raises(ApplicationError, match="nothing was sent"):
        await run(by(stage, script).emailing.send_email, stage.step(admitted, "first"))
    assert ((await stage.touch(KEY)).state, len(stage.mails)) == ("deferred", 0)
    assert (await stage.send(stage.step(admitted, "first"))).verdict == "made"
    assert len(stage.mails) == 1
    await script.close()


async def test_the_ledger_says_from_which_mailbox_by_what_and_under_which_name(stage: Stage) -> None:
    """I3: a provider that sends under a Message-ID of its own is known by its own id; ours stays in the ledger."""
    admitted = await stage.begin()
    script = Scripted(stage.sink.url, name="ses")
    script.accepted = Accepted("200 OK", ref="0102-abc", message_id="<0102-abc@eu-west-1.amazonses.com>")
    await run(by(stage, script).emailing.send_email, stage.step(admitted, "first"))
    sent = await stage.touch(KEY)
    assert (sent.mailbox, sent.transport, sent.transport_ref) == ("csm@ours.example", "ses", "0102-abc")
    assert (sent.message_id or "").endswith("@setpiece.example>")
    assert sent.dot_at is not None
    assert sent.mime_sha256 == touches.fingerprint(sent.mime or b"")
    await script.close()


async def test_claims_and_marks_survive_a_database_that_commits_lazily(stage: Stage) -> None:
    """A8: whatever the database's default, no claim and no mark is answered before it is safe; a standby named in
    `synchronous_standby_names` then has them too."""
    admitted = await stage.begin()
    async with stage.database.begin() as session:
        for statement in _WITNESS:
            await session.execute(text(statement))
    await stage.database.engine.dispose()
    async with stage.database.begin() as session:
        assert await session.scalar(text("select current_setting('synchronous_commit')")) == "off"
    assert (await stage.send(stage.step(admitted, "first"))).verdict == "made"
    async with stage.database.begin() as session:
        seen = (await session.execute(text("select state, dotted, kept from witness order by nth"))).all()
    assert [tuple(one) for one in seen if one.state == "claimed"] == [("claimed", False, "on"), ("claimed", True, "on")]


_WITNESS = (
    "create table witness (nth bigserial, state text, dotted boolean, kept text)",
    """
    create function witness() returns trigger language plpgsql as $$ begin
      insert into witness (state, dotted, kept)
      values (new.state, new.dot_at is not null, current_setting('synchronous_commit'));
      return new; end $$
    """,
    "create trigger witness after update on touches for each row execute function witness()",
    """
    do $$ begin execute format('alter database %I set synchronous_commit to off', current_database()); end $$
    """,
)

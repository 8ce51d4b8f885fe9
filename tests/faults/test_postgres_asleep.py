"""Postgres stopped by SIGSTOP while a mail is on its way: it answers nobody and refuses nobody. Row A7."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError

from activities import claiming
from activities.contracts import Admission, StepOut
from activities.registry import Activities
from local.mail_faults import Fault
from local.mail_sink import MailSink
from local.stack import Stack
from records.db import Database
from tests.activities.builders import Stage, run
from tests.activities.doubtful import KEY
from tests.activities.scripted import Scripted, gate

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults"), pytest.mark.timeout(120)]


@pytest.fixture
async def stage(database: Database, tmp_path: Path) -> AsyncIterator[Stage]:
    """Activities on the session's Postgres, with a mail server of the test's own."""
    async with MailSink(tmp_path / "mail") as sink:
        stage = Stage(database, sink)
        yield stage
        await stage.transport.close()


def family(pid: int) -> list[int]:
    """The process and its children: every backend is one, in a process group of its own."""
    found = [pid]
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            found += [int(entry.name)] if int(parent) == pid else []
    return found


@contextlib.contextmanager
def asleep(stack: Stack) -> Iterator[None]:
    """No backend of Postgres runs within; all go on after it."""
    stopped = family(stack.postgres.pid)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in stopped:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


async def test_asleep_at_the_gate_no_text_begins(stage: Stage, stack: Stack) -> None:
    """A7: the gate needs Postgres; without it nothing is begun, and afterwards it is sent once."""
    admitted = await stage.begin()
    with asleep(stack):
        sending = asyncio.create_task(stage.send(stage.step(admitted, "first")))
        await asyncio.sleep(1.5)
        assert (sending.done(), stage.sink.faults.attempts) == (False, [])
    assert (await sending).verdict == "made"
    assert [one.verdict for one in stage.sink.faults.attempts] == ["kept"]


async def test_asleep_after_the_dot_the_verdict_is_kept_and_written(stage: Stage, stack: Stack) -> None:
    """A7: the server's word is not asked for twice; it is written once Postgres wakes."""
    admitted = await stage.begin()
    come, go, wait = gate()
    script = Scripted(stage.sink.url)
    script.moments.after_250 = wait
    sending = asyncio.create_task(_sent(stage, script, admitted))
    await asyncio.wait_for(come.wait(), 20)
    with asleep(stack):
        go.set()
        await asyncio.sleep(1.5)
        assert not sending.done()
    assert (await sending).verdict == "made"
    assert ((await stage.touch(KEY)).state, len(stage.mails)) == ("made", 1)
    await script.close()


async def test_asleep_right_before_the_dot_no_dot_is_written(
    stage: Stage, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A7: what cannot be announced is not sent; the same touch goes out once when Postgres is awake again."""
    monkeypatch.setattr(claiming, "MARK_LIMIT", 1.0)
    admitted = await stage.begin()
    come, go, wait = gate()
    script = Scripted(stage.sink.url)
    script.moments.before_mark = wait
    sending = asyncio.create_task(_sent(stage, script, admitted))
    await asyncio.wait_for(come.wait(), 20)
    with asleep(stack):
        go.set()
        await asyncio.sleep(2.5)
        assert stage.mails == []
    with pytest.raises(ApplicationError, match="nothing was sent"):
        await sending
    assert ((await stage.touch(KEY)).state, len(stage.mails)) == ("deferred", 0)
    stage.sink.faults.plan(Fault(at="MAIL", reply="451 4.3.0 later", times=1))
    verdicts = [(await stage.send(stage.step(admitted, "first"))).verdict for _ in range(2)]
    assert (verdicts, len(stage.mails)) == (["later", "made"], 1)
    await script.close()


async def _sent(stage: Stage, script: Scripted, admitted: Admission) -> StepOut:
    activities = Activities(stage.database, script, stage.settings)
    answer: StepOut = await run(activities.emailing.send_email, stage.step(admitted, "first"))
    return answer

"""A mail in doubt, and the clock turned back on it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from activities.channels.transport import Found, Look
from activities.contracts import Admission
from activities.house import House
from activities.reconciling import Looked, Reconciler
from local.mail_faults import Fault
from records import inbox, touches
from records.tables import Notice, Touch
from tests.activities.builders import NOW, Stage, mail, play_of
from tests.activities.scripted import Scripted

KEY = "hello/acme/1/first/1/acme-kim"


async def in_doubt(stage: Stage, *, kept: bool = True, **step: Any) -> Admission:
    """The first mail of a run is in doubt: the server was lost after the dot. The run was told and has gone on."""
    admitted = await stage.begin(play_of(steps=[mail("first", **step)]))
    stage.sink.faults.plan(Fault(drop="before-250" if kept else "unkept", times=1))
    assert (await stage.send(stage.step(admitted, "first"))).verdict == "in_doubt"
    return admitted


async def swept(stage: Stage) -> Admission:
    """The worker died after it had announced the dot, and its run still waits for the answer."""
    admitted = await stage.begin()
    stage.sink.faults.plan(Fault(at="RCPT", reply="451 4.3.0 later", times=1))
    await stage.send(stage.step(admitted, "first"))
    async with stage.database.begin() as session:
        assert await touches.claim(session, KEY, "theirs", NOW, mailbox="csm@ours.example")
    async with stage.database.singly() as session:
        assert await touches.mark_dot(session, KEY, "theirs")
    await earlier(stage, minutes=21)
    async with stage.database.begin() as session:
        assert await touches.doubt_stale(session) == [KEY]
    return admitted


async def earlier(stage: Stage, **ago: float) -> None:
    """As if it had been claimed, and looked up, so long ago."""
    back = timedelta(**ago)
    values = {"claimed_at": Touch.claimed_at - back, "dot_at": Touch.dot_at - back, "looked_at": Touch.looked_at - back}
    async with stage.database.begin() as session:
        await session.execute(update(Touch).values(values))


def reconciler(stage: Stage, *found: Found, name: str = "smtp") -> tuple[Reconciler, Scripted]:
    """One that is answered this."""
    script = Scripted(stage.sink.url, name=name)
    script.found = list(found) or script.found
    return Reconciler(House(stage.database, stage.settings), script), script


async def looked(stage: Stage, *found: Look | Found) -> list[Looked]:
    """Look it up with these answers, each time two hours later than before."""
    answers = [one if isinstance(one, Found) else Found(one, f"it is {one.value}") for one in found]
    asking, script = reconciler(stage, *answers)
    seen: list[Looked] = []
    for _ in answers:
        await earlier(stage, hours=2)
        seen += await asking.look_due()
    await script.close()
    return seen


async def told(stage: Stage) -> list[Notice]:
    """What our people were told."""
    async with stage.database.begin() as session:
        return list(await session.scalars(select(Notice).order_by(Notice.id)))


async def happens(stage: Stage, kind: str, at: datetime | None = None, /, **data: Any) -> str:
    """A provider reports something of the mail; the event's reason."""
    named = (await stage.touch(KEY)).message_id
    given = {"message_id": named} | data
    at = at or datetime.now(UTC)
    async with stage.database.begin() as session:
        done = await inbox.accept(
            session, "esp", f"{kind}-{at.isoformat()}", kind, given, at, json.dumps(given).encode()
        )
        event = await inbox.event(session, done.id)
        assert event is not None
        assert event.touch == KEY
        return event.reason

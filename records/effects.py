"""What an accepted event changes at once, besides what it stops: outcomes of touches, anchors, answers, open tasks.

In the transaction that accepts it, under the account's lock, by the event's own time. What it forbids is `stops.py`;
what a run does about it is its handlers' affair.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from plays.base import SOFT_TRIES
from plays.events import TaskState, TouchState
from records import breaker, mail_facts, task_closing
from records.matching import text_of
from records.offers import Offer
from records.referrals import REFERRED, take_referral
from records.surveys import take_answers
from records.tables import Account, Event, Run, Task, Touch

MADE: Final = (TouchState.MADE, TouchState.IN_DOUBT)
_KEY: Final = 40  # characters of an anchor's name


@dataclass
class Done:
    """What an event has brought: sentences without personal data, and events that follow from it."""

    sentences: list[str] = field(default_factory=list)
    raised: list[Offer] = field(default_factory=list)


Effect = Callable[[AsyncSession, Event], Awaitable[Done]]


async def apply_effects(session: AsyncSession, event: Event, anchors: Mapping[str, list[str]] | None = None) -> Done:
    """Write what the event changes; the caller holds `stops.lock` and has stored the event.

    `anchors` are the open runs of its account that take a dated fact from such an event: run -> names.
    """
    effect = EFFECTS.get(event.kind)
    done = await effect(session, event) if effect else Done()
    done.sentences += await mail_facts.keep(session, event)
    if anchors:
        done.sentences += await _set_anchors(session, event, anchors)
    return done


def said_at(event: Event) -> datetime | None:
    """`data.at` as an instant in UTC; None when there is none. A day alone is its midnight in UTC."""
    raw = event.data.get("at")
    try:
        at = datetime.fromisoformat(raw) if isinstance(raw, str) else None
    except ValueError:
        return None
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)


async def _set_anchors(session: AsyncSession, event: Event, anchors: Mapping[str, list[str]]) -> list[str]:
    at = (said_at(event) or event.occurred_at).astimezone(UTC)
    for run_id, names in anchors.items():
        run = await session.get(Run, run_id, populate_existing=True)
        if run is not None:
            run.anchors = {**run.anchors, **dict.fromkeys(names, at.isoformat())}
    await session.flush()
    return [f"{' and '.join(names)} of {run} is {at:%Y-%m-%d %H:%M} UTC" for run, names in anchors.items()]


async def _anchor_moved(session: AsyncSession, event: Event) -> Done:
    """A dated fact of the account has another date."""
    name, raw = event.data.get("name"), event.data.get("at")
    account = await session.get(Account, event.account, populate_existing=True) if event.account else None
    if account is None or not isinstance(name, str) or not isinstance(raw, str) or said_at(event) is None:
        return Done()
    if len(name) > _KEY or account.anchors.get(name) == raw:
        return Done()
    account.anchors = {**account.anchors, name: raw}
    await session.flush()
    return Done([f"the anchor {name} of {account.id} is {raw}"])


async def _parcel(session: AsyncSession, event: Event) -> Done:
    """What became of a parcel stands in the ledger: of the one named, else of the newest that was sent to them."""
    touch = await _parcel_touch(session, event)
    if touch is None:
        return Done()
    touch.outcome = event.kind.partition(".")[2]
    await session.flush()
    return Done([f"the parcel {touch.key.rsplit('/', 1)[0]} is {touch.outcome}"])


async def _parcel_touch(session: AsyncSession, event: Event) -> Touch | None:
    named, step = event.data.get("touch"), event.data.get("step")
    query = (
        select(Touch)
        .join(Run, Run.id == Touch.run)
        .where(Touch.account == event.account, Touch.channel == "parcel", Touch.state.in_(MADE))
        .order_by(Touch.settled_at.desc(), Touch.key)
        .limit(1)
    )
    if isinstance(named, str) and named:
        query = query.where(Touch.key == named)
    else:
        query = query.where(Run.ended_at.is_(None), Touch.outcome.is_distinct_from("not_sent"))
        if isinstance(step, str) and step:
            query = query.where(Touch.step == step)
        if event.contact:
            query = query.where(Touch.contact == event.contact)
    return (await session.scalars(query)).one_or_none()


async def _meeting(session: AsyncSession, event: Event) -> Done:
    """The meeting took place, or they did not come: nobody has to type that too."""
    outcome = {"meeting.held": "held", "meeting.no-show": "no_show"}[event.kind]
    query = (
        select(Task)
        .join(Run, Run.id == Task.run)
        .where(Task.account == event.account, Task.kind == "meeting", Task.state == TaskState.OPEN)
        .where(Run.ended_at.is_(None), Task.outcomes.contains([outcome]))
        .order_by(Task.id)
        .with_for_update(of=Task)
    )
    open_tasks = (await session.scalars(query)).all()
    theirs = [one for one in open_tasks if event.contact is None or one.contact in (None, event.contact)]
    done = Done()
    for task in theirs:
        note = f"reported by {event.source}"
        done.raised.append(await task_closing.close(session, task, outcome, note, "setpiece", event.occurred_at))
        done.sentences.append(f"task {task.id} is done: {outcome}")
    return done


async def _replied(session: AsyncSession, event: Event) -> Done:
    """A referral names somebody or nobody: conditions ask `event.referred`."""
    if event.data.get("kind") != "referral":
        return Done()
    person = await take_referral(session, event)
    await _know(session, event, {REFERRED: person or ""})
    return Done([f"{person} was named to us"] if person else ["nobody was named whom we could write to"])


async def _bounced(session: AsyncSession, event: Event) -> Done:
    """Soft bounces of one person are counted up to the number at which another address is looked for, then anew.

    5.7.x says nothing about the person: whoever sent the mail is told.
    """
    done = await _blamed(session, event)
    person = event.data.get("kind") == "soft" and not event.data.get("blames_sender")
    if not person or "tries" in event.data or not event.contact:
        return done
    earlier = select(Event).where(
        Event.kind == "bounce", Event.account == event.account, Event.contact == event.contact, Event.id != event.id
    )
    every = [one.data for one in await session.scalars(earlier)]
    soft = [data for data in every if data.get("kind") == "soft" and not data.get("blames_sender")]
    await _know(session, event, {"tries": len(soft) % SOFT_TRIES + 1})
    return done


async def _blamed(session: AsyncSession, event: Event) -> Done:
    status = text_of(event.data, "status")
    if event.touch is None or not (event.data.get("blames_sender") is True or status.startswith("5.7.")):
        return Done()
    return Done(await breaker.blamed(session, event.touch, status or "without a code", event.occurred_at))


async def _complained(session: AsyncSession, event: Event) -> Done:
    """One more complaint for the domain that the mail came from: the one named, else the last that the person had."""
    touch = event.touch or await breaker.last_mail(session, event.contact)
    return Done(await breaker.complained(session, touch, event.occurred_at) if touch else [])


async def _answered(session: AsyncSession, event: Event) -> Done:
    return Done(await take_answers(session, event))


async def _know(session: AsyncSession, event: Event, facts: Mapping[str, Any]) -> None:
    """Add what we know to the event as it is stored."""
    event.data = {**event.data, **facts}
    await session.execute(update(Event).where(Event.id == event.id).values(data=event.data))


EFFECTS: Final[Mapping[str, Effect]] = {
    "anchor.moved": _anchor_moved,
    "parcel.delivered": _parcel,
    "parcel.returned": _parcel,
    "meeting.held": _meeting,
    "meeting.no-show": _meeting,
    "reply": _replied,
    "bounce": _bounced,
    "complaint": _complained,
    "survey.answered": _answered,
}

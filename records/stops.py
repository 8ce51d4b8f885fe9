"""What an accepted event stops at once: suppressions, holds, halted runs. In the transaction that accepts it.

Nothing here waits for Temporal: once a webhook was answered 2xx, the gate says no. What a run then does about the
event (answer it, look for an address, end) is its handlers' affair. Rules: playbook.md B1-B6, GDPR art. 21(2)-(3).
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from plays.base import ADD_REFERRED, ANSWER_REPLY, RESUME_AS_ASKED
from plays.events import RunState, TouchState
from plays.program import Program, program_of
from plays.spans import Span
from records.addresses import normal_form
from records.db import lock_account, lock_address
from records.matching import Match, text_of
from records.offers import STOPPING as STOPPING
from records.restraints import date_said, hold, suppress
from records.tables import Activity, Event, PlayVersion, Run, Touch

REPLY_HOLD: Final = timedelta(days=5)  # B1
REFERRAL_HOLD: Final = timedelta(days=1)  # B4: of the play that goes on with whom they named, for its owner to look
ANSWERED: Final = "a reply is being answered"
LATER: Final = "asked us to come back later"
AWAY_WITHOUT_DATE: Final = timedelta(days=14)  # B2
LATER_WITHOUT_DATE: Final = timedelta(days=30)  # B3 names a date; without one, next month is what people mean


async def lock(session: AsyncSession, events: Iterable[tuple[str, Match]]) -> None:
    """Take the locks the gate takes, in its order: accounts, then addresses. Held to the end of the transaction.

    Each sort in one order everywhere, so that two batches never wait for each other.
    """
    pairs = list(events)
    for account in sorted({found.account for _, found in pairs if found.account}):
        await lock_account(session, account)
    for address in sorted({one for kind, found in pairs if kind in STOPPING for one in found.addresses}):
        await lock_address(session, address)


async def apply_stops(session: AsyncSession, event: Event, addresses: Iterable[str] = ()) -> list[str]:
    """Write what this event forbids from now on; the caller holds `lock` and has stored the event.

    Returns what was done as sentences without personal data. Applying an event twice changes nothing more.
    """
    match event.kind, said(event):
        case ("unsubscribed" | "complaint", _) | ("reply", "unsubscribe" | "not_interested"):
            return await _replied(session, event) + await _leave_alone(session, event, addresses)
        case "reply", "ooo":
            return await _away(session, event)
        case "reply", "defer":
            return await _replied(session, event) + await _later(session, event)
        case "reply", "referral":
            return await _replied(session, event) + await _referred(session, event)
        case "reply", _:
            return await _replied(session, event) + await _answer_first(session, event)
        case "bounce", "hard":
            return await _no_such_address(session, event, addresses)
        case _:
            return []


def said(event: Event) -> str:
    """What a reply or bounce means. A reply that nobody has classified is a question: it stops, a person looks."""
    return text_of(event.data, "kind") or ("question" if event.kind == "reply" else "")


async def runs_spoken_to(session: AsyncSession, event: Event) -> list[Run]:
    """The open runs a human reply is an answer to: the touch's, else those that touched the person, else all.

    The other runs of the account are not answered, only held (B1).
    """
    open_runs = select(Run).where(Run.account == event.account, Run.ended_at.is_(None)).order_by(Run.opened_at, Run.id)
    runs = list(await session.scalars(open_runs))
    if event.touch:
        theirs = [run for run in runs if event.touch.startswith(f"{run.id}/")]
        if theirs:
            return theirs
    if event.contact and runs:
        reached = select(Touch.run).where(
            Touch.run.in_([run.id for run in runs]),
            Touch.contact == event.contact,
            Touch.state.in_((TouchState.MADE, TouchState.IN_DOUBT)),
        )
        spoke = set(await session.scalars(reached))
        return [run for run in runs if run.id in spoke] or runs
    return runs


async def _answer_first(session: AsyncSession, event: Event) -> list[str]:
    """B1: a person wrote to us. A person of ours answers before anything automatic goes out."""
    if not event.account:
        return []
    done: list[str] = []
    runs = await runs_spoken_to(session, event)
    if not runs:
        done += await _protect(session, event, None, "account")
    for run in runs:
        program = await _program(session, run)
        done += await _protect(session, event, run, program.play.reply_holds)
        if _ends_on_reply(program):
            done += await _halt(session, event, run)
    return done


async def _referred(session: AsyncSession, event: Event) -> list[str]:
    """B4: as any reply, but for the run that was answered: it goes on with whom they named, after a day in which its
    owner may look. The one who wrote is left in peace as long as after any reply.
    """
    if not event.account:
        return []
    runs = await runs_spoken_to(session, event)
    if not runs:
        return await _protect(session, event, None, "account")
    done: list[str] = []
    if event.contact:
        done += await _protect(session, event, None, "person")
    until = event.occurred_at + REFERRAL_HOLD
    for run in runs:
        program = await _program(session, run)
        if program.play.reply_holds == "account":
            done += await hold(
                session, event, "account", run.account, event.occurred_at + REPLY_HOLD, ANSWERED, except_play=run.play
            )
        if program.play.reply_holds != "person":
            done += await hold(session, event, "account", run.account, until, ANSWERED, play=run.play)
        if not _goes_on(program) and _ends_on_reply(program):
            done += await _halt(session, event, run)
    return done


def _goes_on(program: Program) -> bool:
    """True if the base contract takes a referral and no handler of the play's own is sure to end the run first."""
    entries = program.handlers.get("reply", ())
    own = entries[: next((place for place, entry in enumerate(entries) if entry.first == ADD_REFERRED), 0)]
    referral = any(entry.first == ADD_REFERRED for entry in entries)
    return referral and not any(entry.handler.when is None and entry.handler.end is not None for entry in own)


async def _protect(session: AsyncSession, event: Event, run: Run | None, mode: str) -> list[str]:
    """Five days without automatic touches for the person, for everybody in this play, or for the whole account."""
    scope, value, play = "account", event.account or "", None
    if mode == "person" and event.contact:
        scope, value = "contact", event.contact
    elif mode == "play" and run:
        play = run.play
    until = event.occurred_at + REPLY_HOLD
    return await hold(session, event, scope, value, until, ANSWERED, play)


def _ends_on_reply(program: Program) -> bool:
    """True if a reply ends the run whichever handler takes it, and one is sure to: only then may it be halted before
    it has decided. A run that went on would be refused everything by the gate.

    Sure are a handler without a condition, and the base contract's answer, which takes every reply that gets here.
    """
    every = program.handlers.get("reply", ())
    entries = [one for one in every if one.first not in (RESUME_AS_ASKED, ADD_REFERRED)]  # take other kinds of replies
    sure = any(entry.handler.when is None or entry.first == ANSWER_REPLY for entry in entries)
    return program.play.reply_holds != "person" and sure and all(entry.handler.end is not None for entry in entries)


async def _halt(session: AsyncSession, event: Event, run: Run) -> list[str]:
    if run.halted_at is not None:
        return []
    run.halted_at = event.occurred_at
    if run.state == RunState.OPEN:
        run.state, run.reason = RunState.HALTED, event.kind
    await session.flush()
    return [f"run {run.id} halted"]


async def _program(session: AsyncSession, run: Run) -> Program:
    query = select(PlayVersion.definition).where(PlayVersion.play == run.play, PlayVersion.version == run.version)
    return program_of((await session.scalars(query)).one())


async def _away(session: AsyncSession, event: Event) -> list[str]:
    """B2: this person's touches move to one business day after the return; others go on."""
    if not event.contact:
        return []
    until = await date_said(session, event, Span(1, "bd"))
    return await hold(
        session, event, "contact", event.contact, until or event.occurred_at + AWAY_WITHOUT_DATE, "out of office"
    )


async def _later(session: AsyncSession, event: Event) -> list[str]:
    """B3: they named a date; the run that asked sleeps until then, and nobody else writes to the person."""
    until = await date_said(session, event, None) or event.occurred_at + LATER_WITHOUT_DATE
    done: list[str] = []
    if event.contact:
        done += await hold(session, event, "contact", event.contact, until, LATER)
    for run in await runs_spoken_to(session, event) if event.account else []:
        done += await hold(session, event, "account", run.account, until, LATER, play=run.play)
    return done


async def _leave_alone(session: AsyncSession, event: Event, addresses: Iterable[str]) -> list[str]:
    """B5. The objection to direct marketing is absolute: all channels, at once (GDPR art. 21)."""
    why = "complained of our mail" if event.kind == "complaint" else "unsubscribed"
    why = "not interested" if said(event) == "not_interested" else why
    done = [sentence for one in addresses for sentence in await suppress(session, event, "address", one, None, why)]
    if event.contact:
        done += await suppress(session, event, "contact", event.contact, None, why)
    return done


async def _no_such_address(session: AsyncSession, event: Event, addresses: Iterable[str]) -> list[str]:
    """B6: no more mail to an address that does not exist. The person may still be called."""
    bounced = normal_form(text_of(event.data, "email"))
    done: list[str] = []
    for one in [bounced] if bounced else addresses:
        done += await suppress(session, event, "address", one, "email", "hard bounce")
    return done


async def _replied(session: AsyncSession, event: Event) -> list[str]:
    """Mark the touch that was answered, or the person's last one, and log the reply."""
    if event.kind != "reply" or not event.account:
        return []
    key = event.touch or await _last_touch(session, event)
    if key:
        unanswered = update(Touch).where(Touch.key == key, Touch.replied_at.is_(None))
        await session.execute(unanswered.values(replied_at=event.occurred_at))
    session.add(
        Activity(
            at=event.occurred_at,
            account=event.account,
            contact=event.contact,
            kind="reply",
            outcome=said(event),
            note=text_of(event.data, "text")[:4000],
        )
    )
    return []


async def _last_touch(session: AsyncSession, event: Event) -> str | None:
    if not event.contact:
        return None
    query = (
        select(Touch.key)
        .where(Touch.contact == event.contact, Touch.state.in_((TouchState.MADE, TouchState.IN_DOUBT)))
        .order_by(Touch.settled_at.desc())
        .limit(1)
    )
    return (await session.scalars(query)).one_or_none()

"""A person wrote back: whom the answer protects from us, and which runs stop for it (playbook.md B1, B4).

Called by `stops.py` in the transaction that accepts the reply. What the run then does is its handlers' affair.
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from plays.base import ADD_REFERRED, ANSWER_REPLY, RESUME_AS_ASKED
from plays.events import RunState, TouchState
from plays.program import Program, program_of
from records.matching import text_of
from records.restraints import hold
from records.tables import Event, PlayVersion, Run, Touch

REPLY_HOLD: Final = timedelta(days=5)  # B1
REFERRAL_HOLD: Final = timedelta(days=1)  # B4: of the play that goes on with whom they named, for its owner to look
ANSWERED: Final = "a reply is being answered"


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


async def answer_first(session: AsyncSession, event: Event) -> list[str]:
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


async def referred(session: AsyncSession, event: Event) -> list[str]:
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

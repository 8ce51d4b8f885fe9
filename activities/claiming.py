"""Gate, claim and DATA under the locks of the account and the person, which are held until the server says 354.

So no DATA begins after a stop was accepted: its writer takes the same locks, and waits for these milliseconds.
"""

import asyncio
import contextlib
import secrets
from dataclasses import dataclass, replace
from typing import Final

import asyncpg
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from activities.asks import sender_of
from activities.channels.transport import Delivery
from activities.clock import present
from activities.contracts import StepOut
from activities.freezing import Ready, turned_away
from activities.gate import ask_gate, lock_beyond, unlock, write_decision
from activities.house import House
from activities.rules import Verdict
from activities.staging import ask_of, with_others
from records import touches

MARK_LIMIT: Final = 30.0  # seconds for one statement: the mail server waits for the dot meanwhile


class TakenOver(Exception):
    """The claim is not this attempt's any more. It must not send; nothing is to be written."""


class Unmarked(Exception):
    """Postgres could not be told that the final dot comes. It was not written, so nothing was accepted."""


@dataclass(frozen=True)
class Claim:
    """The right to send one mail; whoever holds the token writes the verdict."""

    key: str
    token: str
    transport: str = "smtp"  # by which it is sent

    @classmethod
    def new(cls, key: str, transport: str = "smtp") -> "Claim":
        """A claim nobody else can guess."""
        return cls(key, secrets.token_urlsafe(16), transport)


async def mark(house: House, claim: Claim) -> None:
    """Announce the final dot, in a commit of its own: from here on, a claim that is left behind is in doubt.

    Raises TakenOver, Unmarked.
    """
    try:
        async with asyncio.timeout(MARK_LIMIT), house.database.singly() as session:
            ours = await touches.mark_dot(session, claim.key, claim.token)
    except (SQLAlchemyError, OSError) as error:
        raise Unmarked("Postgres was lost before the end of the mail was sent") from error
    if not ours:
        raise TakenOver("another attempt has taken the mail over")


async def begin(house: House, ready: Ready, claim: Claim, delivery: Delivery) -> Claim | StepOut:
    """The claim, committed, with DATA begun; or the answer when the gate says otherwise by now.

    Raises what `delivery.begin` raises and SQLAlchemyError; in both cases nothing was sent.
    """
    async with house.database.engine.connect() as connection:
        session = AsyncSession(bind=connection, expire_on_commit=False)
        try:
            account, address = ready.cue.scene.run.account, ready.cue.subject.address or ""
            await lock_beyond(session, account, address, sender_of(ready.cue))
            answer = await _claim(session, house, ready, claim)
            await session.commit()
            if answer is None:
                await delivery.begin()
            return answer or claim
        finally:
            await _let_go(connection, session)


async def _claim(session: AsyncSession, house: House, ready: Ready, claim: Claim) -> StepOut | None:
    """None when the claim is ours."""
    now = present(ready.cue.step_in.now)
    found = replace(ready.cue, now=now)
    verdict = await ask_gate(session, found.subject, ask_of(found), house.playbook)
    if verdict.word == "now" and await touches.claim(
        session,
        ready.key,
        claim.token,
        now,
        verdict.rule,
        verdict.reason,
        mailbox=ready.mailbox,
        transport=claim.transport,
    ):
        return None
    if verdict.word in ("now", "already"):
        reason = "another attempt has it in hand"
        await write_decision(session, ready.key, Verdict("already", "settled", reason), now)
        return with_others(found, StepOut(verdict="later", reason=reason, until=now, contact=ready.contact))
    return await turned_away(session, house, found, verdict)


async def _let_go(connection: AsyncConnection, session: AsyncSession) -> None:
    """Release the locks; a connection that cannot do so is thrown away, which releases them too."""
    try:
        await session.close()
        await unlock(connection)
    except (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        with contextlib.suppress(SQLAlchemyError, OSError):
            await connection.invalidate()

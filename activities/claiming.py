"""Gate, claim and DATA under the locks of the account and the person, which are held until the server says 354.

So no DATA begins after a stop was accepted: its writer takes the same locks, and waits for these milliseconds.
"""

import contextlib
import secrets
from dataclasses import dataclass, replace

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


@dataclass(frozen=True)
class Claim:
    """The right to send one mail; whoever holds the token writes the verdict."""

    key: str
    token: str

    @classmethod
    def new(cls, key: str) -> "Claim":
        """A claim nobody else can guess."""
        return cls(key, secrets.token_urlsafe(16))


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
        session, ready.key, claim.token, now, verdict.rule, verdict.reason
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

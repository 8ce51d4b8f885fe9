"""The ledger: every touch and why. Reads for operators, and the writes that are safe under races.

Whether a touch may be made is `activities/gate.py`. A row is never overwritten by somebody who does not hold its claim.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import LargeBinary, Update, and_, bindparam, func, not_, select, text, update
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from plays.events import TouchState
from records.tables import Decision, Touch

STALE_CLAIM: Final = timedelta(minutes=20)  # longer than the longest honest wait for a server's last word
_OPEN: Final = (TouchState.PLANNED, TouchState.DEFERRED)
_GIVEN_BACK: Final[dict[str, Any]] = {
    "state": TouchState.DEFERRED, "until": None, "claim_token": None, "settled_at": None, "dot_at": None
}  # fmt: skip


async def get(session: AsyncSession, key: str) -> Touch | None:
    """One touch by its key."""
    return await session.get(Touch, key)


async def of_run(session: AsyncSession, run: str) -> Sequence[Touch]:
    """The touches of a run in the order they were planned, without their mails."""
    query = select(Touch).where(Touch.run == run).order_by(Touch.created_at, Touch.key).options(defer(Touch.mime))
    return (await session.scalars(query)).all()


async def made_steps(session: AsyncSession, run: str) -> set[str]:
    """The steps of a run whose touch was made, may have been made, or is being made."""
    query = select(Touch.step).where(Touch.run == run, Touch.state.in_(("made", "in_doubt", "claimed")))
    return set(await session.scalars(query))


async def decisions(session: AsyncSession, key: str) -> Sequence[Decision]:
    """Every answer the gate gave about a touch, oldest first."""
    return (await session.scalars(select(Decision).where(Decision.touch == key).order_by(Decision.id))).all()


_PLANNED: Final = (
    *("key", "run", "account", "contact", "player", "step", "occurrence", "channel", "state", "reason"),
    *("planned_at", "created_at", "settled_at", "address", "message_id", "mime", "mime_sha256", "template", "variant"),
)
_PLAN: Final = text(
    "insert into touches (key, run, account, contact, player, step, occurrence, channel, state, reason, planned_at, "
    "created_at, settled_at, address, message_id, mime, mime_sha256, template, variant) values (:key, :run, :account, "
    ":contact, :player, :step, :occurrence, :channel, :state, coalesce(cast(:reason as text), ''), :planned_at, "
    ":created_at, :settled_at, :address, :message_id, :mime, :mime_sha256, :template, :variant) "
    "on conflict (key) do nothing"
).bindparams(
    *(bindparam(name, type_=TIMESTAMP(timezone=True)) for name in ("planned_at", "created_at", "settled_at")),
    bindparam("mime", type_=LargeBinary),
)


async def plan(session: AsyncSession, row: dict[str, Any]) -> None:
    """Write a touch as planned, before the world is touched; a row that is there already stays as it is."""
    await session.execute(_PLAN, dict.fromkeys(_PLANNED) | row)


def fingerprint(mime: bytes) -> str:
    """What tells that the same bytes were sent."""
    return hashlib.sha256(mime).hexdigest()


async def freeze(
    session: AsyncSession, key: str, mime: bytes, message_id: str, address: str, template: str | None = None
) -> None:
    """Keep the mail's bytes, once, and the name of the text they were made from where it is not the step's own."""
    unfrozen = update(Touch).where(Touch.key == key, Touch.mime.is_(None))
    values = {"mime": mime, "mime_sha256": fingerprint(mime), "template": template}
    await session.execute(unfrozen.values(**values, message_id=message_id, address=address))


_CLAIM: Final = text(
    """
    with claimed as (
      update touches set state = 'claimed', claim_token = :token, claimed_at = now(), until = null, reason = '',
        attempts = attempts + 1, mailbox = :mailbox, transport = :transport, dot_at = null, transport_ref = null,
        lookups = 0, looked_at = null, doubt_owner = null
      where key = :key and state in ('planned', 'deferred') returning key)
    insert into decisions (touch, at, verdict, rule, reason)
    select key, :at, 'now', :rule, :reason from claimed returning touch
    """
).bindparams(bindparam("at", type_=TIMESTAMP(timezone=True)))


async def claim(
    session: AsyncSession,
    key: str,
    token: str,
    at: datetime,
    rule: str = "open",
    reason: str = "claimed",
    *,
    mailbox: str = "",
    transport: str = "smtp",
) -> bool:
    """Take a planned or deferred touch under a token, with the gate's decision; False if somebody was quicker.

    `claimed_at` is the wall clock's, for the sweep; `at` the run's. `mailbox` is the sender's, in normal form.
    """
    row = {"key": key, "token": token, "at": at, "rule": rule, "reason": reason}
    row |= {"mailbox": mailbox or None, "transport": transport}
    return (await session.execute(_CLAIM, row)).first() is not None


_DOT: Final = text(
    """
    update touches set dot_at = clock_timestamp() from (select set_config('synchronous_commit', 'on', true) as is) kept
    where key = :key and claim_token = :token and state = 'claimed' and kept.is = 'on' returning key
    """
)


async def mark_dot(session: AsyncSession, key: str, token: str) -> bool:
    """Note that the final dot comes next; False when the claim is not this one's any more, and nothing may be sent.

    One statement, for `Database.singly`. Whoever takes a claim back asks that there is no mark: one of both wins.
    """
    return (await session.execute(_DOT, {"key": key, "token": token})).first() is not None


_SETTLE: Final = text(
    """
    update touches set state = :state, reason = :reason, settled_at = :at, server_text = :said,
      transport_ref = coalesce(cast(:ref as text), transport_ref)
    where key = :key and claim_token = :token and state in ('claimed', 'in_doubt') returning key
    """
).bindparams(bindparam("at", type_=TIMESTAMP(timezone=True)))


async def settle(
    session: AsyncSession,
    key: str,
    token: str,
    state: TouchState,
    reason: str,
    at: datetime,
    server_text: str = "",
    ref: str | None = None,
) -> bool:
    """Write what became of a claimed touch; False when the claim was not this one's. `ref` is the provider's id of it.

    A doubt that a sweep or a second attempt wrote under this claim gives way to the verdict of who made the attempt.
    """
    row = {"key": key, "token": token, "state": str(state), "reason": reason, "at": at, "ref": ref}
    return (await session.execute(_SETTLE, row | {"said": server_text[:2000] or None})).first() is not None


async def release(
    session: AsyncSession, key: str, token: str, until: datetime, reason: str, server_text: str = ""
) -> bool:
    """Give a claim back: certainly nothing went out. The same bytes are tried again at `until`."""
    mine = update(Touch).where(
        Touch.key == key, Touch.claim_token == token, Touch.state.in_((TouchState.CLAIMED, TouchState.IN_DOUBT))
    )
    values = _GIVEN_BACK | {"until": until, "reason": reason}
    return (
        await session.scalar(mine.values(**values, server_text=server_text[:2000] or None).returning(Touch.key))
        is not None
    )


# A claim by a worker that did not know the mark has no transport: of it nothing is certain.
_UNSENT: Final = and_(Touch.dot_at.is_(None), Touch.transport.is_not(None))


async def take_back(session: AsyncSession, key: str, token: str, reason: str) -> bool:
    """Take a claim from an attempt that left no mark before the dot: nothing went out, and it cannot send any more."""
    unsent = update(Touch).where(Touch.key == key, Touch.claim_token == token, Touch.state == TouchState.CLAIMED)
    values = _GIVEN_BACK | {"reason": reason}
    return await session.scalar(unsent.where(_UNSENT).values(values).returning(Touch.key)) is not None


async def doubt(session: AsyncSession, key: str, token: str, at: datetime, reason: str) -> bool:
    """A claim that nobody answers for any more. The token stays: whoever holds it may still know better."""
    claimed = update(Touch).where(Touch.key == key, Touch.claim_token == token, Touch.state == TouchState.CLAIMED)
    values = {"state": TouchState.IN_DOUBT, "reason": reason, "settled_at": at}
    return await session.scalar(claimed.values(**values).returning(Touch.key)) is not None


async def take_back_stale(session: AsyncSession) -> Sequence[str]:
    """Give back claims older than 20 minutes (wall clock) that came to no dot: certainly unsent. Returns their keys."""
    values = _GIVEN_BACK | {"reason": "the worker that claimed it ended before the mail was sent"}
    return (await session.scalars(_stale().where(_UNSENT).values(values).returning(Touch.key))).all()


async def doubt_stale(session: AsyncSession) -> Sequence[str]:
    """Turn claims older than 20 minutes (wall clock) into doubts; their worker is dead. Returns their keys."""
    reason = "the worker that was sending it ended before the mail server's answer was written down"
    values = {"state": TouchState.IN_DOUBT, "settled_at": Touch.claimed_at, "reason": reason}
    return (await session.scalars(_stale().where(not_(_UNSENT)).values(values).returning(Touch.key))).all()


def _stale() -> Update:
    return update(Touch).where(Touch.state == TouchState.CLAIMED, Touch.claimed_at < func.now() - STALE_CLAIM)


async def close(session: AsyncSession, key: str, state: TouchState, reason: str, at: datetime) -> None:
    """Settle a touch that is not under way: skipped by the gate, an operator, or the end of its run."""
    free = update(Touch).where(Touch.key == key, Touch.state.in_(_OPEN))
    await session.execute(free.values(state=state, reason=reason, settled_at=at, until=None))


async def defer_until(session: AsyncSession, key: str, until: datetime, reason: str) -> None:
    """The gate said later. Bytes that no server was ever offered are dropped: the mail is written anew then."""
    free = update(Touch).where(Touch.key == key, Touch.state.in_(_OPEN))
    await session.execute(free.values(state=TouchState.DEFERRED, until=until, reason=reason))
    unoffered = update(Touch).where(Touch.key == key, Touch.state == TouchState.DEFERRED, Touch.attempts == 0)
    await session.execute(unoffered.values(mime=None, mime_sha256=None))


async def put_off(session: AsyncSession, key: str, until: datetime, reason: str, server_text: str) -> None:
    """The mail server said later before the mail was claimed: one more attempt made, nothing offered."""
    free = update(Touch).where(Touch.key == key, Touch.state.in_(_OPEN))
    values = {"state": TouchState.DEFERRED, "until": until, "reason": reason, "server_text": server_text[:2000]}
    await session.execute(free.values(**values, attempts=Touch.attempts + 1))


async def refuse(session: AsyncSession, key: str, reason: str, at: datetime, server_text: str) -> None:
    """The mail server said no for good before the mail was claimed."""
    free = update(Touch).where(Touch.key == key, Touch.state.in_(_OPEN))
    values = {"state": TouchState.REFUSED, "until": None, "reason": reason, "server_text": server_text[:2000]}
    await session.execute(free.values(**values, settled_at=at, attempts=Touch.attempts + 1))


async def close_open(session: AsyncSession, run: str, reason: str, at: datetime) -> None:
    """Skip what a run had planned and will not do any more."""
    free = update(Touch).where(Touch.run == run, Touch.state.in_(_OPEN))
    await session.execute(free.values(state=TouchState.SKIPPED, reason=reason, settled_at=at, until=None))

"""The gate: one short transaction a touch that says already, never, later or now, and writes down which and why.

Locks come first and in one order: everyone (shared), the account, the person's address, the mailbox. Writers of stops
take the first three, so a stop that has committed is seen, and one that has not waits. What is looked at is
`gate_facts.py`, the rules themselves are `rules.py`.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from activities import mailbox_quotas
from activities.gate_facts import Subject as Subject
from activities.gate_facts import as_list, facts_of, row_of
from activities.mailboxes import GENERAL, Sender
from activities.playbook import Playbook
from activities.quotas import taken
from activities.rules import Ask, Verdict, judge
from records.db import account_lock_key, address_lock_key, everyone_lock_key, mailbox_lock_key

_LOCKS: Final = "select set_config('synchronous_commit', 'on', true), "
_FOR_TRANSACTION: Final = text(
    _LOCKS
    + "pg_advisory_xact_lock_shared(:everyone), pg_advisory_xact_lock(:account), "
    + "case when cast(:address as bigint) is null then null else pg_advisory_xact_lock(:address) end"
)
_FOR_SESSION: Final = text(
    _LOCKS
    + "pg_advisory_lock_shared(:everyone), pg_advisory_lock(:account), pg_advisory_lock(:address), "
    # Of a mailbox with a quota: only until the claim is committed, since others of its mails wait for it.
    + "case when cast(:mailbox as bigint) is null then null else pg_advisory_xact_lock(:mailbox) end"
)


async def lock(session: AsyncSession, account: str, address: str | None) -> None:
    """Take the gate's locks to the end of the transaction."""
    await session.execute(_FOR_TRANSACTION, _keys(account, address))


async def lock_beyond(session: AsyncSession, account: str, address: str, sender: Sender | None = None) -> None:
    """Take the gate's locks beyond the commit, until `unlock`: a mail holds them until its DATA has begun."""
    mailbox = mailbox_lock_key(sender.mailbox) if sender and sender.limit else None
    await session.execute(_FOR_SESSION, _keys(account, address) | {"mailbox": mailbox})


async def unlock(connection: AsyncConnection) -> None:
    """Let go of `lock_beyond`, outside a transaction: one trip instead of three."""
    driver = (await connection.get_raw_connection()).driver_connection
    if driver is None:
        raise ConnectionError("the connection that held the locks is gone, and they with it")
    await driver.execute("select pg_advisory_unlock_all()")


def _keys(account: str, address: str | None) -> dict[str, int | None]:
    return {
        "everyone": everyone_lock_key(),
        "account": account_lock_key(account),
        "address": address_lock_key(address) if address else None,
    }


async def ask_gate(session: AsyncSession, subject: Subject, ask: Ask, playbook: Playbook) -> Verdict:
    """Judge under the locks, which the caller has taken."""
    row = await row_of(session, subject, ask)
    facts = facts_of(subject, ask, row, await _precedence(session, subject, row.rivals, playbook))
    verdict = judge(ask, facts)
    if verdict.word == "now" and ask.sender is not None:
        slowed = facts.domain_state == "slowed"
        facts = replace(facts, mailbox=await _mailbox(session, subject.key, ask.now, ask.sender, slowed))
        verdict = judge(ask, facts)
    if verdict.word != "now" or ask.limit is None:
        return verdict
    return judge(ask, replace(facts, quota=await taken(session, ask.limit, subject.key, ask.now)))


async def _mailbox(
    session: AsyncSession, key: str, now: datetime, sender: Sender, slowed: bool
) -> mailbox_quotas.Taken | None:
    """What the mailbox waits for. Only one with a quota is counted; `lock_beyond` has taken its lock."""
    limit = sender.limit
    if limit is None and slowed:
        await mailbox_quotas.wait_for(session, sender.mailbox)
        limit = GENERAL
    if limit is None:
        return None
    limit = limit.slowed() if slowed else limit
    return await mailbox_quotas.taken(session, sender, limit, key, now)


async def _precedence(session: AsyncSession, subject: Subject, raw: Any, playbook: Playbook) -> str | None:
    """The open run of higher priority that this one waits for: of its lane, or of a play that says so in `meets`."""
    for run, play, version, lane in as_list(raw):
        rival = (await playbook.edition(session, play, version)).program.play
        meeting = rival.meets.get(subject.play) or rival.meets.get(subject.lane)
        if (meeting or ("pause" if lane == subject.lane else "ignore")) in ("pause", "replace"):
            return str(run)
    return None


_DECIDED: Final = text(
    "insert into decisions (touch, at, verdict, rule, reason, until) "
    "values (:touch, :at, :verdict, :rule, :reason, :until)"
).bindparams(bindparam("at", type_=TIMESTAMP(timezone=True)), bindparam("until", type_=TIMESTAMP(timezone=True)))


async def write_decision(session: AsyncSession, key: str, verdict: Verdict, now: datetime) -> None:
    """Keep the answer with its reason; every answer is a row of its own."""
    row = {"touch": key, "at": now, "verdict": verdict.word, "rule": verdict.rule, "reason": verdict.reason}
    await session.execute(_DECIDED, row | {"until": verdict.until})


def until_of(verdict: Verdict, now: datetime) -> datetime:
    """When to ask again after later; at least a second on, so that nobody asks in a circle."""
    return max(verdict.until or now, now + timedelta(seconds=1))

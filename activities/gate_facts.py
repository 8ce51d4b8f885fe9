"""What the gate sees: everything about a touch, its run, its person and its sender at one moment, in one statement.

Read under the gate's locks. What follows from it is `rules.py`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.ext.asyncio import AsyncSession

from activities.consent import Ground, lacks_consent
from activities.rules import AT_ONCE, DAY, QUIET, Ask, Facts
from records.stops import LATER


@dataclass(frozen=True)
class Subject:
    """Which touch, of which run, with whom."""

    key: str
    run: str
    play: str
    lane: str
    account: str
    contact: str | None
    address: str | None
    channel: str
    event_id: str | None
    purpose: str = "marketing"
    folded: str | None = None  # the address without what Gmail ignores, where suppressions are compared so


_QUIET: Final = sorted(QUIET)

# One statement, so that the gate is one trip to Postgres. Every count of touches is bounded in time and reads a
# partial index over made touches; claimed ones are few, those under way, and count as made now.
_FACTS: Final = text(
    """
    select r.state, r.ended_at is not null as ended,
      coalesce((select is_on from switches where name = 'kill'), false) as kill,
      t.state as touch_state, coalesce(t.reason, '') as touch_reason,
      c.gone, c.address as contact_address, c.phone,
      (select s.scope || '|' || case when s.event is null then '' else s.reason end from suppressions s
        where c.id is not null and s.lifted_at is null and (s.channel is null or s.channel = :channel)
          and (s.purpose is null or s.purpose = :purpose)
          and (s.folded = cast(:folded as text)
            or s.value in (c.address, split_part(c.address, '@', 2), c.id, r.account, t.address))
          and ((s.scope = 'address' and (s.value in (c.address, t.address) or s.folded = cast(:folded as text)))
            or (s.scope = 'domain' and s.value = split_part(c.address, '@', 2))
            or (s.scope = 'contact' and s.value = c.id) or (s.scope = 'account' and s.value = r.account))
        order by s.id limit 1) as suppressed,
      coalesce((select json_build_array(k.basis, k.at, k.until) from consents k
          where k.contact = c.id and k.purpose = :purpose order by k.id desc limit 1),
        case when :purpose = 'marketing' then json_build_array(c.consent_basis, c.consent_at, c.consent_until) end
      ) as ground,
      h.until as held_until, h.why as held_why, d.state as domain_state, d.reason as domain_why,
      d.activated_at is not null as domain_active,
      (select json_agg(json_build_array(o.id, o.play, o.version, o.lane) order by o.priority desc, o.id) from runs o
        where o.account = r.account and o.ended_at is null and o.priority > r.priority
          and o.id is distinct from r.parent) as rivals,
      (select max(m.settled_at) from touches m where :channel = 'email' and m.address = :address
        and m.state in ('made', 'in_doubt') and m.channel = 'email' and m.key <> :key
        and m.settled_at > cast(:now as timestamptz) - cast(:gap as interval)
        and m.settled_at < cast(:now as timestamptz) + cast(:gap as interval)) as email_last,
      coalesce(array(select m.settled_at from touches m where c.id is not null and m.account = r.account
        and m.state in ('made', 'in_doubt') and m.contact is not null and m.key <> :key
        and m.channel <> all(cast(:quiet as text[]))
        and m.settled_at > cast(:now as timestamptz) - cast(:day as interval)
        and m.settled_at < cast(:now as timestamptz) + cast(:day as interval)), '{}') as day,
      coalesce(array(select max(m.settled_at) from touches m where c.id is not null and m.account = r.account
        and m.state in ('made', 'in_doubt') and m.contact is not null and m.contact <> c.id
        and m.channel <> all(cast(:quiet as text[]))
        and m.settled_at > cast(:now as timestamptz) - cast(:at_once as interval)
        and m.settled_at < cast(:now as timestamptz) + cast(:day as interval) group by m.contact), '{}') as people,
      (select json_agg(json_build_array(m.contact, m.address)) from touches m where m.state = 'claimed'
        and m.account = r.account and m.key <> :key) as claimed
    from runs r
    left join touches t on t.key = :key
    left join contacts c on c.id = :contact
    left join sending_domains d on d.domain = cast(:domain as text)
    left join lateral (
      select h.until, case when h.event is null then ' by hold ' || h.id else ': ' || h.cause end as why from holds h
      where c.id is not null and h.lifted_at is null and h.until > :now
        and ((h.scope = 'contact' and h.value = c.id) or (h.scope = 'account' and h.value = r.account))
        and h.value in (c.id, r.account)
        and (h.play is null or h.play = r.play) and (h.except_play is null or h.except_play <> r.play)
        and (cast(:event as text) is null or h.event is distinct from cast(:event as text) or h.cause = :later)
      order by h.until desc limit 1) h on true
    where r.id = :run
    """
).bindparams(bindparam("now", type_=TIMESTAMP(timezone=True)))


async def row_of(session: AsyncSession, subject: Subject, ask: Ask) -> Any:
    asked: dict[str, Any] = {
        "key": subject.key,
        "run": subject.run,
        "contact": subject.contact,
        "address": subject.address,
        "channel": subject.channel,
        "purpose": subject.purpose,
        "folded": subject.folded,
        "event": subject.event_id if ask.handler else None,  # an event's hold does not bind the answer to that event,
        "later": LATER,  # but the answer to "come back in March" waits for March
        "now": ask.now,
        "gap": ask.caps.email_gap.rough,
        "day": DAY,
        "quiet": _QUIET,
        "at_once": AT_ONCE,
        "domain": ask.sender.domain if ask.sender else None,
    }
    return (await session.execute(_FACTS, asked)).one()


def facts_of(subject: Subject, ask: Ask, row: Any, higher: str | None) -> Facts:
    claimed: Sequence[tuple[str | None, str | None]] = as_list(row.claimed)
    people = {contact for contact, _ in claimed if contact and contact != subject.contact}
    return Facts(
        run_state=row.state,
        run_ended=row.ended,
        kill=row.kill,
        touch_state=row.touch_state,
        touch_reason=row.touch_reason,
        suppressed=_suppression(row.suppressed),
        unconsented=lacks_consent(_ground(row.ground), ask.writing) if ask.writing else "",
        gone=bool(row.gone),
        reachable=_reachable(subject, row),
        held_until=row.held_until,
        held_why=row.held_why or "",
        higher=higher,
        email_last=row.email_last,
        claimed=any(address is not None and address == subject.address for _, address in claimed),
        day=[*row.day, *(ask.now for contact, _ in claimed if contact)],
        people=[*row.people, *(ask.now for _ in people)],
        domain_state=row.domain_state,
        domain_why=row.domain_why or "",
        domain_active=row.domain_active,
    )


def as_list(raw: Any) -> Any:
    return [] if raw is None else json.loads(raw) if isinstance(raw, str) else raw


def _suppression(raw: str | None) -> str | None:
    if raw is None:
        return None
    scope, _, why = raw.partition("|")
    named = "the address" if scope == "address" else f"the {scope}"
    return f"{named} is suppressed{f': {why}' if why else ''}"


def _ground(raw: Any) -> Ground:
    basis, at, until = as_list(raw) or (None, None, None)
    return Ground(basis, date.fromisoformat(at) if at else None, date.fromisoformat(until) if until else None)


def _reachable(subject: Subject, row: Any) -> bool:
    if subject.contact is None:
        return True
    return bool({"email": row.contact_address, "call": row.phone}.get(subject.channel, True))

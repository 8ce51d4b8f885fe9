"""The people of an account who could be spoken to: there, reachable by the channel, kept from it by no suppression."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from activities.reviving import revived
from activities.scene import Scene
from records.tables import Contact

MOST: Final = 500  # people of an audience


@dataclass(frozen=True)
class Wanted:
    """Who is looked for: of these personas (any, when there are none), or these persons."""

    personas: tuple[str, ...]
    pick: str = "most-senior"
    ids: tuple[str, ...] | None = None


# Those this run has spoken to come first, so that they are among the first five hundred.
_CANDIDATES: Final = text(
    """
    select to_jsonb(c) as contact from contacts c
    where c.account = :account and not c.gone
      and (cardinality(cast(:personas as text[])) = 0 or c.persona = any(cast(:personas as text[])))
      and (cast(:ids as text[]) is null or c.id = any(cast(:ids as text[])))
      and case :channel when 'email' then c.address is not null when 'call' then c.phone is not null else true end
      and not exists (select from suppressions s
        where s.lifted_at is null and (s.channel is null or s.channel = :channel)
          and (s.purpose is null or s.purpose = :purpose)
          and s.value in (c.address, split_part(c.address, '@', 2), c.id, c.account)
          and ((s.scope = 'address' and s.value = c.address)
            or (s.scope = 'domain' and s.value = split_part(c.address, '@', 2))
            or (s.scope = 'contact' and s.value = c.id) or (s.scope = 'account' and s.value = c.account)))
    order by c.id = any(cast(:kept as text[])) desc,
      case :pick when 'most-engaged' then c.engagement when 'most-senior' then c.seniority end desc nulls last, c.id
    limit 500
    """
).columns(contact=JSONB)


async def find(session: AsyncSession, scene: Scene, wanted: Wanted, channel: str) -> Sequence[Contact]:
    """Who could be spoken to, the best first; the id settles ties."""
    asked = {
        "account": scene.account.id,
        "personas": list(wanted.personas),
        "ids": None if wanted.ids is None else list(wanted.ids),
        "channel": channel,
        "purpose": scene.program.play.mail,
        "kept": [one.contact for one in scene.touches if one.contact],
        "pick": wanted.pick,
    }
    found = [revived(Contact, row.contact) for row in await session.execute(_CANDIDATES, asked)]
    return sorted(found, key=lambda one: _rank(one, wanted.pick))


def referred(contact: Contact) -> str:
    """The id of whom the person has named in their place (base contract B4); empty when they have named nobody."""
    named = contact.facts.get("referred_to")
    return named if isinstance(named, str) and named != contact.id else ""


def _rank(contact: Contact, pick: str) -> tuple[Any, ...]:
    match pick:
        case "most-engaged":
            return (-contact.engagement, -contact.seniority, contact.id)
        case "most-senior":
            return (-contact.seniority, -contact.engagement, contact.id)
        case _:
            return (contact.created_at, contact.id)

"""Whether anything that was accepted forbids a mail that is in doubt to be put to its provider once more.

Stricter than the gate and simpler: no window, cap or quota is asked. The caller holds the gate's locks.
"""

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from records.tables import Touch

_STOPPED: Final = text(
    """
    select coalesce((select is_on from switches where name = 'kill'), false)
      or not exists (select 1 from runs where id = :run and ended_at is null and state = 'open')
      or exists (select 1 from suppressions where lifted_at is null and (channel is null or channel = 'email')
        and ((scope = 'address' and value = :address) or (scope = 'domain' and value = :domain)
          or (scope = 'contact' and value = :contact) or (scope = 'account' and value = :account)))
      or exists (select 1 from holds where lifted_at is null and until > now()
        and ((scope = 'contact' and value = :contact) or (scope = 'account' and value = :account)))
    """
)


async def stopped(session: AsyncSession, touch: Touch) -> bool:
    """True when a stop stands against this mail, or nobody is known any more whom it is for."""
    if not touch.address:
        return True
    asked = {
        "run": touch.run,
        "account": touch.account,
        "contact": touch.contact,
        "address": touch.address,
        "domain": touch.address.rpartition("@")[2],
    }
    return bool(await session.scalar(_STOPPED, asked))

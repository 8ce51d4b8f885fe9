"""Switches of the whole installation. `kill`: no touch begins once turning it on has committed."""

from typing import Final

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from records.db import lock_everyone
from records.tables import Switch

KILL: Final = "kill"


async def turn(session: AsyncSession, name: str, on: bool, reason: str) -> None:
    """Turn a switch on or off; waits for the touches that are about to begin."""
    await lock_everyone(session)
    values = {"reason": reason, "changed_at": func.now()}
    row = insert(Switch).values(name=name, on=on, **values)
    # `is_on` is the column's own name: what stands in `set_` is not translated from the class's attributes.
    await session.execute(row.on_conflict_do_update(index_elements=[Switch.name], set_={"is_on": on, **values}))


async def get(session: AsyncSession, name: str) -> Switch | None:
    """The switch with its reason; None when it was never touched."""
    return await session.get(Switch, name)


async def is_on(session: AsyncSession, name: str) -> bool:
    """Whether the switch is on; one never touched is off."""
    return bool(await session.scalar(select(Switch.on).where(Switch.name == name)))

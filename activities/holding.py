"""The step `hold`: nobody touches a person, or the whole account, until it has passed. Holds of events: `stops.py`."""

from sqlalchemy.ext.asyncio import AsyncSession

from activities.assigning import made
from activities.contracts import StepOut
from activities.staging import Cue
from activities.timing import place_of
from plays.calendar import add
from plays.model import HoldStep
from records import holds

ACCOUNT = "account"  # `to: account` holds everybody there


async def place_hold(session: AsyncSession, found: Cue, step: HoldStep) -> StepOut:
    """Place the hold from the run's present on; the caller holds the account's lock and has asked the gate."""
    run, contact = found.scene.run, found.contact
    zone, country = place_of(found.scene, contact)
    until = add(found.now, step.lasts, zone, country)
    whole = step.to == ACCOUNT or contact is None
    placed = await holds.place(
        session,
        "account" if whole else "contact",
        run.account if contact is None or whole else contact.id,
        until,
        step.reason or f"{found.node.name} of {run.play}",
        run.id,
        except_play=run.play if step.plays == "others" else None,
    )
    whom = "the account" if whole else "the person"
    reason = f"{whom} is held until {until:%Y-%m-%d %H:%M} UTC by hold {placed.id}"
    await made(session, found, reason)
    return StepOut(verdict="made", reason=reason, contact=contact.id if contact and not whole else None)

"""Who is meant by `from cfo`: a contact's id, an audience of the play, or a persona."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from local.rehearsal.accounts import contact_id
from local.rehearsal.faults import Unplayable
from local.rehearsal.piece import Piece
from local.rehearsal.stimuli import Incident
from plays.model import Audience
from plays.program import Program
from records.tables import Contact, Touch


async def contact_meant(session: AsyncSession, piece: Piece, incident: Incident) -> str:
    """The contact's id. An audience is whom the run has spoken to as such. Raises Unplayable."""
    who = incident.who or ""
    query = select(Contact).where(Contact.account == piece.account).order_by(Contact.created_at, Contact.id)
    contacts = list(await session.scalars(query))
    known = {one.id for one in contacts}
    for name in (who, contact_id(piece.account, who)):
        if name in known:
            return name
    audience = piece.play.audience.get(who)
    if audience is not None and (spoken := await _spoken_to(session, piece.program, who)):
        return spoken
    for persona in [who] if audience is None else _personas(audience):
        found = [one.id for one in contacts if one.persona == persona]
        if found:
            return found[0]
    names = ", ".join(dict.fromkeys([*(one.persona for one in contacts), *piece.play.audience, *sorted(known)]))
    raise Unplayable(f"'{incident.text}': nobody here is '{who}'; it is one of {names}")


def _personas(audience: Audience) -> list[str]:
    inner = [persona for group in audience.first for persona in _personas(group)]
    return [*audience.persona, *inner, *audience.otherwise]


async def _spoken_to(session: AsyncSession, program: Program, slot: str) -> str | None:
    steps = [name for name, node in program.nodes.items() if getattr(node.step, "to", None) == slot]
    query = select(Touch.contact).where(Touch.step.in_(steps), Touch.contact.is_not(None))
    return (await session.scalars(query.order_by(Touch.settled_at.desc().nulls_last()).limit(1))).one_or_none()

"""Fills the scratch ledger before a rehearsal: the account with all around it, and the text of the play."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from local.rehearsal.accounts import rows_of
from local.rehearsal.other_plays import of_catalog, started_by
from local.rehearsal.piece import Piece
from plays.model import Play
from plays.playbook import content_hash, definition_of
from records import versions
from records.scratch import Scratch
from records.scratch_copy import copy_account
from records.tables import PlayVersion, Run

BY: Final = "rehearsal"


async def cast(scratch: Scratch, piece: Piece) -> None:
    """Everything a run of the play will ask for."""
    if piece.spec is None:
        await copy_account(scratch, piece.account, piece.play.play, fresh=piece.fresh)
    async with scratch.database.begin() as session:
        if piece.spec is not None:
            session.add_all(rows_of(piece.spec, piece.play, piece.days, piece.begins))
            await session.flush()
            for rival in await session.scalars(select(Run)):
                await _published(session, rival)
        for play in started_by(piece.program):
            if (other := of_catalog(play)) is not None:
                await versions.publish(session, other, BY)
        await versions.publish(session, piece.source, BY)


async def _published(session: AsyncSession, rival: Run) -> None:
    """The gate asks the plays of other open runs whom they pause: the catalog's, else one that says nothing."""
    if (source := of_catalog(rival.play)) is not None:
        rival.version = (await versions.publish(session, source, BY)).version
        rival.lane, rival.priority = source.play.lane, source.play.priority
        return
    if await versions.get(session, rival.play, 1) is None:
        definition = definition_of(_silent(rival))
        row = {"hash": content_hash(definition, {}), "definition": definition, "content": {}, "source": ""}
        session.add(PlayVersion(play=rival.play, version=1, published_by=BY, **row))


def _silent(rival: Run) -> Play:
    return Play.model_validate(
        {
            "play": rival.play,
            "title": rival.play,
            "stage": "-",
            "purpose": "-",
            "lane": rival.lane,
            "priority": rival.priority,
            "owner": "ae",
            "players": {"ae": {"role": "ae"}},
            "steps": [{"end": "over"}],
        }
    )

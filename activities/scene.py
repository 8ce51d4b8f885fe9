"""What a step is played in: its run, account, players and earlier touches, read from Postgres in one go.

Reads only. Whom the step reaches is `audience.py`, what conditions and content see of it is `knowledge.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import load_only
from temporalio.exceptions import ApplicationError

from activities.playbook import Edition, Playbook
from plays.program import Node, Program
from records.tables import Account, Event, Player, Run, Touch


@dataclass(frozen=True)
class Tenant:
    """What counts where a person or account says nothing."""

    zone: str
    locale: str


@dataclass(frozen=True)
class Scene:
    """A run and all around it at one moment."""

    run: Run
    account: Account
    edition: Edition
    touches: list[Touch]
    players: dict[str, Player]  # by id: those of the run
    event: Event | None
    tenant: Tenant
    outcomes: dict[str, str] = field(default_factory=dict)  # of waits, which leave no row

    @property
    def program(self) -> Program:
        """The play as it is walked."""
        return self.edition.program

    def node(self, step: str) -> Node:
        """The step in its place. Raises ApplicationError UnknownStep, which no retry mends."""
        found = self.program.nodes.get(step)
        if found is None:
            raise ApplicationError(
                f"version {self.run.version} of '{self.run.play}' has no step '{step}'; nothing was done",
                type="UnknownStep",
                non_retryable=True,
            )
        return found

    def player(self, slot: str | None) -> Player | None:
        """Who plays the slot in this run; None when nobody could be found for it."""
        return self.players.get(str(self.run.roles.get(slot, ""))) if slot else None

    def role(self, slot: str) -> str:
        """The role of a slot, for sentences."""
        known = self.program.play.players.get(slot)
        return known.role if known else slot

    def touch_of(self, step: str, occurrence: int) -> Touch | None:
        """The touch of this step, if it is in the ledger already."""
        return next((one for one in self.touches if (one.step, one.occurrence) == (step, occurrence)), None)


async def read_scene(
    session: AsyncSession,
    playbook: Playbook,
    tenant: Tenant,
    run: str,
    version: int,
    event_id: str | None,
    outcomes: dict[str, str] | None = None,
) -> Scene:
    """Read everything a step of this run needs. Raises ApplicationError UnknownRun, which no retry mends."""
    found = (
        await session.execute(select(Run, Account).join(Account, Account.id == Run.account).where(Run.id == run))
    ).one_or_none()
    if found is None:
        raise ApplicationError(
            f"the run {run} is not in Postgres; nothing was done", type="UnknownRun", non_retryable=True
        )
    edition = await playbook.edition(session, found[0].play, version)
    return Scene(
        run=found[0],
        account=found[1],
        edition=edition,
        touches=list(await _touches(session, run)),
        players=await players(session, {str(one) for one in found[0].roles.values()}),
        event=await session.get(Event, event_id) if event_id else None,
        tenant=tenant,
        outcomes=outcomes or {},
    )


async def players(session: AsyncSession, ids: set[str]) -> dict[str, Player]:
    """These players by id."""
    if not ids:
        return {}
    return {one.id: one for one in await session.scalars(select(Player).where(Player.id.in_(sorted(ids))))}


_LIGHT = (
    Touch.key,
    Touch.contact,
    Touch.player,
    Touch.step,
    Touch.occurrence,
    Touch.channel,
    Touch.state,
    Touch.reason,
    Touch.outcome,
    Touch.until,
    Touch.settled_at,
    Touch.replied_at,
    Touch.message_id,
    Touch.claimed_at,
    Touch.claim_token,
    Touch.attempts,
    Touch.mime_sha256,
)


async def _touches(session: AsyncSession, run: str) -> Sequence[Touch]:
    query = select(Touch).where(Touch.run == run).order_by(Touch.created_at, Touch.key)
    return (await session.scalars(query.options(load_only(*_LIGHT)))).all()


def absent(player: Player, at: datetime, tenant: Tenant) -> date | None:
    """The player's last day away if they are away at `at`, by the calendar of their own zone."""
    if player.absent_until is None:
        return None
    today = at.astimezone(ZoneInfo(player.zone or tenant.zone)).date()
    return player.absent_until if (player.absent_from or today) <= today <= player.absent_until else None

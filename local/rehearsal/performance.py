"""What became of a rehearsal: its chronology, what stayed open, the outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.contracts import OPEN_RUN
from local.rehearsal.lines import Line, day_and_time
from local.rehearsal.piece import Piece
from local.rehearsal.scenario import Expect
from local.rehearsal.score import Ledger, Score
from local.rehearsal.texts import texts_of
from plays.events import TaskState
from records.tables import Account, Contact, Decision, Player, Task, Touch
from workflows.messages import Explanation, RunResult

if TYPE_CHECKING:
    from local.rehearsal.performer import Performer


@dataclass(frozen=True)
class Performance:
    """A rehearsal that was played."""

    piece: Piece
    workflow: str
    outcome: str
    reason: str
    ended: bool
    lines: Sequence[Line]
    open: Sequence[str]  # steps whose tasks are open at the end
    home: str  # our zone
    account_name: str = ""
    cast: Sequence[tuple[str, str]] = ()  # slot or contact -> who that is
    standing: Explanation | None = None
    seconds: float = 0.0  # on the wall

    def took(self, seconds: float) -> "Performance":
        """The same, with how long it took."""
        return replace(self, seconds=seconds)

    @property
    def touches(self) -> list[Line]:
        """What was made."""
        return [line for line in self.lines if line.kind in ("made", "in_doubt")]

    @property
    def skipped(self) -> list[Line]:
        """What was not made, and will not be."""
        return [line for line in self.lines if line.kind in ("skipped", "refused")]

    def as_expected(self) -> Expect:
        """What a file of rehearsals says of it."""
        return Expect(
            outcome=self.outcome,
            touches=tuple(f"{day_and_time(line.at, self.piece.zone)} {line.words}" for line in self.touches),
            skipped=tuple(line.step + (f"/{line.occurrence}" if line.occurrence > 1 else "") for line in self.skipped),
            open=tuple(self.open),
        )


async def performance_of(
    session: AsyncSession, performer: "Performer", ended: RunResult | None, standing: Explanation | None, home: str
) -> Performance:
    """Read what the rehearsal has left in its book and in the scratch ledger."""
    entries = performer.book.entries
    opened = next((entry.answer for entry in entries if entry.name == OPEN_RUN), None)
    ledger = await _ledger(session, opened.run_id if opened is not None else "")
    account = await session.get(Account, performer.piece.account)
    score = Score(performer.piece, ledger)
    outcome, reason = ("open", _waits_for(standing)) if ended is None else (ended.outcome, ended.reason)
    return Performance(
        piece=performer.piece,
        workflow=performer.workflow,
        outcome=outcome,
        reason=reason,
        ended=ended is not None,
        lines=[line for entry in entries for line in score.lines(entry)],
        open=[task.step for task in ledger.tasks if task.state == TaskState.OPEN],
        home=home,
        account_name=account.name if account is not None else "",
        cast=_cast(ledger, opened.roles if opened is not None else {}),
        standing=standing,
    )


def _waits_for(standing: Explanation | None) -> str:
    if standing is None:
        return ""
    why = standing.blocked or standing.next_why or standing.now
    return f"stands at {standing.step or 'the end'}: {why}"


def _cast(ledger: Ledger, roles: Mapping[str, str]) -> list[tuple[str, str]]:
    ours = [(slot, _called(ledger.players.get(player))) for slot, player in sorted(roles.items())]
    met = {one.contact for one in ledger.touches.values()}
    theirs = [(one.persona, _person(one)) for one in ledger.contacts.values() if one.id in met]
    return [*ours, *sorted(theirs)]


def _called(player: Player | None) -> str:
    return f"{player.name}, {player.title}".rstrip(", ") if player is not None else ""


def _person(contact: Contact) -> str:
    return f"{contact.first_name} {contact.last_name}, {contact.title} ({contact.id})".strip(", ")


async def _ledger(session: AsyncSession, run: str) -> Ledger:
    touches = {one.key: one for one in await session.scalars(select(Touch).where(Touch.run == run))}
    tasks = list(await session.scalars(select(Task).where(Task.run == run).order_by(Task.id)))
    contacts = {one.id: one for one in await session.scalars(select(Contact))}
    players = {one.id: one for one in await session.scalars(select(Player))}
    decided = select(Decision).where(Decision.touch.in_(list(touches))).order_by(Decision.id)
    decisions = list(await session.scalars(decided))
    return Ledger(touches, tasks, contacts, players, decisions, await texts_of(session, touches, tasks, players))

"""What a step is played in: its run, account, players and earlier touches, read from Postgres in one go.

Reads only. Whom the step reaches is `audience.py`, what conditions and content see of it is `knowledge.py`.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.exceptions import ApplicationError

from activities.mailboxes import Senders
from activities.playbook import Edition, Playbook
from activities.reviving import all_revived, revived
from plays.anchors import known, read
from plays.places import zone_of
from plays.program import Node, Program
from records.tables import Account, Event, Player, Run, Touch


@dataclass(frozen=True)
class Tenant:
    """What counts where a person or account says nothing."""

    zone: str
    locale: str
    senders: Senders = field(default_factory=Senders)
    fold_gmail: bool = False


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
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)  # of forms and surveys: step -> field -> answer
    contacts: int = 0  # people of the account whom we know
    stage: str = ""  # the stage the run is in
    round: int = 0  # of the innermost repeat

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

    def touches_of(self, step: str, occurrence: int) -> list[Touch]:
        """The touches of this step that are in the ledger already: one, or one a person of an "all of" audience."""
        return [one for one in self.touches if (one.step, one.occurrence) == (step, occurrence)]

    def touch_of(self, step: str, occurrence: int) -> Touch | None:
        """The first of them."""
        return next(iter(self.touches_of(step, occurrence)), None)

    @property
    def home(self) -> str:
        """The zone of the account, in which its dates are days."""
        return zone_of(None, None, self.account.zone, self.tenant.zone)

    def anchor(self, name: str) -> date | datetime | None:
        """A dated fact of the account, or one that an event has given this run; None while nobody knows it."""
        value = self.anchors.get(name)
        return read(value, self.home) if value else None

    @cached_property
    def anchors(self) -> dict[str, str]:
        """Every dated fact that is known, as ISO text."""
        return known(self.program.play, self.account.anchors, self.run.anchors)


_SCENE: Final = text(
    """
    select to_jsonb(r) as run, to_jsonb(a) as account,
      (select json_agg(json_build_object('key', t.key, 'run', t.run, 'account', t.account, 'contact', t.contact,
          'player', t.player, 'step', t.step, 'occurrence', t.occurrence, 'channel', t.channel, 'state', t.state,
          'reason', t.reason, 'outcome', t.outcome, 'until', t.until, 'settled_at', t.settled_at,
          'replied_at', t.replied_at, 'message_id', t.message_id, 'claimed_at', t.claimed_at,
          'claim_token', t.claim_token, 'attempts', t.attempts, 'mime_sha256', t.mime_sha256,
          'created_at', t.created_at,
          'template', t.template, 'variant', t.variant, 'opened_at', t.opened_at, 'clicked_at', t.clicked_at,
          'created_at', t.created_at)
        order by t.created_at, t.key) from touches t where t.run = r.id) as touches,
      (select json_agg(p) from players p where p.id in (select value from jsonb_each_text(r.roles))) as players,
      (select to_jsonb(e) - 'raw' from inbox e where e.id = cast(:event as text)) as event,
      (select json_agg(json_build_array(w.step, w.fields) order by w.occurrence, w.at, w.id) from answers w
        where w.run = r.id) as answers,
      (select count(*) from contacts c where c.account = r.account and not c.gone) as contacts
    from runs r join accounts a on a.id = r.account where r.id = :run
    """
).columns(run=JSONB, account=JSONB, touches=JSON, players=JSON, event=JSONB, answers=JSON)


async def read_scene(
    session: AsyncSession,
    playbook: Playbook,
    tenant: Tenant,
    run: str,
    version: int,
    event_id: str | None,
    outcomes: dict[str, str] | None = None,
    stage: str = "",
    round: int = 0,
) -> Scene:
    """Read everything a step of this run needs. The objects are snapshots: changing them changes nothing.

    `stage` and `round` are where the run says it stands. Raises ApplicationError UnknownRun, which no retry mends.
    """
    found = (await session.execute(_SCENE, {"run": run, "event": event_id})).one_or_none()
    if found is None:
        raise ApplicationError(
            f"the run {run} is not in Postgres; nothing was done", type="UnknownRun", non_retryable=True
        )
    its = revived(Run, found.run)
    return Scene(
        run=its,
        account=revived(Account, found.account),
        edition=await playbook.edition(session, its.play, version),
        touches=all_revived(Touch, found.touches),
        players={one.id: one for one in all_revived(Player, found.players)},
        event=revived(Event, found.event) if found.event else None,
        tenant=tenant,
        outcomes=outcomes or {},
        answers={step: dict(fields) for step, fields in found.answers or ()},
        contacts=found.contacts,
        stage=stage,
        round=round,
    )


def absent(player: Player, at: datetime, tenant: Tenant) -> date | None:
    """The player's last day away if they are away at `at`, by the calendar of their own zone."""
    if player.absent_until is None:
        return None
    today = at.astimezone(ZoneInfo(player.zone or tenant.zone)).date()
    return player.absent_until if (player.absent_from or today) <= today <= player.absent_until else None

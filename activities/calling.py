"""CALL_WEBHOOK: a signed call to an endpoint that the settings name (Standard Webhooks).

At least once, always under the same id: the receiver drops a second copy by it. So there is no doubt to keep, and
what was not answered is called again, for a day.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.channels.calls import Call, Caller, Forbidden, Unreached
from activities.clock import present
from activities.contracts import CALL_WEBHOOK, StepIn, StepOut
from activities.gate import ask_gate, lock, until_of, write_decision
from activities.heartbeat import Heart
from activities.house import House
from activities.owners import tell_owner
from activities.staging import Cue, ask_of, cue, plan_row, with_plan
from plays.events import ORIGIN, SETTLED, TouchState
from plays.ids import webhook_id
from plays.model import WebhookStep
from records import answers, touches
from records.tables import Run, Touch

ACCEPTED, REFUSED = "accepted", "refused"
A_DAY: Final = timedelta(days=1)
_AGAIN: Final = frozenset({408, 425, 429})


@dataclass(frozen=True)
class Ready:
    """A call that may be made."""

    cue: Cue
    body: bytes


class CallingWebhooks:
    """The activity that calls an endpoint."""

    def __init__(self, house: House, caller: Caller) -> None:
        self._house, self._caller = house, caller

    @activity.defn(name=CALL_WEBHOOK)
    async def call_webhook(self, asked: StepIn) -> StepOut:
        """Call the endpoint of a step, or say why not and when to ask again.

        Raises ApplicationError NotAccepted, which Temporal tries again, for a day since it was first asked.
        """
        async with Heart():
            async with self._house.database.begin() as session:
                ready = await self._prepare(session, asked, present(asked.now))
            if isinstance(ready, StepOut):
                return ready
            outcome, reason = await self._call(ready)
            async with self._house.database.begin() as session:
                return await self._settle(session, ready.cue, outcome, reason)

    async def _prepare(self, session: AsyncSession, asked: StepIn, now: datetime) -> Ready | StepOut:
        """The ledger first, then the gate; a call that may be made stands in the ledger before it is made."""
        house = self._house
        await lock(session, asked.run_id.split("/")[1], None)
        found = await cue(session, house.playbook, house.tenant, asked, now)
        touch = found.touch
        if touch is not None and touch.state in SETTLED:
            answer = StepOut(verdict=touch.state, reason=touch.reason, outcome=touch.outcome)
            return await with_plan(session, found, answer)
        verdict = await ask_gate(session, found.subject, ask_of(found), house.playbook)
        await plan_row(session, found)
        await write_decision(session, found.key, verdict, now)
        if verdict.word == "later":
            until = until_of(verdict, now)
            await touches.defer_until(session, found.key, until, verdict.reason)
            return StepOut(verdict="later", reason=verdict.reason, until=until)
        if verdict.word != "now":
            await touches.close(session, found.key, TouchState.SKIPPED, verdict.reason, now)
            return await with_plan(session, found, StepOut(verdict="skipped", reason=verdict.reason))
        return Ready(found, await _body(session, found))

    async def _call(self, ready: Ready) -> tuple[str, str]:
        """What became of it, and why. Raises ApplicationError NotAccepted for what may pass."""
        found, settings = ready.cue, self._house.settings
        endpoint = settings.webhook_endpoints.get(_step(found).to)
        if endpoint is None:
            known = ", ".join(sorted(settings.webhook_endpoints)) or "none"
            return REFUSED, f"the settings name no webhook endpoint '{_step(found).to}' (they name {known})"
        headers = _signed(endpoint.secret.get_secret_value(), webhook_id(found.key), ready.body)
        plain = settings.environment != "production"
        try:
            status = await self._caller.post(Call(endpoint.url, ready.body, headers, endpoint.private, plain))
        except Forbidden as error:
            return REFUSED, f"the endpoint may not be called: {error}"
        except Unreached as error:
            return _not_yet(f"the endpoint did not answer: {error}")
        if 200 <= status < 300:
            return ACCEPTED, f"accepted by {_step(found).to} ({status})"
        if 400 <= status < 500 and status not in _AGAIN:
            return REFUSED, f"{_step(found).to} refused it ({status})"
        return _not_yet(f"{_step(found).to} answered {status}")

    async def _settle(self, session: AsyncSession, found: Cue, outcome: str, reason: str) -> StepOut:
        state = TouchState.MADE if outcome == ACCEPTED else TouchState.REFUSED
        free = update(Touch).where(Touch.key == found.key, Touch.state.not_in(SETTLED))
        at = present(found.step_in.now)
        await session.execute(
            free.values(state=state, outcome=outcome, reason=reason, settled_at=at, until=None, attempts=_attempt())
        )
        if outcome == REFUSED:
            await tell_owner(session, self._house, found, reason)
        verdict: Any = str(state)
        return await with_plan(session, found, StepOut(verdict=verdict, reason=reason, outcome=outcome))


def _step(found: Cue) -> WebhookStep:
    if isinstance(found.step, WebhookStep):
        return found.step
    raise ApplicationError(f"'{found.node.name}' calls no webhook", type="UnknownStep", non_retryable=True)


async def _body(session: AsyncSession, found: Cue) -> bytes:
    """What the endpoint is told. Forms' answers may hold names: they go to it and into no history."""
    run = await session.get_one(Run, found.scene.run.id)
    told = {
        "run": run.id,
        "play": run.play,
        "account": run.account,
        "step": found.node.name,
        "occurrence": found.step_in.occurrence,
        "answers": await answers.given_in(session, run.id),
        "parameters": run.parameters,
        "reason": found.step.reason or "",
        "origin": ORIGIN,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _signed(secret: str, name: str, body: bytes) -> dict[str, str]:
    """The headers of Standard Webhooks. The signature's time is this attempt's, its id that of every attempt."""
    from standardwebhooks.webhooks import Webhook

    at = datetime.now(UTC)
    return {
        "content-type": "application/json",
        "user-agent": "Setpiece",
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(name, at, body.decode()),
    }


def _not_yet(reason: str) -> tuple[str, str]:
    """Try again, as long as it is worth it."""
    if datetime.now(UTC) - activity.info().scheduled_time < A_DAY:
        raise ApplicationError(f"{reason}; it is called again", type="NotAccepted")
    return REFUSED, f"{reason}, for a day"


def _attempt() -> int:
    return activity.info().attempt

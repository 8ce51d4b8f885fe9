"""A mail before it is sent: already answered, refused by the gate, claimed by somebody, or ready with its bytes.

The bytes are made once and kept; a later attempt reads them and never renders again.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.exceptions import ApplicationError

from activities.contracts import StepIn, StepOut
from activities.gate import ask_gate, lock, until_of, write_decision
from activities.handing_out import tell_owner
from activities.house import House
from activities.mail import Letter, Thread, frozen, recipient_of, thread_of
from activities.rules import Verdict
from activities.staging import Cue, ask_of, cue, plan_row, with_others, with_plan
from activities.texts import Unwritten, Written, mail_of
from plays.content import ContentError, EmailText
from plays.events import SETTLED, TouchState
from plays.ids import message_id
from plays.model import EmailStep, SurveyStep
from records import touches
from records.addresses import normal_form
from records.tables import Contact, Player, Task, Touch
from records.tokens import return_path, survey_url, unsubscribe_address, unsubscribe_url


@dataclass(frozen=True)
class Ready:
    """A mail that may go as far as Postgres knows."""

    cue: Cue
    key: str
    sender: str
    recipient: str
    mime: bytes
    attempts: int
    claimed: str | None = None  # the token of an attempt that has claimed it
    mailbox: str = ""  # the sender's, in normal form
    message_id: str = ""

    @property
    def contact(self) -> str | None:
        """The id of the contact it goes to."""
        return self.cue.contact.id if self.cue.contact else None


async def prepare(session: AsyncSession, house: House, asked: StepIn, now: datetime) -> Ready | StepOut:
    """Read the ledger first; then the gate, without claiming; then the bytes, frozen in this transaction."""
    await lock(session, asked.run_id.split("/")[1], None)
    found = await cue(session, house.playbook, house.tenant, asked, now, sending=True)
    touch = found.touch
    if touch is not None and touch.state in SETTLED:
        verdict = Verdict("already", "settled", touch.reason)
        await write_decision(session, touch.key, verdict, now)
        answer = StepOut(verdict=touch.state, reason=touch.reason, contact=touch.contact, outcome=touch.outcome)
        return await with_plan(session, found, answer)
    if touch is not None and touch.state == TouchState.CLAIMED:
        return Ready(found, touch.key, "", "", b"", touch.attempts, claimed=touch.claim_token or "")
    verdict = await ask_gate(session, found.subject, ask_of(found), house.playbook)
    if verdict.word == "now" and found.player is None:
        verdict = Verdict("never", "nobody", f"nobody holds the role {found.scene.role(found.slot)}")
    if verdict.word != "now":
        return await turned_away(session, house, found, verdict)
    try:
        mime = await _bytes(session, house, found, touch)
    except (Unwritten, ContentError) as error:
        return await turned_away(session, house, found, Verdict("never", "content", str(error)))
    return _ready(house, found, mime, touch.attempts if touch else 0)


def _ready(house: House, found: Cue, mime: bytes, attempts: int) -> Ready:
    """The envelope: where the mailbox takes plus addresses, what comes back names the mail."""
    sender, _ = _people(found)
    named = message_id(found.key, house.settings.mail_domain)
    path = return_path(sender.mailbox, _secret(house), named) if _plus(house, sender) else sender.mailbox
    mailbox = normal_form(sender.mailbox)
    return Ready(found, found.key, path, recipient_of(mime), mime, attempts, mailbox=mailbox, message_id=named)


async def turned_away(session: AsyncSession, house: House, found: Cue, verdict: Verdict) -> StepOut:
    """The gate has said later or never: written down, with the reason."""
    await plan_row(session, found)
    await write_decision(session, found.key, verdict, found.now)
    contact = found.contact.id if found.contact else None
    if verdict.word == "later":
        until = until_of(verdict, found.now)
        await touches.defer_until(session, found.key, until, verdict.reason)
        answer = StepOut(verdict="later", reason=verdict.reason, until=until, contact=contact)
        return with_others(found, answer, wide=verdict.wide)
    await touches.close(session, found.key, TouchState.SKIPPED, verdict.reason, found.now)
    if verdict.rule in ("nobody", "content"):
        await tell_owner(session, house, found, verdict.reason)
    return await with_plan(session, found, StepOut(verdict="skipped", reason=verdict.reason, contact=contact))


async def _bytes(session: AsyncSession, house: House, found: Cue, touch: Touch | None) -> bytes:
    """The frozen bytes: the stored ones, else made now and stored with the touch."""
    if touch is not None and touch.mime_sha256 is not None:
        return (await session.execute(select(Touch.mime).where(Touch.key == found.key))).scalar_one() or b""
    mime, named = await _made(session, house, found)
    address = found.contact.address if found.contact else None
    if touch is None:
        frozen_now = {"mime": mime, "mime_sha256": touches.fingerprint(mime), "message_id": named}
        await plan_row(session, found, **frozen_now)
    else:
        await touches.freeze(session, found.key, mime, named, address or "", found.template)
    return mime


async def _made(session: AsyncSession, house: House, found: Cue) -> tuple[bytes, str]:
    """The mail's bytes and its Message-ID."""
    sender, recipient = _people(found)
    named = message_id(found.key, house.settings.mail_domain)
    written = await _approved(session, found) or mail_of(_with_link(house, found, named))
    letter = Letter(
        sender_name=sender.name,
        sender=sender.mailbox,
        recipient=recipient.email or "",
        text=written.text,
        language=written.language,
        message_id=named,
        date=found.now,
        thread=await _thread(session, found),
        unsubscribe=unsubscribe_url(_public(house), _secret(house), named),
        unsubscribe_by_mail=unsubscribe_address(sender.mailbox, _secret(house), named)
        if _plus(house, sender)
        else None,
        postal_address=house.settings.postal_address,
        answers=_answers(found),
    )
    return frozen(letter), named


def _answers(found: Cue) -> bool:
    """True of a mail that goes out because they wrote to us, and that no person of ours has approved (RFC 3834)."""
    event, step = found.scene.event, found.step
    approved = isinstance(step, EmailStep) and step.approve is not None
    return event is not None and event.kind == "reply" and not approved


def _people(found: Cue) -> tuple[Player, Contact]:
    """Who writes to whom; the gate has seen to it that both are there."""
    if found.player is None or found.contact is None:
        raise ApplicationError(f"'{found.node.name}' has nobody to write to", type="NobodyThere", non_retryable=True)
    return found.player, found.contact


async def _approved(session: AsyncSession, found: Cue) -> Written | None:
    """The text its sender has approved, to the letter; None for a mail that needed no approval."""
    step = found.step
    if not isinstance(step, EmailStep) or step.approve is None:
        return None
    draft = await session.scalar(select(Task.draft).where(Task.touch == found.key, Task.kind == "approval"))
    if not draft:
        return None
    return Written(EmailText(draft["subject"], draft["text"], draft["html"]), draft["language"])


async def _thread(session: AsyncSession, found: Cue) -> Thread | None:
    """The mail this one follows up, if it was made and went to the same person; else this one begins a thread."""
    step = found.step
    named = step.thread if isinstance(step, EmailStep) else None
    made = (TouchState.MADE, TouchState.IN_DOUBT)
    earlier = [one for one in found.scene.touches if one.step == named and one.state in made]
    mine = [one for one in earlier if found.contact and one.contact == found.contact.id and one.message_id]
    if not mine:
        return None
    mime = await session.scalar(select(Touch.mime).where(Touch.key == mine[-1].key))
    return thread_of(mime, mine[-1].message_id or "") if mime else None


def _with_link(house: House, found: Cue, named: str) -> Cue:
    """A survey's text has the link to its questions."""
    if not isinstance(found.step, SurveyStep):
        return found
    return replace(found, link=survey_url(_public(house), _secret(house), named))


def _plus(house: House, sender: Player) -> bool:
    """Whether mail to name+anything@ reaches the sender's mailbox, as the settings say."""
    mailbox = normal_form(sender.mailbox)
    return any(one.plus for address, one in house.settings.mailboxes.items() if normal_form(address) == mailbox)


def _public(house: House) -> str:
    return house.settings.public_url or house.settings.webhooks_url


def _secret(house: House) -> str:
    secret = house.settings.link_secret
    if secret is None or not secret.get_secret_value().strip():
        raise ApplicationError(
            "unsubscribe links need SETPIECE_LINK_SECRET; the mail waits and goes out once it is set",
            type="NoLinkSecret",
        )
    return secret.get_secret_value()

"""What a mail server's no says of whom: the address, the sender, or nobody yet. Tables, and the effects of each.

A report that comes back later (RFC 3464) is read by `webhooks/meaning`; this is the dialogue itself.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from activities.channels.transport import Refusal
from activities.freezing import Ready
from activities.house import House
from plays.ids import notice_key
from records import inbox, notices

SOURCE: Final = "smtp"  # of the events raised here


class Blame(Enum):
    """Whom an answer speaks of."""

    ADDRESS = "address"  # it does not exist: B6 looks for another
    SENDER = "sender"  # policy, content, reputation: never the recipient's doing
    NOBODY = "nobody"  # anything else; the touch says it


# RFC 3463 and its registry (RFC 5248): the longest beginning that fits counts.
STATUSES: Final[Mapping[str, Blame]] = {
    "5.1.0": Blame.ADDRESS,
    "5.1.1": Blame.ADDRESS,
    "5.1.2": Blame.ADDRESS,
    "5.1.10": Blame.ADDRESS,  # RFC 7505: a null MX
    "5.7": Blame.SENDER,
    "4.7": Blame.SENDER,
}
# Answers that say more than their status, or have none. Looked for in the text in small letters, first match first.
WORDS: Final = (
    ("greylist", Blame.NOBODY),
    ("graylist", Blame.NOBODY),
    ("sender", Blame.SENDER),
    ("no such user", Blame.ADDRESS),
    ("no such recipient", Blame.ADDRESS),
    ("no such mailbox", Blame.ADDRESS),
    ("user unknown", Blame.ADDRESS),
    ("unknown user", Blame.ADDRESS),
    ("user not found", Blame.ADDRESS),
    ("mailbox not found", Blame.ADDRESS),
    ("recipient not found", Blame.ADDRESS),
    ("does not exist", Blame.ADDRESS),
)
_WORDY: Final = frozenset({"5.1.0", ""})  # statuses so wide that the words decide first


def blamed(refusal: Refusal) -> Blame:
    """Whom the answer blames. Only a final answer (5xx) to the recipient's address ever blames it."""
    if refusal.ours:
        return Blame.SENDER
    status = refusal.short.partition(" ")[2]
    words = refusal.text.lower()
    found = next((blame for part, blame in WORDS if part in words), None)
    by_status = next((STATUSES[one] for one in _beginnings(status) if one in STATUSES), None)
    if found is Blame.NOBODY:
        return found
    blame = (found or by_status) if status in _WORDY else by_status
    return blame if blame and not (blame is Blame.ADDRESS and refusal.passing) else Blame.NOBODY


def _beginnings(status: str) -> tuple[str, ...]:
    parts = status.split(".")
    return tuple(".".join(parts[:length]) for length in range(len(parts), 0, -1))


async def follow_up(session: AsyncSession, house: House, ready: Ready, refusal: Refusal, at: datetime) -> None:
    """What a refusal means beyond its touch, in the transaction that settles it; the account's lock is held."""
    match blamed(refusal):
        case Blame.ADDRESS:
            await _bounced(session, ready, refusal, at)
        case Blame.SENDER:
            await _tell_sender(session, house, ready, refusal, at)


async def _bounced(session: AsyncSession, ready: Ready, refusal: Refusal, at: datetime) -> None:
    """A hard bounce as if it had come back: the address is suppressed, the run's handler looks for another."""
    data = {
        "kind": "hard",
        "message_id": ready.message_id,
        "email": ready.recipient,
        "status": refusal.short,
        "reason": refusal.text[:500],
    }
    raw = json.dumps(data).encode()
    await inbox.accept(session, SOURCE, f"{ready.key}/{ready.attempts + 1}", "bounce", data, at, raw)


async def _tell_sender(session: AsyncSession, house: House, ready: Ready, refusal: Refusal, at: datetime) -> None:
    """One notice a day and mailbox to whoever it belongs to."""
    player = ready.cue.player
    if player is None:
        return
    body = (
        f"A mail server did not take a mail from {ready.mailbox}, and blames the sender, not the recipient:\n\n"
        f"    {refusal.code} {refusal.text[:1000]}\n\n"
        f"It was the step '{ready.cue.node.name}' of {ready.cue.scene.run.id}. Nobody was suppressed for it.\n"
        "Usual causes: the domain's SPF, DKIM or DMARC, a block list, too much mail at once, or the text. See:\n"
        f"    starter.py runs show {ready.cue.scene.run.workflow_id}\n\n"
        "This is said once a day, however often it happens.\n"
    )
    key = notice_key("sender", ready.mailbox, f"{at:%Y-%m-%d}")
    subject = f"Mail from {ready.mailbox} is refused"
    draft = notices.Draft(key, player.id, subject, body, run=ready.cue.scene.run.id)
    await notices.put(session, draft, house.settings.mail_domain)

"""Copies of a mail for players of ours (`copy:`): a notice with what was sent, once it was accepted."""

from email import message_from_bytes, policy

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.cues import Cue
from activities.house import House
from plays.ids import notice_key
from plays.model import EmailStep
from records import notices
from records.tables import Touch


def copied_to(cue: Cue) -> tuple[str, ...]:
    """The player slots that get a copy."""
    return cue.step.copy_to if isinstance(cue.step, EmailStep) else ()


async def put_copies(session: AsyncSession, house: House, cue: Cue, mime: bytes) -> None:
    """A notice to each, once for the touch; in the transaction that settles it. The sender needs none."""
    kept = mime or await session.scalar(select(Touch.mime).where(Touch.key == cue.key)) or b""
    subject, text = _words(kept)
    whom = cue.contact.id if cue.contact else "nobody"
    about = f"{cue.scene.account.name} ({cue.scene.account.id}), to contact {whom}, {cue.scene.run.id}"
    for slot in copied_to(cue):
        player = cue.scene.player(slot)
        if player is None or (cue.player is not None and player.id == cue.player.id):
            continue
        draft = notices.Draft(
            key=notice_key("copy", cue.key, player.id),
            player=player.id,
            subject=f"Copy: {subject}",
            body=f"This has gone out at {about}.\n\nSubject: {subject}\n\n{text}\n",
            run=cue.scene.run.id,
        )
        await notices.put(session, draft, house.settings.mail_domain)


def _words(mime: bytes) -> tuple[str, str]:
    """Subject and plain text of the frozen mail."""
    sent = message_from_bytes(mime, policy=policy.default)
    body = sent.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    return " ".join(str(sent["subject"] or "").split()), text.replace("\r\n", "\n").strip()

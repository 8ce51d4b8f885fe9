"""What our people are told about mails in doubt, and about mails that turn out otherwise than believed.

Notices only, once per key; the settings' mail domain is read off the mail's own Message-ID.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from plays.ids import notice_key
from plays.program import program_of
from records import notices, versions
from records.tables import Decision, Player, Run, Touch

SETTLE = "    starter.py doubts settle {key} {way} --reason '…'"


async def owner_of(session: AsyncSession, touch: Touch, on: date) -> str | None:
    """Who settles a doubt: its sender, their manager while they are away, else the run's owner or anybody in it."""
    sender = await session.get(Player, touch.player) if touch.player else None
    if sender is not None:
        away = sender.absent_until is not None and sender.absent_until >= on
        return sender.manager if away and sender.manager else sender.id
    run = await session.get(Run, touch.run)
    if run is None:
        return None
    roles = {slot: str(player) for slot, player in run.roles.items() if player}
    version = await versions.get(session, run.play, run.version)
    answers = program_of(version.definition).play.owner if version else ""
    return roles.get(answers) or next(iter(sorted(roles.values())), None)


async def ask(session: AsyncSession, touch: Touch, owner: str, looks: Sequence[Decision]) -> None:
    """Ask the owner of a doubt to settle it, with the evidence and what to type."""
    found = [f"    {_at(one.at)}  {one.rule}: {one.reason}" for one in looks if one.verdict == "look"]
    ways = ("--sent", "--not-sent", "--send-again")
    body = "\n".join(
        [
            f"The mail of {_place(touch)} may or may not have gone out: {touch.reason}.",
            "",
            *_facts(touch),
            *(["", "What its transport answered when it was asked:", *found] if found else []),
            "",
            "It counts as sent and is not sent again on its own. Look into your Sent folder, or ask, then say:",
            *(SETTLE.format(key=touch.key, way=way) for way in ways),
            "",
            "--send-again uses the same Message-ID; if the first one did arrive, they may see it twice.",
        ]
    )
    await _put(session, touch, owner, "doubt", f"Did this mail go out? {touch.step} at {touch.account}", body)


async def absent(session: AsyncSession, touch: Touch, owner: str, why: str) -> None:
    """A doubt turned out as not sent, and its run has gone on without it."""
    body = (
        f"The mail of {_place(touch)} certainly did not go out: {why}.\n\nThe run had gone on as if it had. It is not "
        "sent later on its own; if it should be:\n"
        f"{SETTLE.format(key=touch.key, way='--send-again')}\n"
    )
    await _put(session, touch, owner, "absent", f"Not sent: {touch.step} at {touch.account}", body)


async def alarm(session: AsyncSession, touch: Touch, what: str, before: str) -> None:
    """A mail that was held for not sent did go out."""
    body = (
        f"We held the mail of {_place(touch)} for not sent ({before}). It did go out: {what} came in for it.\n\n"
        "It counts as sent again. If it was written a second time meanwhile, the person has both.\n"
        f"    starter.py runs show {touch.run}\n"
    )
    await _tell(session, touch, "late", f"It did go out: {touch.step} at {touch.account}", body)


async def rejected(session: AsyncSession, touch: Touch, why: str) -> None:
    """The provider took a mail and then did not send it."""
    body = (
        f"The mail of {_place(touch)} was accepted by {touch.transport or 'the provider'}, which then did not send "
        f"it: {why}.\n\nThe run has gone on. See:\n    starter.py runs show {touch.run}\n"
    )
    await _tell(session, touch, "rejected", f"Not sent by the provider: {touch.step} at {touch.account}", body)


async def _tell(session: AsyncSession, touch: Touch, kind: str, subject: str, body: str) -> None:
    owner = await owner_of(session, touch, datetime.now(UTC).date())
    if owner is not None:
        await _put(session, touch, owner, kind, subject, body)


async def _put(session: AsyncSession, touch: Touch, owner: str, kind: str, subject: str, body: str) -> None:
    domain = (touch.message_id or "").strip("<>").rpartition("@")[2] or "setpiece.example"
    draft = notices.Draft(notice_key(kind, touch.key, str(touch.attempts)), owner, subject, body, run=touch.run)
    await notices.put(session, draft, domain)


def _place(touch: Touch) -> str:
    whom = f" to contact {touch.contact}" if touch.contact else ""
    return f"the step '{touch.step}' of {touch.run}{whom}"


def _facts(touch: Touch) -> list[str]:
    said = {
        "claimed": _at(touch.claimed_at),
        "final dot announced": _at(touch.dot_at),
        "from": touch.mailbox,
        "by": touch.transport,
        "its id there": touch.transport_ref,
        "Message-ID": touch.message_id,
        "the server said": touch.server_text,
    }
    return [f"    {name}: {value}" for name, value in said.items() if value]


def _at(instant: datetime | None) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if instant else ""

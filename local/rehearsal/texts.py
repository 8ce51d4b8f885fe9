"""What people would have read: mails as rendered, call guides, tasks and notices; read from the scratch ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from records.tables import Notice, Player, Task, Touch

_NOTICE: Final = "notice/"


@dataclass(frozen=True)
class Text:
    """A text somebody reads: a mail of theirs, or a guide or notice of ours."""

    title: str
    body: str
    sender: str = ""
    reader: str = ""


@dataclass(frozen=True)
class Kept:
    """A text as the ledger has it; a mail is read only when somebody wants to."""

    plain: Text | None = None
    mime: bytes = b""

    def read(self) -> Text:
        """The text itself."""
        return self.plain if self.plain is not None else mail_of(self.mime)


async def texts_of(
    session: AsyncSession, touches: Mapping[str, Touch], tasks: Sequence[Task], players: Mapping[str, Player]
) -> dict[str, Kept]:
    """By the key of the touch."""
    found = {key: Kept(mime=touch.mime) for key, touch in touches.items() if touch.mime}
    for task in tasks:
        reader = _called(players.get(task.player))
        found.setdefault(task.touch, Kept(Text(task.title, task.guide, reader=reader)))
    for notice in await session.scalars(select(Notice).where(Notice.task.is_(None)).order_by(Notice.id)):
        key = notice.key.removeprefix(_NOTICE).rpartition("/")[0]
        if key in touches:
            reader = _called(players.get(notice.player))
            found.setdefault(key, Kept(Text(notice.subject, notice.body, reader=reader)))
    return found


def mail_of(mime: bytes) -> Text:
    """Subject, plain text, sender and reader of a mail's bytes."""
    message = message_from_bytes(mime, policy=default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - the policy makes no other
    part = message.get_body(("plain",))
    body = str(part.get_content()) if part is not None else ""
    return Text(str(message["Subject"] or ""), body.strip(), str(message["From"] or ""), str(message["To"] or ""))


def _called(player: Player | None) -> str:
    return f"{player.name}, {player.title}" if player is not None else ""

"""The complaint breaker: a sending domain whose mail is marked as spam too often is slowed, then stopped.

Gmail and Yahoo ask bulk senders to stay below 0.1 % and never to reach 0.3 % (Google, "Email sender guidelines", since
February 2024). Written in the transaction that accepts the complaint; the gate reads the domain's state.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.ext.asyncio import AsyncSession

from plays.events import TouchState
from plays.ids import notice_key
from records import notices, sending_domains
from records.addresses import normal_form
from records.sending_domains import REFUSED, SLOWED, STOPPED
from records.tables import Notice, Player, SendingDomain, Touch

WINDOW: Final = timedelta(days=30)
SLOW: Final = Fraction(1, 1000)
STOP: Final = Fraction(3, 1000)
LEAST_MAILS: Final = 100  # in the window, before one or two complaints say anything: 1 of 5 is not 20 %
ENOUGH: Final = 3  # complaints that say something however few mails there were
NOT_ALONE: Final = 2  # complaints before a domain is stopped: one alone only slows it


@dataclass(frozen=True)
class Standing:
    """A domain's complaints among its mails of the window."""

    complaints: int
    mails: int  # counted no further than the rate needs

    @property
    def rate(self) -> Fraction:
        """Complaints a mail."""
        return Fraction(self.complaints, max(self.mails, self.complaints, 1))

    @property
    def state(self) -> str | None:
        """What they come to: slowed, stopped, or nothing."""
        if self.mails < LEAST_MAILS and self.complaints < ENOUGH:
            return None
        if self.rate >= STOP and self.complaints >= NOT_ALONE:
            return STOPPED
        return SLOWED if self.rate >= SLOW else None

    @property
    def words(self) -> str:
        """For a reason."""
        mails = f"{self.complaints} of {self.mails} mails were marked as spam in {WINDOW.days} days"
        return f"{mails}, {float(self.rate):.2%}"


async def complained(session: AsyncSession, touch_key: str, at: datetime) -> list[str]:
    """A complaint about this mail was accepted: count it, once, and slow or stop the domain it came from.

    `at` is the event's time. Returns what was done as sentences without personal data. The caller's transaction.
    """
    touch = await session.get(Touch, touch_key)
    if touch is None or touch.channel != "email":
        return []
    player = await session.get(Player, touch.player) if touch.player else None
    mailbox = touch.mailbox or (normal_form(player.mailbox) if player else "")
    first = update(Touch).where(Touch.key == touch_key, Touch.complained_at.is_(None))
    await session.execute(first.values(complained_at=at, mailbox=mailbox or None))
    domain = mailbox.rpartition("@")[2]
    if not domain:
        return []
    await sending_domains.lock(session)
    found = await sending_domains.get(session, domain)
    counted = await standing(session, domain, at, found.counts_from if found else None)
    if not _is_worse(found, counted.state):
        return []
    changed = await sending_domains.changing(session, domain, at)
    sending_domains.change(changed, counted.state or "", counted.words, "breaker", at)
    await session.flush()
    await _tell(session, changed, player)
    return [f"{domain} is {changed.state}: {changed.reason}"]


def _is_worse(found: SendingDomain | None, state: str | None) -> bool:
    """A domain is never eased by a complaint, and one that was refused is not let send by being slowed."""
    known = found.state if found else None
    return (state == SLOWED and known not in (SLOWED, STOPPED, REFUSED)) or (state == STOPPED and known != STOPPED)


async def ease(session: AsyncSession, at: datetime) -> Sequence[str]:
    """Let slowed domains send in full again whose rate has fallen by itself. A stop ends only by a person."""
    await sending_domains.lock(session)
    query = select(SendingDomain).where(SendingDomain.state == SLOWED).execution_options(populate_existing=True)
    eased = []
    for found in (await session.scalars(query)).all():
        if (await standing(session, found.domain, at, found.counts_from)).state is None:
            state = sending_domains.ACTIVE if found.activated_at else sending_domains.UNCHECKED
            sending_domains.change(found, state, "its complaints are below 0.1 % again", "breaker", at)
            eased.append(found.domain)
    await session.flush()
    return eased


# Counted only as far as the rate needs: with so many mails, so many complaints are below a thousandth.
_MAILS: Final = text(
    """
    select count(*) from (select 1 from touches m where m.mailbox = any(cast(:mailboxes as text[]))
      and m.mailbox is not null and m.state in ('made', 'in_doubt')
      and m.settled_at > :since and m.settled_at <= :at limit :most) counted
    """
).bindparams(bindparam("since", type_=TIMESTAMP(timezone=True)), bindparam("at", type_=TIMESTAMP(timezone=True)))
_COMPLAINTS: Final = text(
    """
    select count(*) from touches m where m.complained_at is not null and m.complained_at > :since
      and m.complained_at <= :at and split_part(m.mailbox, '@', 2) = :domain
    """
).bindparams(bindparam("since", type_=TIMESTAMP(timezone=True)), bindparam("at", type_=TIMESTAMP(timezone=True)))


async def standing(session: AsyncSession, domain: str, at: datetime, since: datetime | None = None) -> Standing:
    """The domain's complaints and mails in the 30 days up to `at`, but not before `since`, when it was lifted."""
    begin = max(at - WINDOW, since) if since else at - WINDOW
    about = {"since": begin, "at": at}
    complaints = await session.scalar(_COMPLAINTS, about | {"domain": domain}) or 0
    mailboxes = (await sending_domains.in_use(session)).get(domain, [])
    most = max(complaints, 1) * SLOW.denominator + 1
    mails = await session.scalar(_MAILS, about | {"mailboxes": mailboxes, "most": most}) or 0
    return Standing(complaints, mails)


async def blamed(session: AsyncSession, touch_key: str, status: str, at: datetime) -> list[str]:
    """A mail came back with 5.7.x (RFC 3463: security or policy) or words to that effect: its sender is to blame.

    Told to the sender's manager, once a day and domain; nothing is stopped by it.
    """
    touch = await session.get(Touch, touch_key)
    player = await session.get(Player, touch.player) if touch is not None and touch.player else None
    if player is None or touch is None:
        return []
    domain = (touch.mailbox or normal_form(player.mailbox)).rpartition("@")[2]
    key = f"blamed/{domain}/{at:%Y-%m-%d}"
    if await session.scalar(
        select(Notice.id).where(Notice.key.startswith(notice_key(key, ""), autoescape=True)).limit(1)
    ):
        return []
    await sending_domains.lock(session)
    subject = f"Mail from {domain} was turned away for what it is"
    body = (
        f"A mail server answered {status}; it blames the sender, not the person: content, policy or authentication. "
        f"The touch is {touch.key.rsplit('/', 1)[0]}. Nobody was suppressed for it.\n\n"
        f"What to do: ./starter.py domains check {domain}"
    )
    await _put(session, player, key, subject, body, domain)
    return [f"{domain} was blamed for a mail: {status}"]


async def last_mail(session: AsyncSession, contact: str | None) -> str | None:
    """The newest mail that a person had, for a complaint that names none: its key."""
    mine = select(Touch.key).where(Touch.contact == contact, Touch.channel == "email")
    made = mine.where(Touch.state.in_((TouchState.MADE, TouchState.IN_DOUBT)))
    return await session.scalar(made.order_by(Touch.settled_at.desc()).limit(1)) if contact else None


async def _tell(session: AsyncSession, domain: SendingDomain, player: Player | None) -> None:
    if player is None:
        return
    what = "sends nothing any more" if domain.state == STOPPED else "sends a quarter of its quota"
    body = (
        f"{domain.domain} {what}: {domain.reason}. Nothing is lost: its mails wait.\n\n"
        f"Find out whom it wrote to and why they complained; then:\n"
        f'./starter.py domains lift {domain.domain} --reason "what was done about it"'
    )
    subject = f"{domain.domain} is {domain.state}: too many complaints"
    await _put(session, player, f"breaker/{domain.domain}/{domain.state}/{domain.since.isoformat()}", subject, body)


async def _put(
    session: AsyncSession, player: Player, key: str, subject: str, body: str, domain: str | None = None
) -> None:
    """To the sender's manager and the one above; to the sender where nobody is."""
    manager = await session.get(Player, player.manager) if player.manager else None
    executive = await session.get(Player, manager.manager) if manager and manager.manager else None
    for one in [found for found in (manager, executive) if found] or [player]:
        draft = notices.Draft(notice_key(key, one.id), one.id, subject, body)
        await notices.put(session, draft, domain or normal_form(player.mailbox).rpartition("@")[2])

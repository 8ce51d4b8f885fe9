"""What of a mail is ours: the mail of ours it speaks of, and whether one of us has written it. Reads only."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from records.addresses import normal_form
from records.matching import names_of, refs_of
from records.tables import Contact, Event, Notice, Player, Touch
from records.tokens import Purpose
from settings import Settings
from webhooks.links import touch_of
from webhooks.mail.deciding import SOURCE, words_of
from webhooks.mail.knowledge import OurMail, Ours
from webhooks.meaning.model import Meaning

IN_ADDRESSES: Final[tuple[Purpose, ...]] = ("reply", "unsubscribe")  # tokens behind the plus of an address
REPEATED_WITHIN: Final = timedelta(days=7)  # RFC 3834, 2: one answer to one address in several days
REPEATED_LENGTH: Final = 80  # characters from which on nobody types the same again
_OURS: Final = (Touch.key, Touch.account, Touch.message_id, Touch.address)


async def look(session: AsyncSession, settings: Settings, meaning: Meaning, mail: str) -> Ours:
    """Look everything up. `mail` is the id of the mail itself."""
    names = {"references": list(meaning.answers)}
    by_token = await _by_tokens(session, settings, meaning.tokens)
    return Ours(
        mail=await _by_names(session, names_of(names), refs_of(names)) or next(iter(by_token.values()), None),
        may_unsubscribe=by_token.get("unsubscribe"),
        itself=await _by_names(session, names_of({"message_id": meaning.message_id}), ()),
        from_us=await _is_ours(session, settings, meaning.sender),
        about_notice=await _is_notice(session, names_of(names)),
        knows_sender=await _is_known(session, meaning.sender),
        **await _earlier(session, meaning, mail),
    )


async def _by_names(session: AsyncSession, names: Sequence[str], refs: Sequence[str]) -> OurMail | None:
    """The nearest mail of ours among those it names."""
    if not names and not refs:
        return None
    either = or_(Touch.message_id.in_(names), Touch.transport_ref.in_(refs))
    rows = (await session.execute(select(*_OURS, Touch.transport_ref).where(either))).all()
    places = {name: place for place, name in enumerate([*names, *refs])}

    def nearness(row: Any) -> tuple[int, str]:
        return min(places.get(row.message_id, len(places)), places.get(row.transport_ref, len(places))), row.key

    nearest = min(rows, key=nearness, default=None)
    return _our_mail(nearest) if nearest is not None else None


def _our_mail(touch: Any) -> OurMail:
    return OurMail(touch.key, touch.account, touch.message_id or "", touch.address or "")


async def _by_tokens(session: AsyncSession, settings: Settings, tokens: Iterable[str]) -> dict[Purpose, OurMail]:
    found: dict[Purpose, OurMail] = {}
    for token in list(tokens)[:10]:
        for purpose in IN_ADDRESSES:
            touch = await touch_of(session, settings, token.rpartition(".")[2], purpose)
            if touch is not None:
                found.setdefault(purpose, _our_mail(touch))
    return found


async def _is_ours(session: AsyncSession, settings: Settings, sender: str) -> bool:
    """One of our players, one of the mailboxes of the settings, or the address our notices come from."""
    if not sender:
        return False
    known = {*settings.mailboxes, f"setpiece@{settings.mail_domain}"}
    players = await session.execute(select(Player.email, Player.mailbox))
    known |= {address for row in players for address in row if address}
    return normal_form(sender) in {normal_form(one) for one in known}


async def _is_notice(session: AsyncSession, names: Sequence[str]) -> bool:
    if not names:
        return False
    return await session.scalar(select(Notice.id).where(Notice.message_id.in_(names)).limit(1)) is not None


async def _is_known(session: AsyncSession, sender: str) -> bool:
    return await session.scalar(select(Contact.id).where(Contact.address == normal_form(sender)).limit(1)) is not None


async def _earlier(session: AsyncSession, meaning: Meaning, mail: str) -> dict[str, Any]:
    """What came from the same address in the last days."""
    if meaning.kind != "reply" or not meaning.sender:
        return {}
    sender, said = normal_form(meaning.sender), words_of(meaning)
    accounts = select(Contact.account).where(Contact.address == sender)
    query = (
        select(Event.data, Event.received_at > func.now() - timedelta(days=1))
        .where(Event.account.in_(accounts), Event.kind == "reply", Event.source == SOURCE)
        .where(Event.received_at > func.now() - REPEATED_WITHIN, ~Event.id.contains(mail, autoescape=True))
        .order_by(Event.received_at.desc())
        .limit(100)
    )
    theirs = [(data, today) for data, today in await session.execute(query) if data.get("email") == sender]
    same = len(said) >= REPEATED_LENGTH and any(data.get("text") == said for data, _ in theirs)
    return {"said_before": same, "replies_today": sum(today for _, today in theirs)}

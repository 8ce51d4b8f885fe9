"""What a link in a mail of ours leads to: the touch of that mail, and the language its page is in."""

from fastapi import Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from records.tables import Account, Contact, Touch
from records.tokens import Purpose, read_token
from settings import Settings


async def touch_of(session: AsyncSession, settings: Settings, token: str, purpose: Purpose) -> Touch | None:
    """The mail a token was made for; None for a token that is not ours."""
    secret = settings.link_secret.get_secret_value() if settings.link_secret else ""
    name = read_token(secret, token, purpose)
    if name is None:
        return None
    mine = select(Touch).where(Touch.message_id == f"<{name}@{settings.mail_domain}>")
    found = (await session.scalars(mine)).one_or_none()
    if found is None:  # a mail of the time when we had another domain; only genuine tokens come here
        earlier = select(Touch).where(Touch.message_id.like(f"<{name}@%"))
        found = (await session.scalars(earlier)).one_or_none()
    return found


async def locale_of(session: AsyncSession, touch: Touch) -> str | None:
    """The locale of the person it went to, else of their account."""
    contact = await session.get(Contact, touch.contact) if touch.contact else None
    if contact is not None and contact.locale:
        return contact.locale
    account = await session.get(Account, touch.account)
    return account.locale if account else None


def language_of(request: Request, locale: str | None = None) -> str:
    """The person's own language, then what their program asks for; English and Russian are spoken."""
    wanted = [
        locale or "",
        *(one.split(";")[0].strip() for one in request.headers.get("accept-language", "").split(",")),
    ]
    return next((one[:2].lower() for one in wanted if one[:2].lower() in ("en", "ru")), "en")

"""A connection to a mail server: opened, secured, logged in to. What is said over it is `smtp.py`."""

from dataclasses import dataclass
from typing import Final

import aiosmtplib

from activities.channels.oauth import NoGrant, NoToken, Tokens
from activities.channels.places import Place
from activities.channels.transport import Refusal, Unreachable

GREETING_LIMIT: Final = 30.0  # seconds to connect, greet, secure and log in


@dataclass(frozen=True)
class Login:
    """Whose mailbox it is, when it is not the server of SMTP_URL: a failed login is that mailbox's trouble."""

    mailbox: str
    tokens: Tokens | None = None  # XOAUTH2 instead of a password


async def connected(place: Place, hostname: str, login: Login | None) -> aiosmtplib.SMTP:
    """A connection that may send. Raises Unreachable, and Refusal 454 4.7.0 for a mailbox whose login is not taken."""
    tokens = login.tokens if login else None
    smtp = aiosmtplib.SMTP(
        hostname=place.host,
        port=place.port,
        use_tls=place.tls,
        start_tls=place.starttls,
        username=place.user or (login.mailbox if login and tokens else None),
        password=None if tokens else place.password,
        oauth_token_generator=tokens.token if tokens else None,
        local_hostname=hostname,
        timeout=GREETING_LIMIT,
    )
    try:
        await smtp.connect()
    except NoGrant as error:
        smtp.close()
        raise Refusal(454, f"4.7.0 {error} (SETPIECE_MAILBOXES); nothing was sent") from error
    except (aiosmtplib.SMTPException, NoToken, OSError, ValueError) as error:
        smtp.close()
        raise _not_let_in(place, login, error) from error
    return smtp


def _not_let_in(place: Place, login: Login | None, error: Exception) -> Refusal | Unreachable:
    """A mailbox whose login is not taken is its setting's fault, never the recipient's; anything else may pass."""
    code = getattr(error, "code", None)
    if login is not None and isinstance(error, aiosmtplib.SMTPAuthenticationError):
        if login.tokens is not None:
            login.tokens.forget()
        what = "access token" if login.tokens else "user and password"
        sentence = f"the mail server does not take the {what} of this mailbox (it said {code})"
        return Refusal(454, f"4.7.0 {sentence}: look at its setting in SETPIECE_MAILBOXES; nothing was sent")
    said = f", it said {code}" if code else f": {error}" if isinstance(error, NoToken) else ""
    return Unreachable(
        f"the mail server at {place.host}:{place.port} does not let us in"
        f" ({type(error).__name__}{said}); nothing was sent"
    )

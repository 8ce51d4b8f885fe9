"""What keeps a mailbox from being read, as one sentence to the person who can act. Never a password, never a token."""

import imaplib
import socket
import ssl
from collections.abc import Callable
from typing import Final

from imap_tools.errors import MailboxFolderSelectError, MailboxLoginError

from webhooks.mail.access import NoAccess
from webhooks.mail.imap import Lost
from webhooks.mail.places import BadPlace, Where

STILL: Final = "what was read stays, and it is tried again"
_Sentence = Callable[[Where, BaseException], str]


def in_words(where: Where, error: BaseException) -> str:
    """The sentence for `mailbox_places.error` and the log. The server's own words are left out: they may quote us."""
    for kind, sentence in _SENTENCES:
        if isinstance(error, kind):
            return f"{sentence(where, error)}; {STILL}"
    return f"it cannot be read ({type(error).__name__}); {STILL}"


def _place(where: Where) -> str:
    return f"{where.host}:{where.port}"


def _login(where: Where, error: BaseException) -> str:
    what = "the access token" if where.oauth else "the user or the password"
    return f"{_place(where)} does not take {what}: put the right one into SETPIECE_MAILBOXES"


def _certificate(where: Where, error: BaseException) -> str:
    return f"the certificate of {_place(where)} does not show that it is {where.host}"


def _protocol(where: Where, error: BaseException) -> str:
    if b"AUTHENTICATIONFAILED" in _said(error) or b"AUTHENTICATE" in _said(error).upper():
        return _login(where, error)
    return f"{_place(where)} broke off the conversation"


def _said(error: BaseException) -> bytes:
    first = error.args[0] if error.args else b""
    return first if isinstance(first, bytes) else str(first).encode("utf-8", "replace")


# In this order: the first that fits.
_SENTENCES: Final[tuple[tuple[type[BaseException], _Sentence], ...]] = (
    (BadPlace, lambda where, error: str(error)),
    (NoAccess, lambda where, error: str(error)),
    (Lost, lambda where, error: str(error)),
    (MailboxLoginError, _login),
    (MailboxFolderSelectError, lambda where, error: "there is no such folder in the mailbox: look at its spelling"),
    (ssl.SSLCertVerificationError, _certificate),
    (ssl.SSLError, lambda where, error: f"{_place(where)} does not speak TLS there: imaps:// is port 993"),
    (socket.gaierror, lambda where, error: f"there is no machine called {where.host}"),
    (ConnectionRefusedError, lambda where, error: f"nobody listens at {_place(where)}"),
    (TimeoutError, lambda where, error: f"{_place(where)} does not answer in time"),
    (imaplib.IMAP4.error, _protocol),
    (OSError, lambda where, error: f"the connection to {_place(where)} was lost ({type(error).__name__})"),
)

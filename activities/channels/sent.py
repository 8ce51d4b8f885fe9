"""Whether a mailbox's Sent folder has a mail: what Gmail and Microsoft 365 can be asked after a doubt, over IMAP.

Absence proves something only where the server itself puts there what it sends; of others only presence counts.
"""

import asyncio
import imaplib
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from imap_tools import AND, BaseMailBox, H, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

from activities.channels.oauth import NoGrant, NoToken, Tokens
from activities.channels.places import is_loopback
from activities.channels.transport import Found, Look

PATIENCE: Final = 30.0  # seconds for each answer of the server
_PORTS: Final = {"imaps": 993, "imap": 143, "imap+starttls": 143}
# Where the mailbox does not mark the folder \Sent (RFC 6154): names in use, the likeliest first.
USUAL: Final = ("Sent", "Sent Items", "Sent Messages", "Sent Mail", "[Gmail]/Sent Mail", "INBOX.Sent", "INBOX/Sent")
# Servers that put a copy of what is sent by SMTP into Sent (Google: "Sent Mail"; Microsoft: Set-Mailbox
# -MessageCopyForSMTPClientSubmissionEnabled, true unless switched off).
KEEP_SENT: Final = ("gmail.com", "googlemail.com", "google.com", "office365.com", "outlook.com")


@dataclass(frozen=True)
class SentFolder:
    """The Sent folder behind a mailbox's `listen` address."""

    listen: str  # imaps://user:password@host/INBOX
    mailbox: str
    keeps: bool  # the server itself keeps what it sends
    tokens: Tokens | None = None

    async def find(self, message_id: str) -> Found:
        """Look for the Message-ID. Never raises for a server that is away: that is SILENT."""
        try:
            token = await self.tokens.token() if self.tokens else ""
            there = await asyncio.to_thread(self._there, message_id, token)
        except (NoToken, NoGrant, ImapToolsError, imaplib.IMAP4.error, OSError, ValueError) as error:
            return Found(Look.SILENT, f"the Sent folder could not be read ({type(error).__name__})")
        if there is None:
            return Found(Look.SILENT, "the mailbox has no Sent folder that we can find")
        if there:
            return Found(Look.THERE, "it is in the Sent folder of its mailbox")
        if not self.keeps:
            return Found(Look.SILENT, "not in Sent, where this server need not put it (`keeps_sent`)")
        return Found(Look.ABSENT, "not in the Sent folder of its mailbox")

    def _there(self, message_id: str, token: str) -> bool | None:
        """In a thread: whether Sent has it; None without such a folder."""
        parts = urlsplit(self.listen)
        user = unquote(parts.username or self.mailbox)
        box = _connected(self.listen)
        try:
            if token:
                box.xoauth2(user, token, initial_folder=None)
            else:
                box.login(user, unquote(parts.password or ""), initial_folder=None)
            folder = _sent_of(box)
            if folder is None:
                return None
            box.folder.set(folder, readonly=True)
            return bool(box.uids(AND(header=H("Message-ID", message_id))))
        finally:
            _end(box)


def keeps_sent(url: str) -> bool:
    """Whether this server, of SMTP or IMAP, is one of those known to keep what is sent in Sent."""
    host = (urlsplit(url).hostname or "").lower()
    return any(host == one or host.endswith(f".{one}") for one in KEEP_SENT)


def _connected(listen: str) -> BaseMailBox:
    parts = urlsplit(listen)
    host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 993)
    if parts.scheme == "imaps":
        return MailBox(host, port, timeout=PATIENCE)
    if parts.scheme == "imap" and is_loopback(host):
        return MailBoxUnencrypted(host, port, timeout=PATIENCE)
    if parts.scheme in ("imap", "imap+starttls"):
        return MailBoxStartTls(host, port, timeout=PATIENCE)
    raise ValueError("not an IMAP address")


def _sent_of(box: BaseMailBox) -> str | None:
    """The folder marked \\Sent, else one with a usual name."""
    found = box.folder.list()
    marked = [one.name for one in found if any(flag.lower() == "\\sent" for flag in one.flags)]
    names = {one.name.lower(): one.name for one in found}
    usual = [names[one.lower()] for one in USUAL if one.lower() in names]
    return next(iter(marked + usual), None)


def _end(box: BaseMailBox) -> None:
    try:
        box.logout()
    except (ImapToolsError, imaplib.IMAP4.error, OSError):
        box.client.shutdown()

"""What the Sent folder of a mailbox tells about a mail in doubt."""

import asyncio
from typing import Any

import pytest

from activities.channels.post import Post
from activities.channels.transport import Look
from tests.channels.letters import SENDER, letter, sought
from tests.channels.rigs import post_of, settings_of
from tests.channels.standins.imap import ImapStandIn, TokenServer, oauth
from tests.mail import dovecot as real


async def looked(imap: ImapStandIn, **more: Any) -> Look:
    """What comes of looking for the mail; `more` is about the mailbox."""
    mime, named = letter()
    mailbox = {"send": "smtp://127.0.0.1:1", "listen": imap.listen(), **more}
    return (await post_of(mailboxes={SENDER: mailbox}).look_up(sought(mime, named))).look


@pytest.mark.parametrize(
    ("folders", "folder"),
    [
        ({"INBOX": "", "Gesendet": "\\Sent"}, "Gesendet"),
        (
            {"INBOX": "", "Sent": "", "[Gmail]/Alle": "", "[Gmail]/Sent Mail": "\\HasNoChildren \\Sent"},
            "[Gmail]/Sent Mail",
        ),
        ({"INBOX": "", "Sent Items": "\\HasNoChildren"}, "Sent Items"),
    ],
)
async def test_the_mail_is_found_in_the_folder_marked_sent_else_in_one_usually_called_so(
    folders: dict[str, str], folder: str
) -> None:
    """A1, "Reconcile": Gmail and Microsoft 365 are asked by `HEADER Message-ID`; nothing is changed there."""
    async with ImapStandIn(folders=folders, mails={folder: {letter()[1]}}) as imap:
        assert await looked(imap) is Look.THERE
        assert not {"SELECT", "STORE", "APPEND"} & set(imap.said)


async def test_absence_counts_only_where_the_server_itself_keeps_what_it_sends() -> None:
    async with ImapStandIn() as imap:
        assert await looked(imap) is Look.SILENT
        assert await looked(imap, keeps_sent=True) is Look.ABSENT


async def test_a_mailbox_that_cannot_be_read_is_silent() -> None:
    async with ImapStandIn(folders={"INBOX": ""}) as without:
        assert await looked(without, keeps_sent=True) is Look.SILENT
    async with ImapStandIn() as imap:
        assert await looked(imap, listen=imap.listen(password="wrong"), keeps_sent=True) is Look.SILENT
    assert await looked(imap, keeps_sent=True) is Look.SILENT  # it has gone


async def test_the_sent_folder_is_read_with_the_same_grant() -> None:
    async with ImapStandIn(mails={"Sent": {letter()[1]}}) as imap, TokenServer() as server:
        listen = f"imap://127.0.0.1:{imap.port}/INBOX"
        assert await looked(imap, listen=listen, oauth=oauth(server)) is Look.THERE
        assert imap.said[:2] == ["CAPABILITY", "AUTHENTICATE"]


@pytest.mark.skipif(not real.installed(), reason=real.MISSING)
async def test_a_real_server_finds_the_mail_by_its_message_id() -> None:
    """A1, with Dovecot: a mail of another Message-ID is not taken for it."""
    mime, named = letter()
    other, _ = letter("another")
    with real.dovecot() as server:
        await asyncio.to_thread(server.put, SENDER, other, "Sent")
        mailbox = {"send": "smtp://127.0.0.1:1", "listen": server.url(SENDER), "keeps_sent": True}
        post = post_of(mailboxes={SENDER: mailbox})
        assert (await post.look_up(sought(mime, named))).look is Look.ABSENT
        await asyncio.to_thread(server.put, SENDER, mime, "Sent")
        assert (await post.look_up(sought(mime, named))).look is Look.THERE


@pytest.mark.parametrize(
    ("send", "listen", "keeps"),
    [
        ("smtp.gmail.com:587", "imap.gmail.com", True),
        ("smtp.office365.com:587", "outlook.office365.com", True),
        ("relay.us.example:587", "imap.gmail.com", False),  # what our relay sends, Gmail never sees
        ("smtp.us.example:587", "imap.us.example", False),
    ],
)
async def test_google_and_microsoft_are_known_to_keep_what_they_send(send: str, listen: str, keeps: bool) -> None:
    mailbox = {"send": f"smtp+starttls://rita:pass@{send}", "listen": f"imaps://rita:pass@{listen}/INBOX"}
    settings = settings_of(environment="production", mailboxes={SENDER: mailbox})
    transport: Any = Post(settings).transport_of(SENDER)
    assert transport._sent.keeps is keeps

"""Reply, bounce and out-of-office made by a real Postfix and a real Dovecot, not by us, in a run of a real play.

Mail leaves through Postfix, is delivered by LMTP to Dovecot, and what comes back is read from the player's mailbox.
"""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from temporalio.client import Client

from local.stack import Stack
from records.db import Database
from settings import Settings
from tests.mail import dovecot as real_dovecot
from tests.mail import postfix as real_postfix
from tests.mail.dovecot import Dovecot
from tests.mail.postfix import Postfix
from tests.playhouse import Playhouse, eventually
from tests.whole.conftest import Stage
from worker import run_worker

FIRST = "{email: first, from: adr, to: champion, window: any, reason: one}"
SECOND = "{email: second, from: adr, to: champion, window: any, after: 2d, reason: two}"
# Sieve answers no mail with List- headers (RFC 5230, 4.6), Exchange and Gmail do: theirs takes ours off first.
AWAY = """require ["vacation", "editheader"];
deleteheader "List-Unsubscribe";
deleteheader "List-Unsubscribe-Post";
vacation :days 1 :subject "Out of office" "I am out of the office and will be back on 7 December 2026.";
"""


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Dovecot, Postfix]]:
    """Both, each sending on to the other."""
    if not real_dovecot.knows_sieve():
        pytest.skip(real_dovecot.MISSING)
    if not real_postfix.installed():
        pytest.skip(real_postfix.MISSING)
    port = real_postfix.free_port()
    with real_dovecot.dovecot(port, everybody=False) as dovecot, real_postfix.postfix(port, dovecot.lmtp) as postfix:
        yield dovecot, postfix


@dataclass
class PostHouse(Playhouse):
    """An installation whose mail goes by Postfix, and whose player's mailbox is on Dovecot."""

    smtp: str = ""
    listens: str = ""  # the mailbox
    url: str = ""  # where it is read

    def environment(self) -> dict[str, str]:
        """What its processes see."""
        mailboxes = {self.listens: {"listen": self.url}}
        return super().environment() | {"SMTP_URL": self.smtp, "SETPIECE_MAILBOXES": json.dumps(mailboxes)}

    def settings(self) -> Settings:
        """The same, for code in this process."""
        return super().settings().model_copy(update={"smtp_url": SecretStr(self.smtp)})


@dataclass
class Post:
    """A stage with a real post office."""

    stage: Stage
    dovecot: Dovecot
    postfix: Postfix
    account: str
    champion: str
    adr: str

    async def received(self) -> bytes:
        """Our mail, as the champion's mail program shows it."""

        async def there() -> Any:
            return await asyncio.to_thread(self.dovecot.inbox, self.champion)

        return (await eventually(there, "the mail is delivered"))[-1]  # type: ignore[no-any-return]

    async def mail(self, kind: str) -> Any:
        """What came back, once it was read so."""

        async def there() -> Any:
            rows = await self.stage.house.rows("select * from mails where kind = $1", kind)
            return rows[0] if rows else None

        return await eventually(there, f"a mail is read as {kind}")

    async def event(self, kind: str) -> Any:
        """What it gave rise to."""

        async def there() -> Any:
            rows = await self.stage.house.rows("select * from inbox where kind = $1", kind)
            return rows[0] if rows else None

        return await eventually(there, f"the event {kind} came")


@pytest.fixture
async def post(
    servers: tuple[Dovecot, Postfix],
    stack: Stack,
    client: Client,
    database: Database,
    database_url: str,
    task_queue: str,
    tmp_path: Path,
) -> AsyncIterator[Post]:
    """A worker, webhooks that listen to the adr's mailbox, an account with a champion, and the post office."""
    dovecot, postfix = servers
    prefix = f"firm-{uuid.uuid4().hex[:8]}"
    adr = f"{prefix}.adr@setpiece.example"
    dovecot.add(adr)
    house = PostHouse(
        stack, client, database, database_url, task_queue, tmp_path,
        smtp=postfix.url, listens=adr, url=dovecot.url(adr),
    )  # fmt: skip
    (account,) = await house.people(1, prefix)
    await house.listen()
    stop = asyncio.Event()
    working = asyncio.create_task(run_worker(house.settings().model_copy(update={"public_url": house.webhooks}), stop))
    yield Post(Stage(house), dovecot, postfix, account, f"champion@{account}.example", adr)
    stop.set()
    await working
    await house.close()


async def test_a_reply_written_in_a_mail_program_halts_the_run_and_asks_its_owner(post: Post) -> None:
    """C1: the reply goes through the servers of both sides."""
    post.dovecot.add(post.champion)
    play = await post.stage.play(FIRST, SECOND)
    run = await post.stage.start(play, post.account)
    await post.stage.made(play, "first")
    ours = message_from_bytes(await post.received(), policy=SMTP)
    answer = EmailMessage(policy=SMTP)
    answer["From"], answer["To"] = f"Kim Lee <{post.champion}>", post.adr
    answer["Subject"], answer["Date"] = f"Re: {ours['Subject']}", ours["Date"]
    answer["Message-ID"] = f"<{uuid.uuid4()}@{post.account}.example>"
    answer["In-Reply-To"] = answer["References"] = ours["Message-ID"]
    body = ours.get_body(("plain",))
    assert body is not None
    quoted = "".join(f"> {line}\n" for line in body.get_content().splitlines())
    answer.set_content(f"Hi Ada,\n\nyes, that would help us. Could you call me on Tuesday?\n\nKim\n\n{quoted}")
    await asyncio.to_thread(post.postfix.send, post.champion, post.adr, answer.as_bytes())
    await post.stage.state(play, "halted")
    event = await post.event("reply")
    data = json.loads(event["data"])
    assert event["touch"] is not None
    assert "that would help us" in data["text"]
    assert ">" not in data["text"]
    await post.stage.pass_time(run, days=4)
    assert await post.stage.made(play, "answer-reply")
    assert (await post.stage.touches(play)).get("second") in (None, "skipped")


async def test_a_bounce_by_a_real_server_stops_mail_to_the_address_and_asks_for_another(post: Post) -> None:
    """C7: nobody there has the champion's address, and their server says so."""
    play = await post.stage.play(FIRST, SECOND)
    run = await post.stage.start(play, post.account)
    event = await post.event("bounce")
    data = json.loads(event["data"])
    assert (data["kind"], data["email"], data["status"]) == ("hard", post.champion, "5.1.1")
    assert event["touch"] is not None
    stopped = await post.stage.house.rows("select value, channel from suppressions where lifted_at is null")
    assert [(one["value"], one["channel"]) for one in stopped] == [(post.champion, "email")]
    await post.stage.pass_time(run, days=4)
    assert await post.stage.made(play, "find-address")
    assert (await post.stage.touches(play)).get("second") != "made"


async def test_an_out_of_office_by_a_real_server_moves_the_persons_mail_and_stops_nothing(post: Post) -> None:
    """C2: the vacation is Dovecot's own (Sieve, RFC 5230)."""
    post.dovecot.add(post.champion)
    post.dovecot.script(post.champion, AWAY)
    play = await post.stage.play(FIRST, SECOND)
    run = await post.stage.start(play, post.account)
    await post.stage.made(play, "first")
    mail = await post.mail("auto_reply")
    assert mail["state"] == "read"
    event = await post.event("reply")
    data = json.loads(event["data"])
    assert (data["kind"], data["until"]) == ("ooo", "2026-12-07")
    (hold,) = await post.stage.house.rows("select scope, value, until from holds")
    assert (hold["scope"], hold["value"]) == ("contact", f"{post.account}-c")
    assert (await post.stage.house.rows("select state from runs"))[0]["state"] == "open"
    await post.stage.pass_time(run, days=5)
    assert (await post.stage.touches(play)).get("second") != "made"
    await post.stage.pass_time(run, days=30)
    assert await post.stage.made(play, "second") >= hold["until"]

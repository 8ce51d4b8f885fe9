"""The email activity and the reconciler over each provider's API: ledger and provider's count agree (I1, I3)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from activities.house import House
from activities.reconciling import Reconciler
from activities.registry import Activities
from local.mail_sink import MailSink
from records.db import Database
from records.matching import match
from tests.activities.builders import Stage
from tests.activities.doubtful import KEY
from tests.channels.rigs import post_of
from tests.channels.standins import STAND_INS, StandIn

MAILBOX = "csm@ours.example"


@pytest.fixture(params=STAND_INS)
async def server(request: pytest.FixtureRequest) -> AsyncIterator[StandIn]:
    """Each provider in turn."""
    async with STAND_INS[request.param]() as server:
        yield server


@pytest.fixture
async def stage(database: Database, server: StandIn, tmp_path: Path) -> AsyncIterator[Stage]:
    """A play whose sender's mailbox sends by the provider; everybody else by the sink."""
    async with MailSink(tmp_path / "mail") as sink:
        stage = Stage(database, sink)
        post = post_of(
            SMTP_URL=sink.url,
            mailboxes={MAILBOX: {"send": "provider:theirs"}},
            providers={"theirs": server.provider()},
        )
        stage.transport = post  # type: ignore[assignment]
        stage.activities = Activities(database, post, stage.settings)
        yield stage


async def test_a_mail_by_an_api_is_in_the_ledger_with_how_it_left(stage: Stage, server: StandIn) -> None:
    """I3."""
    admitted = await stage.begin()
    assert (await stage.send(stage.step(admitted, "first"))).verdict == "made"
    assert (await stage.send(stage.step(admitted, "first"))).verdict == "made"
    touch = await stage.touch(KEY)
    assert (touch.state, touch.transport, touch.mailbox) == ("made", server.kind, MAILBOX)
    assert touch.transport_ref == server.mails[0].ref
    assert (len(server.mails), len(stage.mails)) == (1, 0)


async def test_a_reply_to_the_mail_as_it_arrived_finds_its_touch(stage: Stage, server: StandIn) -> None:
    """C12: also where the provider has put a Message-ID of its own in."""
    admitted = await stage.begin()
    await stage.send(stage.step(admitted, "first"))
    async with stage.database.begin() as session:
        found = await match(session, {"references": ["<other@x.test>", server.mails[0].message_id]})
    assert (found.touch, found.contact) == (KEY, "acme-kim")


async def test_a_doubt_about_an_api_is_settled_where_it_can_be_asked(stage: Stage, server: StandIn) -> None:
    """A1: taken, the answer lost. Asked, or told by a webhook; never sent again."""
    admitted = await stage.begin()
    server.plan("drop-kept")
    assert (await stage.send(stage.step(admitted, "first"))).verdict == "in_doubt"
    looked = await Reconciler(House(stage.database, stage.settings), stage.transport).look(KEY)
    can_tell = server.kind not in ("ses", "sendgrid")
    assert looked.look == ("there" if can_tell else "silent")
    assert (await stage.touch(KEY)).state == ("made" if can_tell else "in_doubt")
    await stage.send(stage.step(admitted, "first"))
    assert len(server.mails) == 1


async def test_a_provider_that_says_later_is_asked_later_with_the_same_bytes(stage: Stage, server: StandIn) -> None:
    """A5."""
    admitted = await stage.begin()
    server.plan("busy")
    out = await stage.send(stage.step(admitted, "first"))
    assert out.verdict == "later"
    assert (await stage.send(stage.step(admitted, "first", out.until))).verdict == "made"  # type: ignore[arg-type]
    assert len(server.mails) == 1


async def test_a_wrong_key_blames_nobody_but_the_setting(stage: Stage, server: StandIn) -> None:
    """A6: the touch waits, the person is not suppressed."""
    admitted = await stage.begin()
    server.plan("no-key")
    out = await stage.send(stage.step(admitted, "first"))
    assert (out.verdict, "4.7.0" in out.reason) == ("later", True)
    assert server.mails == []

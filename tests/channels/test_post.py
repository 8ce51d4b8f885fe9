"""Which way a sender's mail leaves, and what the settings may not say (reliability.md G10)."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from activities.channels.places import is_loopback
from activities.channels.post import APIS, Post, Unfit
from activities.channels.transport import Look, Unreachable
from settings import PROJECT, Settings
from tests.channels.letters import letter, sought
from tests.channels.rigs import post_of, settings_of
from tests.channels.standins import STAND_INS
from tests.conftest import OURS
from worker import CannotStart, run_worker

GRANT = {"token_url": "http://tokens.example/token", "client_id": "us", "refresh_token": "geheim"}
LOCAL = {"kind": "sendgrid", "key": "SG.key", "url": "http://127.0.0.1:9"}


def by(send: str | None = "provider:ours", *, address: str = "rita@us.example", **more: Any) -> dict[str, Any]:
    """A mailbox that sends so, with a provider `ours` unless `more` has others."""
    mailbox = {"send": send} if send else {}
    return {"mailboxes": {address: mailbox | more.pop("mailbox", {})}, "providers": {"ours": LOCAL}} | more


def test_each_sender_has_the_transport_of_its_mailbox() -> None:
    post = post_of(**by())
    assert post.named("rita@us.example") == "sendgrid"
    assert post.named("  RITA@US.EXAMPLE ") == "sendgrid"
    assert post.named("otto@us.example") == "smtp"
    assert post.transport_of("rita@us.example") is post.transport_of("Rita@us.example")


def test_a_sender_in_another_spelling_of_its_domain_is_the_same() -> None:
    post = post_of(**by(address="Rita@BÜRO.example"))
    assert post.named("rita@xn--bro-hoa.example") == "sendgrid"


def test_a_return_path_with_a_token_belongs_to_its_mailbox_where_that_takes_plus() -> None:
    assert post_of(**by(mailbox={"plus": True})).named("rita+token@us.example") == "sendgrid"
    assert post_of(**by()).named("rita+token@us.example") == "smtp"


def test_a_mailbox_that_says_nothing_of_sending_leaves_by_the_general_server() -> None:
    post = post_of(**by(None, mailbox={"a_day": 40}))
    assert post.transport_of("rita@us.example") is post.transport_of("otto@us.example")


async def test_without_a_general_server_a_stranger_cannot_send() -> None:
    post = Post(settings_of(**by(), SMTP_URL=None))
    with pytest.raises(Unreachable, match="SMTP_URL"):
        await post.open("otto@us.example", "dana@acme.example")
    mime, named = letter()
    found = await post.look_up(sought(mime, named, repeat=False))
    assert found.look is Look.SILENT


def test_every_kind_that_can_send_has_its_file_and_its_stand_in() -> None:
    assert set(APIS) == set(STAND_INS) == {"sendgrid", "mailgun", "postmark", "ses", "resend", "brevo"}


# --- what may not be -------------------------------------------------------------------------------------------------

REAL: list[dict[str, Any]] = [
    {"SMTP_URL": "smtp+starttls://us:secret@relay.example:587"},
    by("smtp+starttls://us:secret@smtp.gmail.com:587"),
    by(providers={"ours": {"kind": "sendgrid", "key": "secret"}}),
    by(providers={"ours": {"kind": "postmark", "key": "secret", "url": "https://10.0.0.7"}}),
    by(providers={"ours": {"kind": "ses", "key": "id:secret", "region": "eu-central-1"}}),
]


@pytest.mark.parametrize("more", REAL, ids=["relay", "gmail", "sendgrid", "private", "ses"])
@pytest.mark.parametrize("environment", ["local", "test"])
def test_outside_production_no_real_server_is_sent_to(more: dict[str, Any], environment: str) -> None:
    """G10: a staging copy of production's data cannot send real mail; the worker does not start."""
    with pytest.raises(Unfit, match="SETPIECE_ENVIRONMENT=production") as unfit:
        Post(settings_of(**more, environment=environment))
    assert "secret" not in str(unfit.value)
    assert Post(settings_of(**more, environment="production")).name == "post"


def test_a_provider_that_only_reports_here_may_be_a_real_one() -> None:
    """G10 is about sending: its webhooks can be tried anywhere."""
    post = Post(settings_of(providers={"ours": {"kind": "mandrill", "secrets": ["x" * 20]}}))
    assert post.named("rita@us.example") == "smtp"


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("localhost", True),
        ("LOCALHOST.", True),
        ("localhost.example", False),
        ("127.0.0.1.example", False),
        ("0.0.0.0", False),
        ("10.0.0.7", False),
        ("2130706433", False),
        ("", False),
    ],
)
def test_this_machine_is_known_by_its_address_and_no_name_is_believed(host: str, here: bool) -> None:
    assert is_loopback(host) is here


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (by("provider:theirs"), "which SETPIECE_PROVIDERS does not have (ours)"),
        (by(providers={"ours": {"kind": "mandrill", "key": "k"}}), "only reports here; use its SMTP server"),
        (by(providers={"ours": LOCAL | {"kind": "mailgun"}}), "needs `domain`"),
        (by(providers={"ours": LOCAL | {"kind": "ses"}}), "needs `region`"),
        (by(providers={"ours": LOCAL | {"url": "http://api.sendgrid.com"}}), "begins with https://"),
        (by(providers={"ours": LOCAL | {"url": "api.sendgrid.com"}}), "begins with https://"),
        (by(providers={"ours": LOCAL | {"url": "https://[::1"}}), "begins with https://"),
        (by("smtp://127.0.0.1", mailbox={"oauth": GRANT}), "`oauth.token_url` of the mailbox rita@us.example"),
        (by("http://127.0.0.1"), "the mailbox rita@us.example in SETPIECE_MAILBOXES: `send` of a mailbox is one of"),
        (by("smtp://127.0.0.1:port"), "`send` of a mailbox is one of"),
        (by(None) | {"SMTP_URL": None}, "has no `send`, and there is no SMTP_URL"),
        ({"SMTP_URL": "smtp://"}, "SMTP_URL is one of"),
        ({"mailboxes": {"rita@us.example": {}, "Rita@US.example": {}}}, "twice, in two spellings"),
    ],
)
def test_a_way_that_cannot_be_is_said_in_one_sentence(more: dict[str, Any], words: str) -> None:
    with pytest.raises(Unfit) as unfit:
        Post(settings_of(**more))
    assert words in str(unfit.value)


def test_no_secret_of_the_settings_shows_in_their_repr() -> None:
    more = by("smtp://rita:geheim@127.0.0.1") | {"providers": {"ours": LOCAL | {"key": "geheim"}}}
    assert "geheim" not in repr(settings_of(**more))


async def test_the_worker_does_not_start_with_a_real_server_outside_production(tmp_path: Path) -> None:
    """G10: with a sentence, before it connects to anything."""
    settings = Settings.model_validate(
        {
            "environment": "local",
            "folder": tmp_path,
            "DATABASE_URL": "postgresql+asyncpg://nobody@127.0.0.1:1/none",
            "SMTP_URL": "smtp://relay.example:25",
        }
    )
    with pytest.raises(CannotStart, match="SMTP_URL leads to a server that is not on this machine"):
        await run_worker(settings, asyncio.Event())


@pytest.mark.parametrize(
    "environ",
    [
        {"SMTP_URL": "smtp://relay.example:25"},
        {"SETPIECE_MAILBOXES": '{"rita@us.example": {"send": "smtp://rita:geheim@smtp.example"}}'},
    ],
)
def test_up_says_so_instead_of_starting(environ: dict[str, str], tmp_path: Path) -> None:
    """G10: the sentence reaches the person who typed, not only a log."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    ran = subprocess.run(
        [sys.executable, "starter.py", "up"],
        cwd=PROJECT,
        env={**clean, "SETPIECE_FOLDER": str(tmp_path), "COLUMNS": "300", **environ},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 1
    assert "Nothing was started" in ran.stderr
    assert "SETPIECE_ENVIRONMENT=production" in ran.stderr
    assert "geheim" not in ran.stderr + ran.stdout
    assert list(tmp_path.iterdir()) == []

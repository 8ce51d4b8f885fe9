"""A rehearsal beside a production installation: its players' mailboxes are nobody's, and no quota holds them up."""

import pytest

from local.rehearsal.theatre import Theatre
from settings import Settings
from tests.rehearsal.conftest import Compose


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Production, where only active domains send, and a mailbox that is as good as full."""
    known = {"adr@ours.invalid": {"a_day": 1, "since": "2026-11-01"}}
    return Settings.model_validate(
        {"DATABASE_URL": settings.database_url, "SMTP_URL": settings.smtp_url, "environment": "production"}
        | {"mailboxes": known}
    )


async def test_a_rehearsal_needs_no_active_domain_and_has_no_quota(theatre: Theatre, compose: Compose) -> None:
    found = (await theatre.play(compose())).as_expected()
    assert found.outcome == "silence"
    assert [line for line in found.touches if "email" in line] == [
        "Tue 1 Dec 09:00 email first to champion as adr",
        "Thu 3 Dec 09:00 email second to champion as adr",
    ]

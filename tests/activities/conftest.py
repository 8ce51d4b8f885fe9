"""One stage a test: a database, a mail server in this process, all activities."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from local.mail_sink import MailSink
from records.db import Database
from tests.activities.builders import Stage


@pytest.fixture
async def sink(tmp_path: Path) -> AsyncIterator[MailSink]:
    """A mail server of the test's own, in this process, so that its clock is the test's."""
    async with MailSink(tmp_path / "mail") as sink:
        yield sink


@pytest.fixture
async def stage(database: Database, sink: MailSink) -> AsyncIterator[Stage]:
    """Everything a step needs."""
    stage = Stage(database, sink)
    yield stage
    await stage.transport.close()

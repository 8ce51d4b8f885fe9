"""A person who has left traces in every table, in a database whose sessions hold the installation's key."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from records import consents, mails
from records.db import Database
from records.erasing import Erased, erase, find
from records.inbox import accept
from records.tables import Activity, Answers, Contact, Hold, Notice, Player, Suppression, Task, Touch
from tests.webhooks import builders as b
from tests.webhooks.conftest import router as router
from tests.webhooks.conftest import sender as sender
from tests.webhooks.conftest import settings as settings
from tests.webhooks.conftest import temporal as temporal

KEY = "a long key for erasures"
NAME = "Ann Quarrington"
ADDRESS = "ann@acme.example"
RUN = "usage-drop/acme/1"


@pytest.fixture
async def keyed(database_url: str) -> AsyncIterator[Database]:
    """The database as an entry point opens it."""
    database = Database(database_url, erasure_keys=(KEY,))
    yield database
    await database.close()


@pytest.fixture
async def traces(keyed: Database) -> str:
    """Ann was mailed, answered, has an open task and a planned mail; others speak of her. Her first mail's id."""
    await b.people(keyed)
    await b.publish(keyed, b.a_play())
    mail = await b.touch(keyed, await b.open_run(keyed))
    async with keyed.begin() as session:
        ann = await session.get(Contact, "ann")
        assert ann is not None
        ann.first_name, ann.last_name, ann.phone, ann.facts = "Ann", "Quarrington", "+442079460000", {"hobby": "chess"}
        await consents.record(session, ann, "marketing", "consent", f"{NAME} at the fair", b.NOW.date(), None, "ops")
        session.add(Player(id="csm", name="C", email="c@us.example", mailbox="c@us.example"))
        await session.flush()
        made = await session.get(Touch, f"{RUN}/first/1/ann")
        assert made is not None
        made.mime, made.mime_sha256, made.server_text = b"To: ann@acme.example", "x", "250 ann@acme.example"
        session.add_all(_rows())
        await session.flush()
        said = {"message_id": mail, "email": "Ann@acme.example", "kind": "question", "text": f"Yours, {NAME}"}
        await accept(session, "cli", "r1", "reply", said, b.NOW, b"From: Ann@acme.example")
        told = {"account": "acme", "person": NAME, "note": "spoke to ANN@ACME.EXAMPLE"}
        await accept(session, "crm", "t1", "trigger.funding", told, b.NOW, b'{"person": "Ann Quarrington"}')
        raw = b"Message-ID: <1@acme.example>\r\nFrom: Ann <ANN@acme.example>\r\n\r\nHello\r\n"
        await mails.keep(session, [mails.Arrival("imap", "csm@us.example", "1/1", raw)])
    return mail


def _rows() -> list[object]:
    task = {"run": RUN, "account": "acme", "contact": "ann", "outcomes": ["done"], "player": "csm"}
    late = b.NOW + timedelta(days=3)
    return [
        Touch(
            key=f"{RUN}/second/1/ann", run=RUN, account="acme", contact="ann", step="second", channel="email",
            state="deferred", until=late, created_at=b.NOW, address=ADDRESS, mime=b"To: ann", mime_sha256="y",
        ),
        Task(
            touch="t1", step="ring", kind="call", title=f"Ring {NAME}", guide=f"Ask {NAME}", first_player="csm",
            state="open", handed_at=b.NOW, **task,
        ),
        Notice(key="n1", player="csm", run=RUN, subject=f"{NAME} has replied", body=ADDRESS, message_id="<n@x>"),
        Activity(at=b.NOW, account="acme", contact="ann", kind="call", note=f"{NAME} was in a hurry"),
        Activity(at=b.NOW, account="acme", contact="bob", kind="call", note=f"says ask {NAME}, joann@acme.example"),
        Answers(run=RUN, step="form", contact="ann", fields={"why": NAME}, at=b.NOW),
        Hold(scope="contact", value="ann", until=late, cause=f"{NAME} is away"),
        Suppression(scope="address", value=ADDRESS, reason="hard bounce of ann@acme.example"),
    ]  # fmt: skip


async def erase_ann(database: Database, contact: str | None = "ann", email: str | None = None) -> Erased:
    """As the command does it."""
    async with database.begin() as session:
        return await erase(session, await find(session, contact, email), email, "tests", b.NOW)


async def everything(database: Database) -> str:
    """All tables as one text, bytes as text too."""
    async with database.begin() as session:
        tables = (await session.scalars(text("select tablename from pg_tables where schemaname = 'public'"))).all()
        rows = [
            str(row)
            for table in sorted(tables)
            for row in (await session.execute(text(f"select t.* from {table} t"))).all()  # noqa: S608 - of pg_tables
        ]
    return "\n".join(rows)

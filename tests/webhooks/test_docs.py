"""The request in docs/events.md, typed as it stands there, is taken."""

import asyncio
import re
import shutil
from pathlib import Path

import pytest

from plays.events import EVENT_KINDS
from records.db import Database
from tests.webhooks import builders as b
from tests.webhooks.conftest import SECRET, Sender
from webhooks.event_forms import FORMS, OWN_KINDS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "events.md"


@pytest.mark.skipif(
    not all(shutil.which(tool) for tool in ("curl", "openssl", "od", "base64")), reason="needs curl and openssl"
)
async def test_the_documented_request_is_taken(sender: Sender, database: Database) -> None:
    found = re.search(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    script = re.sub(r"^url=.*$", f"url={sender.url}", found[1], flags=re.MULTILINE)
    script = re.sub(r"^secret=.*$", f"secret={SECRET}", script, flags=re.MULTILINE)
    process = await asyncio.create_subprocess_exec("bash", "-ec", script, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    assert b" 202 " in said
    (kept,) = await b.events(database)
    assert (kept.kind, kept.data["kind"]) == ("reply", "question")


def test_every_event_has_its_form_and_stands_in_the_table() -> None:
    table = PAGE.read_text(encoding="utf-8")
    outside = [kind for kind in EVENT_KINDS if kind not in OWN_KINDS]
    assert [kind for kind in outside if kind not in FORMS] == []
    assert [kind for kind in outside if f"`{kind}`" not in table] == []


def test_every_field_of_a_form_stands_in_the_table() -> None:
    table = PAGE.read_text(encoding="utf-8")
    fields = {name for form in FORMS.values() for name in form.model_fields}
    assert [name for name in sorted(fields) if f"`{name}`" not in table] == []

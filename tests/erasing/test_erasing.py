"""G5: a person is erased with runs open: work stops, nothing names them any more, and a second time changes nothing."""

import asyncio

import pytest
from sqlalchemy import select, update

from records.db import Database
from records.erasures import NoErasureKey, erased_among
from records.tables import Activity, Erasure, Suppression, Task, Touch
from tests.erasing.conftest import ADDRESS, NAME, RUN, erase_ann, everything
from tests.webhooks import builders as b


async def test_nothing_in_any_table_names_the_person_afterwards(keyed: Database, traces: str) -> None:
    """G5, G3: a canary grep over every table."""
    before = (await everything(keyed)).lower()
    canaries = [NAME.lower(), "quarrington", ADDRESS, "chess", "+442079460000"]
    assert all(one in before for one in canaries)
    done = await erase_ann(keyed)
    after = (await everything(keyed)).lower().replace("joann@acme.example", "")
    assert [one for one in canaries if one in after] == []
    assert {"contacts", "touches", "tasks", "inbox", "mails", "notices", "answers"} <= done.cleared.keys()


async def test_the_open_work_stops_and_the_run_hears_of_it(keyed: Database, traces: str) -> None:
    """G5: the task is withdrawn, the planned mail skipped, the person suppressed on every channel."""
    done = await erase_ann(keyed)
    async with keyed.begin() as session:
        task = (await session.scalars(select(Task))).one()
        planned = await session.get(Touch, f"{RUN}/second/1/ann")
        live = list(await session.scalars(select(Suppression).where(Suppression.scope == "contact")))
    assert task.state == "withdrawn"
    assert planned is not None
    assert (planned.state, planned.mime) == ("skipped", None)
    assert [(one.value, one.channel, one.purpose, one.lifted_at) for one in live] == [("ann", None, None, None)]
    (told,) = done.raised
    assert (await b.event(keyed, told)).data == {"task": task.id, "outcome": "withdrawn", "account": "acme"} | {
        "contact": "ann"
    }


async def test_others_keep_what_is_theirs(keyed: Database, traces: str) -> None:
    await erase_ann(keyed)
    async with keyed.begin() as session:
        (note,) = await session.scalars(select(Activity.note).where(Activity.contact == "bob"))
    assert note == "says ask [erased], joann@acme.example"
    assert (await b.run_row(keyed, RUN)).ended_at is None


async def test_a_second_time_changes_nothing(keyed: Database, traces: str) -> None:
    await erase_ann(keyed)
    before = await everything(keyed)
    again = await erase_ann(keyed)
    assert again.cleared == {}
    assert again.raised == ()
    assert await everything(keyed) == before


async def test_ten_at_once_erase_once(keyed: Database, traces: str) -> None:
    done = await asyncio.gather(*(erase_ann(keyed) for _ in range(10)))
    assert sum(bool(one.cleared) for one in done) == 1
    assert sum(len(one.raised) for one in done) == 1


async def test_somebody_who_is_no_contact_is_erased_by_address(keyed: Database, traces: str) -> None:
    async with keyed.begin() as session:
        session.add(Activity(at=b.NOW, account="globex", kind="note", note="x"))
    done = await erase_ann(keyed, contact=None, email="Stranger@Elsewhere.example")
    assert done.contacts == ()
    async with keyed.begin() as session:
        assert await erased_among(session, {"stranger@elsewhere.example"}) == {"stranger@elsewhere.example"}


async def test_the_address_alone_finds_the_contact(keyed: Database, traces: str) -> None:
    assert (await erase_ann(keyed, contact=None, email="ANN@acme.example")).contacts == ("ann",)


async def test_a_mail_in_doubt_keeps_its_bytes_until_it_is_settled(keyed: Database, traces: str) -> None:
    async with keyed.begin() as session:
        doubt = update(Touch).where(Touch.key == f"{RUN}/first/1/ann")
        await session.execute(doubt.values(state="claimed"))
    assert (await erase_ann(keyed)).under_way == 1
    async with keyed.begin() as session:
        await session.execute(update(Touch).where(Touch.state == "claimed").values(state="made"))
    again = await erase_ann(keyed)
    assert again.cleared == {"touches": 1}
    assert ADDRESS not in (await everything(keyed)).lower().replace("joann@acme.example", "")


async def test_without_a_key_nothing_is_erased(database: Database) -> None:
    await b.people(database)
    with pytest.raises(NoErasureKey, match="SETPIECE_ERASURE_KEYS"):
        await erase_ann(database)
    assert ADDRESS in await everything(database)


async def test_the_hashes_say_nothing_without_the_key(keyed: Database, traces: str) -> None:
    await erase_ann(keyed)
    async with keyed.begin() as session:
        hashes = list(await session.scalars(select(Erasure.hash)))
    assert len(hashes) == 2
    assert all(len(one) == 64 and ADDRESS not in one for one in hashes)

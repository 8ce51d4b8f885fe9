"""Dated facts that move while runs are open: each import tells them, once for each change."""

from pathlib import Path

from sqlalchemy import select

from records import accounts
from records.db import Database
from records.tables import Event, Run
from tests.records.builders import take, take_house


async def open_run(database: Database, account: str = "acme") -> None:
    """A run in its middle."""
    async with database.begin() as session:
        session.add(
            Run(
                id=f"renewal/{account}/1", play="renewal", account=account, number=1, version=1, lane="retention",
                workflow_id=f"renewal/{account}", first_execution_run_id=account, state="open", priority=86,
                opened_at=(await accounts.account(session, account)).created_at,  # type: ignore[union-attr]
            )
        )  # fmt: skip


def sheet(**dates: str) -> str:
    """Acme with these dates."""
    names = ",".join(f"anchor.{name}" for name in dates)
    return f"id,name,{names}\nacme,Acme Werke,{','.join(dates.values())}\n"


async def moved(database: Database) -> list[tuple[str, str]]:
    """Name and date of every move that was told, in order."""
    async with database.begin() as session:
        found = await session.scalars(select(Event).where(Event.kind == "anchor.moved").order_by(Event.received_at))
        return [(one.data["name"], one.data["at"]) for one in found]


async def test_every_date_an_import_moves_is_told_to_the_open_runs(database: Database, tmp_path: Path) -> None:
    await take_house(database, tmp_path)
    await take(database, tmp_path, accounts=sheet(renewal="2027-01-31", start="2026-12-01"))
    assert await moved(database) == []  # no run is open
    await open_run(database)
    report = await take(database, tmp_path, accounts=sheet(renewal="2027-03-31", start="2026-12-01"))
    assert await moved(database) == [("renewal", "2027-03-31")]
    assert len(report.moved) == 1
    async with database.begin() as session:
        [event] = (await session.scalars(select(Event))).all()
        acme = await accounts.account(session, "acme")
    assert (event.id, event.account, event.state) == (report.moved[0], "acme", "received")
    assert acme is not None
    assert acme.anchors == {"renewal": "2027-03-31", "start": "2026-12-01"}


async def test_the_same_file_again_moves_nothing_and_going_back_is_a_move(database: Database, tmp_path: Path) -> None:
    await take_house(database, tmp_path)
    await open_run(database)
    for day in ("2027-03-31", "2027-03-31", "2027-01-31", "2027-03-31"):
        await take(database, tmp_path, accounts=sheet(renewal=day))
    assert [at for _, at in await moved(database)] == ["2027-03-31", "2027-01-31", "2027-03-31"]


async def test_a_dry_run_and_an_emptied_date_tell_nobody(database: Database, tmp_path: Path) -> None:
    await take_house(database, tmp_path)
    await take(database, tmp_path, accounts=sheet(renewal="2027-03-31"))
    await open_run(database)
    await take(database, tmp_path, dry_run=True, accounts=sheet(renewal="2027-05-31"))
    await take(database, tmp_path, accounts=sheet(renewal=""))
    assert await moved(database) == []

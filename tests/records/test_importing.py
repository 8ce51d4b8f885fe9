"""Accounts, contacts and players come in from CSV: the good rows all, the bad ones with their reasons, once each."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import func, select

from records import accounts, people
from records.db import Database
from records.importing import import_sheets, open_sheets
from records.sheets.faults import Unusable
from records.tables import Account, AccountRole, Contact, Player
from tests.records.builders import ACCOUNTS, CONTACTS, PLAYERS, counts, file, take, take_house


async def test_files_in_any_order_go_in_together(database: Database, tmp_path: Path) -> None:
    report = await take(database, tmp_path, contacts=CONTACTS, accounts=ACCOUNTS, players=PLAYERS)
    assert report.written
    assert report.faults == ()
    assert counts(report) == {"players": (1, 0, 0, 0), "accounts": (1, 0, 0, 0), "contacts": (1, 0, 0, 0)}
    async with database.begin() as session:
        ann = await people.contact(session, "c-1")
        holder = await people.role_holder(session, "acme", "csm")
    assert ann is not None
    assert ann.address == "ann@acme.example"
    assert holder is not None
    assert holder.mailbox == "ines@setpiece.example"


async def test_a_second_import_of_the_same_changes_nothing(database: Database, tmp_path: Path) -> None:
    await take_house(database, tmp_path)
    async with database.begin() as session:
        before = (await session.scalars(select(Contact.updated_at))).all()
    report = await take_house(database, tmp_path)
    assert set(counts(report).values()) == {(0, 0, 1, 0)}
    async with database.begin() as session:
        assert (await session.scalars(select(Contact.updated_at))).all() == before


async def test_columns_that_a_file_does_not_have_stay_as_they_are(database: Database, tmp_path: Path) -> None:
    await take_house(database, tmp_path)
    full = "id,name,fact.seats,fact.product,anchor.renewal\nacme,Acme Werke,40,Planner,2027-01-31\n"
    await take(database, tmp_path, accounts=full)
    report = await take(database, tmp_path, accounts="id,name,fact.seats\nacme,Acme AG,\n")
    assert report.files[0].changes[0].fields == ("name", "facts")
    async with database.begin() as session:
        acme = await accounts.account(session, "acme")
        assert acme is not None
        assert (acme.name, acme.zone, acme.domains) == ("Acme AG", "Europe/Berlin", ["acme.example"])
        assert acme.facts == {"product": "Planner"}
        assert acme.anchors == {"renewal": "2027-01-31"}
        assert await people.role_holder(session, "acme", "csm") is not None


async def test_an_emptied_role_is_given_up(database: Database, tmp_path: Path) -> None:
    await take_house(database, tmp_path)
    await take(database, tmp_path, accounts="id,name,role.csm,role.ae\nacme,Acme Werke,,csm-1\n")
    async with database.begin() as session:
        held = (await session.execute(select(AccountRole.role, AccountRole.player))).all()
    assert [tuple(one) for one in held] == [("ae", "csm-1")]


async def test_numbers_and_truths_in_facts_stay_what_they_are(database: Database, tmp_path: Path) -> None:
    text = (
        "id,name,fact.seats,fact.share,fact.sso,fact.code,fact.text,fact.long,fact.minus\n"
        "acme,Acme,40,12.5,TRUE,007,'42,12345678901234567,-5\n"
    )
    await take(database, tmp_path, accounts=text)
    async with database.begin() as session:
        acme = await accounts.account(session, "acme")
    assert acme is not None
    assert acme.facts == {
        "seats": 40,
        "share": 12.5,
        "sso": True,
        "code": "007",
        "text": "42",
        "long": "12345678901234567",
        "minus": -5,
    }


async def test_good_rows_go_in_while_bad_ones_are_named(database: Database, tmp_path: Path) -> None:
    text = "id,name,zone\ngood,Good,Europe/Paris\nbad,Bad,Europe/Pariss\nnameless,,\nlast,Last,\n"
    report = await take(database, tmp_path, accounts=text)
    assert [(fault.line, fault.field) for fault in report.faults] == [(3, "zone"), (4, "name")]
    assert report.faults[0].sentence == (
        "accounts.csv line 3, zone: 'Europe/Pariss' is no time zone. Did you mean 'Europe/Paris'?"
    )
    async with database.begin() as session:
        assert await accounts.account_ids(session) == ["good", "last"]


async def test_strict_writes_nothing_when_one_row_is_bad(database: Database, tmp_path: Path) -> None:
    text = "id,name,zone\ngood,Good,\nbad,Bad,Mars/Olympus\n"
    report = await take(database, tmp_path, accounts=text, players=PLAYERS, strict=True)
    assert not report.written
    assert counts(report)["accounts"] == (1, 0, 0, 1)
    async with database.begin() as session:
        assert await session.scalar(select(func.count()).select_from(Account)) == 0
        assert await session.scalar(select(func.count()).select_from(Player)) == 0


async def test_a_dry_run_says_what_would_change_and_writes_nothing(database: Database, tmp_path: Path) -> None:
    await take_house(database, tmp_path)
    text = "id,name,zone\nacme,Acme Works,Europe/Berlin\nnew,New,\n"
    report = await take(database, tmp_path, accounts=text, dry_run=True)
    assert not report.written
    assert counts(report) == {"accounts": (1, 1, 0, 0)}
    assert [(change.id, change.new, change.fields) for change in report.files[0].changes] == [
        ("acme", False, ("name",)),
        ("new", True, ()),
    ]
    async with database.begin() as session:
        assert await accounts.account_ids(session) == ["acme"]


async def test_of_two_rows_with_one_id_the_first_counts(database: Database, tmp_path: Path) -> None:
    report = await take(database, tmp_path, accounts="id,name\nacme,First\nother,Other\nacme,Second\n")
    assert [fault.sentence for fault in report.faults] == [
        "accounts.csv line 4, id: 'acme' stands already in line 2, which was taken. Keep one of the two rows"
    ]
    async with database.begin() as session:
        acme = await accounts.account(session, "acme")
    assert acme is not None
    assert acme.name == "First"


async def test_a_contact_of_an_unknown_account_is_refused_with_the_nearest(database: Database, tmp_path: Path) -> None:
    await take_house(database, tmp_path)
    report = await take(database, tmp_path, contacts="id,account,persona\nc-2,acmee,user\nc-3,acme,user\n")
    assert counts(report)["contacts"] == (1, 0, 0, 1)
    assert report.faults[0].reason == "there is no account 'acmee'"
    assert report.faults[0].right == "Did you mean 'acme'?"


async def test_a_refused_row_takes_along_what_refers_to_it_and_says_so(database: Database, tmp_path: Path) -> None:
    report = await take(
        database,
        tmp_path,
        players="id,name,email,mailbox\ncsm-1,Ines,nonsense,\n",
        accounts=ACCOUNTS,
        contacts=CONTACTS,
    )
    assert {(fault.file, fault.field, fault.reason) for fault in report.faults[1:]} == {
        ("accounts.csv", "role.csm", "there is no player 'csm-1': players.csv line 2 was refused"),
        ("contacts.csv", "account", "there is no account 'acme': accounts.csv line 2 was refused"),
    }


async def test_managers_in_a_circle_are_refused_and_so_is_who_reports_to_them(
    database: Database, tmp_path: Path
) -> None:
    text = (
        "id,name,email,mailbox,manager,cover\n"
        "top,Top,top@setpiece.example,,,side\n"
        "side,Side,side@setpiece.example,,top,top\n"
        "a,A,a@setpiece.example,,b,\n"
        "b,B,b@setpiece.example,,c,\n"
        "c,C,c@setpiece.example,,a,\n"
        "under,U,u@setpiece.example,,a,\n"
        "self,S,s@setpiece.example,,self,\n"
        "lazy,L,l@setpiece.example,,top,lazy\n"
    )
    report = await take(database, tmp_path, players=text)
    async with database.begin() as session:
        assert [player.id for player in await people.players(session)] == ["side", "top"]
    reasons = {fault.line: fault.reason for fault in report.faults}
    assert reasons[4].startswith("the managers go round in a circle: ")
    assert reasons[7] == "there is no player 'a': players.csv line 4 was refused"
    assert reasons[8] == "the managers go round in a circle: self > self"
    assert reasons[9] == "'lazy' cannot cover for themselves"


async def test_a_circle_that_closes_over_the_database_is_seen(database: Database, tmp_path: Path) -> None:
    head = "id,name,email,mailbox,manager\n"
    await take(
        database,
        tmp_path,
        players=head + "a,A,a@setpiece.example,,\nb,B,b@setpiece.example,,a\n",
    )
    report = await take(database, tmp_path, players=head + "a,A,a@setpiece.example,,b\n")
    assert [fault.field for fault in report.faults] == ["manager"]
    async with database.begin() as session:
        top = await people.player(session, "a")
    assert top is not None
    assert top.manager is None


async def test_two_imports_at_once_end_as_one_after_the_other(database: Database, tmp_path: Path) -> None:
    rows = "".join(f"a-{number},Account {number}\n" for number in range(200))
    path = file(tmp_path, "accounts.csv", "id,name\n" + rows)
    reports = await asyncio.gather(*(import_sheets(database, open_sheets([path])) for _ in range(4)))
    assert sum(report.files[0].new for report in reports) == 200
    assert sum(report.files[0].unchanged for report in reports) == 600


async def test_an_import_that_breaks_half_way_leaves_nothing(database: Database, tmp_path: Path) -> None:
    class Broken(RuntimeError):
        pass

    def broken(sheet: object) -> None:
        raise Broken

    sheets = open_sheets([file(tmp_path, "accounts.csv", "id,name\nacme,Acme\n")])
    with pytest.raises(Broken):
        await import_sheets(database, sheets, tick=broken)
    async with database.begin() as session:
        assert await accounts.account_ids(session) == []


def test_two_files_of_one_kind_are_told_apart_by_the_person(tmp_path: Path) -> None:
    paths = [file(tmp_path, name, "id,name\na,A\n") for name in ("one.csv", "two.csv")]
    with pytest.raises(Unusable, match=r"one\.csv and two\.csv both hold accounts"):
        open_sheets(paths)

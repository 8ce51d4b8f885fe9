"""What is exported reads back unchanged, byte for byte, and no spreadsheet takes a cell for a formula."""

import csv
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.db import Database
from records.exporting import export
from records.importing import import_sheets, open_sheets
from records.schema import upgrade
from records.sheets.cells import UNSEEN, fact, fact_cell, formula_like, marked, plain
from records.sheets.faults import Unusable
from records.tables import Account
from tests.records.builders import counts, take_house

SAMPLES = Path(__file__).parents[2] / "samples"


def exported(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.csv"))}


async def test_an_export_of_the_samples_reads_back_unchanged(database: Database, tmp_path: Path) -> None:
    await import_sheets(database, open_sheets(sorted(SAMPLES.glob("*.csv"))), strict=True)
    await export(database, tmp_path / "first")
    report = await import_sheets(database, open_sheets(sorted((tmp_path / "first").glob("*.csv"))))
    assert report.faults == ()
    assert counts(report) == {"players": (0, 0, 12, 0), "accounts": (0, 0, 30, 0), "contacts": (0, 0, 120, 0)}
    await export(database, tmp_path / "second")
    assert exported(tmp_path / "first") == exported(tmp_path / "second")


async def test_texts_that_look_like_formulas_or_numbers_come_back_as_they_were(
    database: Database, tmp_path: Path
) -> None:
    name = '=cmd|"/c calc"!A1'
    facts: dict[str, Any] = {
        "a": "=1+1",
        "b": "'=1",
        "c": "42",
        "d": 42,
        "e": 0.0000001,
        "f": "true",
        "g": True,
        "h": -3,
    }
    async with database.begin() as session:
        session.add(Account(id="acme", name=name, facts=facts, segment='-x, "y"'))
    await export(database, tmp_path / "out")
    with (tmp_path / "out" / "accounts.csv").open(encoding="utf-8", newline="") as file:
        row = next(csv.DictReader(file))
    assert row["name"] == "'" + name
    assert (row["fact.a"], row["fact.c"], row["fact.d"], row["fact.h"]) == ("'=1+1", "'42", "42", "-3")
    report = await import_sheets(database, open_sheets([tmp_path / "out" / "accounts.csv"]))
    assert report.faults == ()
    assert counts(report) == {"accounts": (0, 0, 1, 0)}


async def test_an_export_goes_into_an_empty_database(
    database: Database, empty_database_url: str, tmp_path: Path
) -> None:
    await upgrade(empty_database_url)
    another = Database(empty_database_url)
    await take_house(database, tmp_path)
    done = await export(database, tmp_path / "out")
    assert [(one.kind, one.rows) for one in done] == [("players", 1), ("accounts", 1), ("contacts", 1)]
    report = await import_sheets(another, open_sheets(sorted((tmp_path / "out").glob("*.csv"))))
    await another.close()
    assert report.faults == ()
    assert counts(report) == {"players": (1, 0, 0, 0), "accounts": (1, 0, 0, 0), "contacts": (1, 0, 0, 0)}


async def test_files_that_are_there_are_not_written_over_unasked(database: Database, tmp_path: Path) -> None:
    (tmp_path / "contacts.csv").write_text("mine")
    with pytest.raises(Unusable, match=r"already holds contacts\.csv"):
        await export(database, tmp_path)
    assert exported(tmp_path) == {"contacts.csv": b"mine"}
    await export(database, tmp_path, overwrite=True)
    assert sorted(exported(tmp_path)) == ["accounts.csv", "contacts.csv", "players.csv"]
    assert exported(tmp_path)["contacts.csv"].startswith(b"id,account,")


async def test_an_export_that_breaks_leaves_no_file(database: Database, tmp_path: Path) -> None:
    def broken(kind: str, count: int) -> None:
        raise RuntimeError(kind)

    await take_house(database, tmp_path)
    with pytest.raises(RuntimeError):
        await export(database, tmp_path / "out", tick=broken)
    assert list((tmp_path / "out").iterdir()) == []


text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40).filter(
    lambda value: not UNSEEN.search(value) and value == value.strip(" \u00a0")
)


@given(text)
def test_any_text_survives_the_way_out_and_in(value: str) -> None:
    assert plain(marked(value)) == value
    assert not formula_like(marked(value)) or marked(value).startswith("'")


@given(text | st.booleans() | st.integers(-(10**14), 10**14) | st.floats(-1e9, 1e9).map(lambda value: round(value, 5)))
def test_any_fact_survives_the_way_out_and_in(value: str | bool | int | float) -> None:
    again = fact(fact_cell(value))
    assert again == value
    assert isinstance(again, str) == isinstance(value, str)
    assert isinstance(again, bool) == isinstance(value, bool)

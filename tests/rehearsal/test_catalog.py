"""The rehearsals of the catalog and of docs/examples: this account, these events, exactly these touches and dates."""

import os
from pathlib import Path

import pytest
from temporalio.client import Client

from local.rehearsal.files import booked, paths, read_rehearsals
from local.rehearsal.suite import play_all
from local.rehearsal.theatre import Theatre
from plays.playbook import catalog
from settings import PROJECT, Settings

EXAMPLES = paths(PROJECT / "docs" / "examples" / "rehearsals")
SLOTS = 2 * (os.cpu_count() or 1)
FEWEST = 4  # silence to the end, an early yes, out of office or later, the play's own branch


@pytest.mark.parametrize("path", [*paths().values(), *EXAMPLES.values()], ids=[*paths(), *EXAMPLES])
async def test_a_play_does_what_its_rehearsals_say(
    path: Path, client: Client, database_url: str, settings: Settings
) -> None:
    every = booked(path)
    slots = min(SLOTS, len(every))
    async with Theatre.opened(database_url, client, settings, slots=slots) as theatre:
        played = await play_all(theatre, every)
    wrong = [f"{one.booked.name}\n  " + "\n  ".join([one.fault, *one.diff]) for one in played if one.fault or one.diff]
    assert not wrong, "\n\n" + "\n\n".join(wrong)


@pytest.mark.parametrize("path", paths().values(), ids=paths().keys())
def test_a_play_of_the_catalog_has_enough_rehearsals(path: Path) -> None:
    assert len(read_rehearsals(path).rehearsals) >= FEWEST


def test_every_play_of_the_catalog_and_every_example_is_rehearsed() -> None:
    assert set(paths()) == set(catalog())
    assert set(EXAMPLES) == set(catalog(PROJECT / "docs" / "examples"))

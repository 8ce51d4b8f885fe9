"""The rehearsals of the catalog: given this account and these events, exactly these touches on these dates."""

import os
from pathlib import Path

import pytest
from temporalio.client import Client

from local.rehearsal.files import booked, paths
from local.rehearsal.suite import play_all
from local.rehearsal.theatre import Theatre
from plays.playbook import catalog
from settings import Settings

SLOTS = 2 * (os.cpu_count() or 1)
FEWEST = 4  # silence to the end, an early yes, out of office or later, the play's own branch


@pytest.mark.parametrize("path", paths().values(), ids=paths().keys())
async def test_a_play_does_what_its_rehearsals_say(
    path: Path, client: Client, database_url: str, settings: Settings
) -> None:
    every = booked(path)
    slots = min(SLOTS, len(every))
    async with Theatre.opened(database_url, client, settings, slots=slots) as theatre:
        played = await play_all(theatre, every)
    wrong = [f"{one.booked.name}\n  " + "\n  ".join([one.fault, *one.diff]) for one in played if one.fault or one.diff]
    assert not wrong, "\n\n" + "\n\n".join(wrong)
    assert len(every) >= FEWEST, f"{path.name} has {len(every)} rehearsals; a play has at least {FEWEST}"


def test_every_play_of_the_catalog_is_rehearsed() -> None:
    assert set(paths()) == set(catalog())

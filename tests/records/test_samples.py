"""The samples are what the tour and the newcomer need: enough of everything, fictional, and without a fault."""

import csv
from collections import defaultdict
from pathlib import Path

import phonenumbers

from plays.events import PERSONAS

SAMPLES = Path(__file__).parents[2] / "samples"


def rows(kind: str) -> list[dict[str, str]]:
    with (SAMPLES / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_there_are_thirty_accounts_a_hundred_and_twenty_contacts_and_twelve_players() -> None:
    assert [len(rows(kind)) for kind in ("accounts", "contacts", "players")] == [30, 120, 12]


def test_contacts_live_in_eight_countries_and_more_zones_and_read_two_languages() -> None:
    contacts = rows("contacts")
    assert len({row["country"] for row in contacts}) == 8
    assert len({row["zone"] for row in contacts}) >= 8
    assert {row["locale"] for row in contacts} == {"en", "ru"}
    assert {row["persona"] for row in contacts} == set(PERSONAS)


def test_every_account_has_who_decides_who_wants_it_and_who_uses_it() -> None:
    personas: dict[str, set[str]] = defaultdict(set)
    for row in rows("contacts"):
        personas[row["account"]].add(row["persona"])
    assert len(personas) == 30
    assert all({"economic-buyer", "champion"} < found and found & {"user", "admin"} for found in personas.values())


def test_nobody_real_can_be_written_to() -> None:
    addresses = [row["email"] for row in rows("contacts")]
    addresses += [row[name] for row in rows("players") for name in ("email", "mailbox")]
    assert all(address.endswith(".example") for address in addresses)
    domains = {row["id"]: row["domains"].split(";") for row in rows("accounts")}
    assert all(row["email"].partition("@")[2] in domains[row["account"]] for row in rows("contacts"))


def test_phones_are_valid_and_belong_to_one_person() -> None:
    phones = [row["phone"] for kind in ("contacts", "players") for row in rows(kind) if row["phone"]]
    assert len(phones) == len(set(phones))
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(phone)) for phone in phones)


def test_every_role_of_the_plays_is_held_and_everybody_has_a_cover_or_nobody_above() -> None:
    players = rows("players")
    roles = {role for row in players for role in row["roles"].split(";")}
    assert roles >= {
        "adr",
        "ae",
        "csm",
        "head-of-support",
        "executive",
        "sponsor",
        "marketing",
        "solution-engineer",
        "assistant",
        "sales-manager",
    }
    assert [row["id"] for row in players if not row["manager"]] == ["ceo-1"]
    assert all(row["cover"] for row in players if row["manager"])


def test_a_missed_task_of_a_success_manager_climbs_through_different_people() -> None:
    players = {row["id"]: row for row in rows("players")}
    executives = {row["role.sponsor"] for row in rows("accounts")} - {""}
    for owner in {row["role.csm"] for row in rows("accounts")} - {""}:
        ladder = {owner, players[owner]["cover"], players[owner]["manager"]}
        assert len(ladder) == 3
        assert not ladder & executives

"""The reads of accounts, people and published plays that the gate, the router and the commands build on."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from plays.model import Play
from records import accounts, people, versions
from records.db import Database
from tests.records.builders import take

PLAYERS = (
    "id,name,email,mailbox,roles\nae-1,A,a@setpiece.example,,ae\nae-2,B,b@setpiece.example,,ae;csm\n"
    "csm-1,C,c@setpiece.example,,\n"
)
ACCOUNTS = (
    "id,name,segment,domains,role.ae\nacme,Acme,x,acme.example,ae-2\nbeta,Beta,x,beta.example;shared.example,\n"
    "gamma,Gamma,y,shared.example,\n"
)
CONTACTS = (
    "id,account,persona,email,engagement,gone\nc-1,acme,user,ann@acme.example,1,\nc-2,acme,champion,,0,\n"
    "c-3,acme,admin,left@acme.example,0,true\nc-4,beta,user,ANN@ACME.example,9,\n"
)


async def test_accounts_are_found_by_id_segment_and_domain(database: Database, tmp_path: Path) -> None:
    await take(database, tmp_path, players=PLAYERS, accounts=ACCOUNTS)
    async with database.begin() as session:
        assert await accounts.account(session, "nobody") is None
        assert [one.id for one in await accounts.accounts(session, segment="x")] == ["acme", "beta"]
        assert await accounts.segments(session) == ["x", "y"]
        below = await accounts.account_by_domain(session, "eu.Mail.ACME.example.")
        assert below is not None
        assert below.id == "acme"
        assert await accounts.account_by_domain(session, "example") is None


async def test_a_domain_of_two_accounts_belongs_to_neither(database: Database, tmp_path: Path) -> None:
    await take(database, tmp_path, players=PLAYERS, accounts=ACCOUNTS)
    async with database.begin() as session:
        assert await accounts.account_by_domain(session, "shared.example") is None


async def test_who_left_is_found_by_id_but_not_among_the_people_of_the_account(
    database: Database, tmp_path: Path
) -> None:
    await take(database, tmp_path, players=PLAYERS, accounts=ACCOUNTS, contacts=CONTACTS)
    async with database.begin() as session:
        assert [one.id for one in await people.contacts_of(session, "acme")] == ["c-1", "c-2"]
        left = await people.contact(session, "c-3")
        assert left is not None
        assert left.gone


async def test_an_address_of_two_contacts_is_the_more_engaged_ones(database: Database, tmp_path: Path) -> None:
    await take(database, tmp_path, players=PLAYERS, accounts=ACCOUNTS, contacts=CONTACTS)
    async with database.begin() as session:
        found = await people.find_contact_by_address(session, " Ann@acme.EXAMPLE ")
        assert found is not None
        assert found.id == "c-4"
        assert await people.find_contact_by_address(session, "nobody@acme.example") is None


async def test_a_role_is_held_by_who_is_named_else_by_who_may(database: Database, tmp_path: Path) -> None:
    await take(database, tmp_path, players=PLAYERS, accounts=ACCOUNTS)
    async with database.begin() as session:
        holders = [await people.role_holder(session, account, "ae") for account in ("acme", "beta")]
        assert [holder.id for holder in holders if holder] == ["ae-2", "ae-1"]
        assert await people.role_holder(session, "acme", "executive") is None


@dataclass(frozen=True)
class Written:
    """A play to publish."""

    hash: str
    play: Play = field(
        default_factory=lambda: Play.model_validate(
            {
                "play": "hello",
                "title": "Hello",
                "stage": "test",
                "purpose": "To be published.",
                "lane": "test",
                "priority": 1,
                "owner": "ae",
                "players": {"ae": {"role": "ae"}},
                "steps": [{"end": "done"}],
            }
        )
    )
    text: str = "play: hello"
    definition: str = "{}"
    content: dict[str, str] = field(default_factory=dict)


async def publish(database: Database, written: Written) -> tuple[int, bool]:
    async with database.begin() as session:
        done = await versions.publish(session, written, "ops")
    return done.version, done.new


async def test_publishing_the_same_again_makes_no_version_and_going_back_does(database: Database) -> None:
    one, two = Written("h1"), Written("h2")
    assert [await publish(database, play) for play in (one, one, two, one)] == [
        (1, True),
        (1, False),
        (2, True),
        (3, True),
    ]
    async with database.begin() as session:
        newest = await versions.latest(session, "hello")
        assert newest is not None
        assert (newest.version, newest.hash) == (3, "h1")
        assert [play.version for play in await versions.all_latest(session)] == [3]
        second = await versions.get(session, "hello", 2)
        assert second is not None
        assert second.hash == "h2"
        assert await versions.latest(session, "unknown") is None


async def test_ten_publishers_at_once_make_one_version(database: Database) -> None:
    done = await asyncio.gather(*(publish(database, Written("same")) for _ in range(10)))
    assert sorted(done) == [(1, False)] * 9 + [(1, True)]

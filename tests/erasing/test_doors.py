"""G5: every door by which an address comes in knows who was erased: lists, by hand, referrals, suppressions."""

import asyncio
from pathlib import Path

import httpx
import pytest

from records import newcomers
from records.db import Database
from records.erasures import NoErasureKey, erased_among
from records.exporting import export
from records.importing import import_sheets, open_sheets
from records.inbox import accept
from records.sheets.faults import BadCell
from records.suppressions import Wanted, place_all
from records.tables import Account, Contact
from records.tokens import make_token
from tests.erasing.conftest import ADDRESS, KEY, erase_ann, everything
from tests.records.builders import take
from tests.webhooks import builders as b
from tests.webhooks.conftest import LINKS, Sender

HEAD = "id,account,persona,email\n"


@pytest.mark.parametrize("row", ["c-9,acme,champion,Ann@ACME.example\n", "ann,acme,champion,other@acme.example\n"])
async def test_an_import_refuses_the_row_and_takes_the_others(
    keyed: Database, traces: str, tmp_path: Path, row: str
) -> None:
    await erase_ann(keyed)
    report = await take(keyed, tmp_path, contacts=f"{HEAD}{row}c-10,acme,user,dan@acme.example\n")
    (fault,) = report.faults
    assert "had their data erased here" in fault.sentence
    assert ADDRESS not in fault.sentence.lower()
    assert report.files[0].new == 1
    assert ADDRESS not in (await everything(keyed)).lower().replace("joann@acme.example", "")


async def test_an_import_at_the_same_moment_does_not_bring_them_back(
    keyed: Database, traces: str, tmp_path: Path
) -> None:
    folders = [tmp_path / str(number) for number in range(6)]
    for folder in folders:
        folder.mkdir()
    rows = [f"c-{number},acme,champion,ann@acme.example\n" for number in range(6)]
    imports = [take(keyed, folder, contacts=f"{HEAD}{row}") for folder, row in zip(folders, rows, strict=True)]
    await asyncio.gather(*imports[:3], erase_ann(keyed), *imports[3:])
    assert ADDRESS not in (await everything(keyed)).lower().replace("joann@acme.example", "")


async def test_what_was_exported_after_an_erasure_is_imported_unchanged(
    keyed: Database, traces: str, tmp_path: Path
) -> None:
    await erase_ann(keyed)
    await export(keyed, tmp_path / "out")
    report = await import_sheets(keyed, open_sheets([tmp_path / "out" / "contacts.csv"]))
    assert report.faults == ()
    assert (report.files[0].new, report.files[0].changed) == (0, 0)


async def test_nobody_adds_them_by_hand(keyed: Database, traces: str) -> None:
    await erase_ann(keyed)
    async with keyed.begin() as session:
        account = await session.get(Account, "acme")
        assert account is not None
        with pytest.raises(BadCell, match="erased"):
            await newcomers.add(session, account, "Ann Q", "champion", "ann@Acme.example", "", "", "by hand")


async def test_a_referral_to_them_names_nobody(keyed: Database, traces: str) -> None:
    await erase_ann(keyed)
    async with keyed.begin() as session:
        data = {"contact": "bob", "kind": "referral", "referred_email": "Ann@acme.example", "referred_name": "A Q"}
        made = await accept(session, "cli", "ref", "reply", data, b.NOW, b"")
    assert (await b.event(keyed, made.id)).data["referred"] == ""


async def test_a_list_of_suppressions_does_not_name_them_again(keyed: Database, traces: str) -> None:
    await erase_ann(keyed)
    async with keyed.begin() as session:
        wanted = [Wanted("address", ADDRESS, "bounced"), Wanted("address", "dan@acme.example", "bounced")]
        done = await place_all(session, wanted, "mirror")
    assert (done.erased, done.new) == (1, 1)


async def test_gmails_spellings_of_one_mailbox_are_one_person(keyed: Database) -> None:
    await erase_ann(keyed, contact=None, email="jo.e+news@gmail.com")
    async with keyed.begin() as session:
        found = await erased_among(session, {"joe@googlemail.com", "j.o.e@gmail.com", "joey@gmail.com"})
    assert found == {"joe@googlemail.com", "j.o.e@gmail.com"}


async def test_an_old_key_still_knows_them_and_another_does_not(keyed: Database, database_url: str) -> None:
    await erase_ann(keyed, contact=None, email=ADDRESS)
    for keys, known in ((("new", KEY), {ADDRESS}), (("new",), set())):
        later = Database(database_url, erasure_keys=keys)
        async with later.begin() as session:
            assert await erased_among(session, {ADDRESS}) == known
        await later.close()


async def test_without_a_key_no_door_opens_once_somebody_was_erased(keyed: Database, database: Database) -> None:
    await erase_ann(keyed, contact=None, email=ADDRESS)
    async with database.begin() as session:
        with pytest.raises(NoErasureKey, match="Nothing was changed"):
            await erased_among(session, {ADDRESS})


async def test_the_link_in_an_old_mail_still_answers(sender: Sender, keyed: Database, traces: str) -> None:
    """C6 for an erased person: GET shows the page, POST answers 200 twice, a tampered token is nowhere."""
    await erase_ann(keyed)
    token = make_token(LINKS, traces)
    answers: list[httpx.Response] = [
        await sender.http.get(f"/u/{token}"),
        await sender.http.post(f"/u/{token}", data={"List-Unsubscribe": "One-Click"}),
        await sender.http.post(f"/u/{token}", data={"List-Unsubscribe": "One-Click"}),
        await sender.http.post(f"/u/{token[:-2]}AA"),
    ]
    assert [one.status_code for one in answers] == [200, 200, 200, 404]
    async with keyed.begin() as session:
        ann = await session.get(Contact, "ann")
    assert ann is not None
    assert (ann.gone, ann.address) == (True, None)

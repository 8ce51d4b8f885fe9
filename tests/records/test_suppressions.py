"""Whom we do not contact: by address, domain, contact, account, channel and purpose; lists in and out."""

import csv
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from records import suppressions
from records.addresses import folded, normal_form
from records.db import Database
from records.inbox import accept
from records.sheets.faults import Unusable
from records.suppression_lists import export, take
from records.suppressions import Placed, Wanted
from records.tables import Suppression
from tests.webhooks import builders as b

STANDARD = Wanted("address", "", "on a list")


async def live(database: Database) -> set[tuple[str, str, str | None, str | None, str]]:
    """What is in force."""
    async with database.begin() as session:
        found = await suppressions.listing(session)
    return {(one.scope, one.value, one.channel, one.purpose, one.reason) for one in found}


def file(folder: Path, content: str | bytes) -> Path:
    """A list."""
    path = folder / "list.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


async def test_an_objection_is_absolute_also_where_one_of_a_purpose_stands_already(database: Database) -> None:
    """B5: unsubscribing is for every channel and purpose, whatever was there before."""
    await b.people(database)
    async with database.begin() as session:
        await suppressions.place(session, "contact", "ann", "no news", "ops", purpose="marketing")
        await accept(session, "cli", "u1", "unsubscribed", {"contact": "ann"}, b.NOW, b"")
    assert {one[:4] for one in await live(database)} == {
        ("contact", "ann", None, "marketing"),
        ("contact", "ann", None, None),
        ("address", "ann@acme.example", None, None),
    }


async def test_one_row_of_a_kind_is_enough(database: Database) -> None:
    async with database.begin() as session:
        made = [
            await suppressions.place(session, "address", text, "asked", "ops", purpose=purpose)
            for text in ("Ann@Büro.example", "ann@xn--bro-hoa.example")
            for purpose in ("marketing", None)
        ]
    assert len({one.id for one in made}) == 2


@pytest.mark.parametrize(
    "content",
    [
        "ann@acme.example\nglobex.example\nBOB@Büro.example\n",
        "Email\nann@acme.example\n@globex.example\nbob@büro.example\n",
        "name;E-Mail Address;email\nx;;ann@acme.example\ny;;globex.example\nz;;bob@büro.example\n".replace(
            "globex.example", "info@globex.example"
        ),
        "value\treason\nann@acme.example\ton a list\nglobex.example\t\nmailto:bob@büro.example\t\n",
        "\ufeff'ann@acme.example\r\n\r\nglobex.example\r\n<bob@büro.example>\r\n",
    ],
)
async def test_lists_are_read_with_and_without_a_header(database: Database, tmp_path: Path, content: str) -> None:
    done = await take(database, file(tmp_path, content), STANDARD, "ops")
    assert done.faults == ()
    assert done.placed == Placed(new=3)
    values = {one[1] for one in await live(database)}
    assert {"ann@acme.example", "bob@xn--bro-hoa.example"} < values
    assert {one[4] for one in await live(database)} == {"on a list"}


async def test_bad_rows_are_named_and_the_good_ones_are_taken(database: Database, tmp_path: Path) -> None:
    bad = (
        "address,channel,purpose,reason\n"
        "ann@acme.example,email,marketing,=cmd|' /C calc'!A0\n"
        "not an address,,,\nbob@acme.example,fax,,\ndan@acme.example,,sales,\n,,,only a reason\n"
        "eve@@acme.example,,,\nx\x00y@acme.example,,,\nann@acme.example,email,marketing,twice\n"
    )
    done = await take(database, file(tmp_path, bad), STANDARD, "ops")
    assert [fault.line for fault in done.faults] == [3, 4, 5, 6, 7, 8]
    assert "Did you mean" in done.faults[1].sentence or "none of email, call" in done.faults[1].sentence
    assert await live(database) == {
        ("address", "ann@acme.example", "email", "marketing", "=cmd|' /C calc'!A0"),
    }


async def test_a_whole_mail_provider_is_not_suppressed_by_a_slip(database: Database, tmp_path: Path) -> None:
    done = await take(database, file(tmp_path, "domain\ngmail.com\nfirm.example\n"), STANDARD, "ops")
    assert "public mail provider" in done.faults[0].sentence
    assert {one[1] for one in await live(database)} == {"firm.example"}


@pytest.mark.parametrize("content", ["", "name,phone\nAnn,1\n", b"\xff\xfea\x00@\x00"])
async def test_what_is_no_list_is_refused_whole(database: Database, tmp_path: Path, content: str | bytes) -> None:
    with pytest.raises(Unusable, match=r"Nothing was written|not UTF-8"):
        await take(database, file(tmp_path, content), STANDARD, "ops")
    assert await live(database) == set()


async def test_a_dry_run_counts_and_writes_nothing(database: Database, tmp_path: Path) -> None:
    done = await take(database, file(tmp_path, "ann@acme.example\n"), STANDARD, "ops", dry_run=True)
    assert (done.placed.new, done.written) == (1, False)
    assert await live(database) == set()


async def test_five_thousand_rows_are_taken_once_however_often(database: Database, tmp_path: Path) -> None:
    path = file(tmp_path, "\n".join(f"p{number}@firm.example" for number in range(5_000)))
    assert (await take(database, path, STANDARD, "ops")).placed == Placed(new=5_000)
    assert (await take(database, path, STANDARD, "ops")).placed == Placed(known=5_000)


async def test_an_export_holds_no_formula_and_is_read_back_unchanged(database: Database, tmp_path: Path) -> None:
    """F10: `=cmd` in a reason, `+x@…` as an address."""
    async with database.begin() as session:
        await suppressions.place(session, "address", "+x@firm.example", "=cmd()", "@ops", channel="email")
        await suppressions.place(session, "account", "acme", "-1", "ops", purpose="marketing")
        await suppressions.place(session, "domain", "firm.example", "\uff1dcmd()", "ops")
    before, out = await live(database), tmp_path / "out.csv"
    assert await export(database, out) == 3
    with out.open(encoding="utf-8", newline="") as written:
        cells = [cell for row in csv.reader(written) for cell in row]
    assert [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\uff1d")] == []
    with pytest.raises(Unusable, match="overwrite"):
        await export(database, out)
    async with database.begin() as session:
        for one in await suppressions.listing(session):
            await suppressions.lift(session, one.id, "ops", b.NOW)
    assert (await take(database, out, STANDARD, "ops")).placed == Placed(new=3)
    assert await live(database) == before


async def test_what_we_lifted_since_it_was_listed_stays_lifted(database: Database) -> None:
    wanted = Wanted("address", "ann@acme.example", "bounced", at=b.NOW)
    async with database.begin() as session:
        assert await suppressions.place_all(session, [wanted], "mirror", listed=True) == Placed(new=1)
        (made,) = await suppressions.listing(session)
        await suppressions.lift(session, made.id, "ops", b.NOW)
        assert await suppressions.place_all(session, [wanted], "mirror", listed=True) == Placed(lifted=1)
        later = Wanted("address", "ann@acme.example", "bounced", at=b.NOW.replace(year=2027))
        assert await suppressions.place_all(session, [later], "mirror", listed=True) == Placed(new=1)


# --- one person under several spellings (A11) -------------------------------------------------------------------------

LOCAL = st.text("abcdefghijABCDEFGHIJ0123456789", min_size=1, max_size=12)
TAG = st.text("abc.019+", max_size=6)


@given(LOCAL, st.lists(st.integers(1, 12), max_size=4), TAG, st.sampled_from(["gmail.com", "GoogleMail.com"]))
def test_gmails_spellings_fold_into_one(local: str, dots: list[int], tag: str, domain: str) -> None:
    """A11: dots and what follows a plus make no difference there, nor do case and the old domain."""
    dotted = local
    for place in dots:
        dotted = f"{dotted[:place]}.{dotted[place:]}"
    assert folded(f"{dotted}+{tag}@{domain}") == f"{local.lower()}@gmail.com"


@given(LOCAL, TAG, st.sampled_from(["firm.example", "notgmail.com", "gmail.com.evil.example", "mail.gmail.com"]))
def test_nobody_elses_addresses_fold(local: str, tag: str, domain: str) -> None:
    """A11: elsewhere a dot or a tag may be another person."""
    assert folded(f"{local}.{tag}@{domain}") is None


@given(st.text(max_size=40), st.text(max_size=40))
def test_folding_is_stable_and_never_more_than_the_normal_form(local: str, domain: str) -> None:
    found = folded(f"{local}@{domain}")
    assert found is None or (folded(found) == found == normal_form(found))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["jo.e@gmail.com", "ann@firm.example", "J.O.E+x@googlemail.com"]))
async def test_every_row_knows_its_folded_form(database: Database, address: str) -> None:
    async with database.begin() as session:
        made = await suppressions.place(session, "address", address, "asked", "ops")
        row = await session.get(Suppression, made.id)
        assert row is not None
        assert row.folded == ("joe@gmail.com" if "mail" in address else None)
        assert row.value == normal_form(address)

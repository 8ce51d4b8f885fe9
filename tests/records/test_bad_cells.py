"""Each kind of bad cell is refused with its field, its reason and what would be right."""

from pathlib import Path

import pytest

from records.sheets.faults import Unusable
from records.sheets.reading import open_sheet
from tests.records.builders import file, read

ACCOUNT = {"id": "acme", "name": "Acme"}
CONTACT = {"id": "c-1", "account": "acme", "persona": "champion"}
PLAYER = {"id": "csm-1", "name": "Ines", "email": "ines@setpiece.example", "mailbox": ""}


def sheet(folder: Path, base: dict[str, str], field: str, cell: str) -> Path:
    row = base | {field: cell}
    quoted = ('"' + value.replace('"', '""') + '"' for value in row.values())
    return file(folder, "file.csv", ",".join(row) + "\n" + ",".join(quoted) + "\n")


@pytest.mark.parametrize(
    ("base", "field", "cell", "reason", "right"),
    [
        (ACCOUNT, "id", "ann@acme.example", "looks like an email address", "id of your CRM"),
        (ACCOUNT, "id", "a/b", "cannot be an id", "letters, digits"),
        (ACCOUNT, "id", "a" * 65, "cannot be an id", "at most 64"),
        (ACCOUNT, "id", "", "the cell is empty", "Fill it in"),
        (ACCOUNT, "name", "=HYPERLINK(1)", "looks like a formula", "without the ="),
        (ACCOUNT, "name", "+1", "looks like a formula", "without the +"),
        (ACCOUNT, "name", "-", "looks like a formula", "without the -"),
        (ACCOUNT, "name", "@SUM(A1)", "looks like a formula", "without the @"),
        (ACCOUNT, "name", " =1", "looks like a formula", "without the ="),
        (ACCOUNT, "name", "\t=1", "a tab", "Remove it"),
        (ACCOUNT, "name", "Acme\r\nBcc: x", "a line break", "Remove it"),
        (ACCOUNT, "name", "Acme\nInc", "a line break", "Remove it"),
        (ACCOUNT, "name", "Ac\x00me", "a NUL character", "Remove it"),
        (ACCOUNT, "name", "Ac\x1bme", "control character U+001B", "Remove it"),
        (ACCOUNT, "name", "Ac\u202eme", "control character U+202E", "Remove it"),
        (ACCOUNT, "name", "Ac\ufffdme", "a lost character", "Remove it"),
        (ACCOUNT, "name", "x" * 201, "201 characters are too long", "Shorten it to 200"),
        (ACCOUNT, "zone", "Europe/Berln", "no time zone", "'Europe/Berlin'"),
        (ACCOUNT, "zone", "Berlin", "no time zone", "'Europe/Berlin'"),
        (ACCOUNT, "zone", "UTC+3", "no time zone", "Europe/Berlin"),
        (ACCOUNT, "zone", "../../etc/passwd", "no time zone", "Europe/Berlin"),
        (ACCOUNT, "country", "Germany", "no country code", "'DE'"),
        (ACCOUNT, "country", "UK", "no country code", "'GB'"),
        (ACCOUNT, "country", "XX", "no country code", "two-letter"),
        (ACCOUNT, "locale", "english", "no locale", "'en'"),
        (ACCOUNT, "locale", "xx", "no locale", "en-GB"),
        (ACCOUNT, "lifecycle", "custmer", "none of prospect", "'customer'"),
        (ACCOUNT, "domains", "https://acme.example/", "no domain", "like acme.example"),
        (ACCOUNT, "domains", "acme.example;localhost", "no domain", "acme.example"),
        (ACCOUNT, "domains", "gmail.com", "public mail provider", "Leave it out"),
        (ACCOUNT, "anchor.renewal", "31.01.2027", "no date", "2026-11-30"),
        (ACCOUNT, "anchor.renewal", "2027-02-30", "no date", "2026-11-30"),
        (ACCOUNT, "role.csm", "ines@setpiece.example", "looks like an email address", "id of your CRM"),
        (ACCOUNT, "fact.note", "=1+1", "looks like a formula", "without the ="),
        (ACCOUNT, "fact.note", "x" * 1001, "too long", "Shorten it to 1000"),
        (CONTACT, "persona", "champoin", "none of economic-buyer", "'champion'"),
        (CONTACT, "email", "ann@acme", "no email address", "ann@acme.example"),
        (CONTACT, "email", "ann@@acme.example", "no email address", "ann@acme.example"),
        (CONTACT, "email", "иван@acme.example", "no email address", "ann@acme.example"),
        (CONTACT, "email", "=x@acme.example", "looks like a formula", "without the ="),
        (CONTACT, "phone", "030 23125 123", "no phone number", "fill in the country"),
        (CONTACT, "phone", "+1 212 000", "no phone number", "Check the digits"),
        (CONTACT, "phone", "call me", "no phone number", "like +49 30"),
        (CONTACT, "engagement", "101", "no whole number from 0 to 100", "leave it empty"),
        (CONTACT, "seniority", "high", "no whole number", "leave it empty"),
        (CONTACT, "gone", "maybe", "neither yes nor no", "true or false"),
        (CONTACT, "consent_basis", "consnt", "none of consent", "'consent'"),
        (PLAYER, "roles", "csm;Head of Support", "cannot be a role", "head-of-support"),
        (PLAYER, "mailbox", "ines", "no email address", "ann@acme.example"),
    ],
)
def test_a_bad_cell_is_named(
    tmp_path: Path, base: dict[str, str], field: str, cell: str, reason: str, right: str
) -> None:
    good, faults = read(sheet(tmp_path, base, field, cell))
    assert good == []
    assert [fault.field for fault in faults] == [field]
    assert reason in faults[0].reason
    assert right in faults[0].right
    assert faults[0].line == 2
    assert faults[0].sentence.isprintable()


@pytest.mark.parametrize(
    ("base", "field", "cell", "value"),
    [
        (ACCOUNT, "name", "'=1+1", "=1+1"),
        (ACCOUNT, "name", "'s-Hertogenbosch Works", "'s-Hertogenbosch Works"),
        (ACCOUNT, "name", "  Acme <b>{{ x }}</b> \u00a0", "Acme <b>{{ x }}</b>"),
        (ACCOUNT, "country", "de", "DE"),
        (ACCOUNT, "locale", "en_us", "en-US"),
        (ACCOUNT, "lifecycle", "", "prospect"),
        (ACCOUNT, "domains", "ACME.example; büro.example;acme.example", ["acme.example", "xn--bro-hoa.example"]),
        (CONTACT, "persona", "Champion", "champion"),
        (CONTACT, "email", "Ann+x@BÜRO.example", "Ann+x@BÜRO.example"),
        (CONTACT, "phone", "+49 (30) 23125-123", "+493023125123"),
        (CONTACT, "gone", "Yes", True),
        (PLAYER, "roles", "csm; ae;csm", ["csm", "ae"]),
        (PLAYER, "mailbox", "", "ines@setpiece.example"),
    ],
)
def test_a_good_cell_is_read_as_meant(
    tmp_path: Path, base: dict[str, str], field: str, cell: str, value: object
) -> None:
    good, faults = read(sheet(tmp_path, base, field, cell))
    assert faults == []
    assert good[0].values[field] == value


def test_a_national_number_is_read_with_the_country_or_the_zone_of_the_row(tmp_path: Path) -> None:
    text = (
        "id,account,persona,phone,country,zone\nc-1,a,user,030 23125 123,DE,\nc-2,a,user,020 7946 0123,,Europe/London\n"
    )
    good, faults = read(file(tmp_path, "contacts.csv", text))
    assert faults == []
    assert [row.values["phone"] for row in good] == ["+493023125123", "+442079460123"]


def test_every_bad_cell_of_a_row_is_named_at_once(tmp_path: Path) -> None:
    text = "id,account,persona,phone,country,consent_at,consent_until\nc 1,acme,boss,1,,2026-02-01,2026-01-01\n"
    _, faults = read(file(tmp_path, "contacts.csv", text))
    assert [fault.field for fault in faults] == ["id", "persona", "phone", "consent_until"]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("id,name,teir", r"column 'teir' is unknown: Did you mean 'tier'\?"),
        ("id,name,industry", r"columns of your own begin with fact\. anchor\. role\."),
        ("id,name,fact.Main Feature", r"after fact\. come small letters"),
        ("id,tier", "column 'name' is missing"),
        ("id,name,name", "column 'name' stands twice"),
        ("firma,ort", "names no column of Setpiece"),
        ("id,name," + ",".join(f"fact.f{number}" for number in range(200)), "202 columns are too many"),
        ("", "is empty"),
        ("\n\n", "is empty"),
        ('id,"name', "a quote is opened and not closed"),
    ],
)
def test_a_header_that_cannot_be_read_refuses_the_file(tmp_path: Path, header: str, reason: str) -> None:
    with pytest.raises(Unusable, match=reason):
        open_sheet(file(tmp_path, "accounts.csv", header + "\n" if header.strip() else header))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_the_headers(tmp_path: Path, delimiter: str) -> None:
    text = "ID,Name,domains\r\nacme,Acme,acme.example\r\n".replace(",", delimiter)
    good, faults = read(file(tmp_path, "accounts.csv", text))
    assert faults == []
    assert good[0].values["domains"] == ["acme.example"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("acme", "1 cells where the header has 2"),
        ("acme,Acme,extra", "3 cells where the header has 2"),
        ('acme,"Acme', "a quote is opened and not closed"),
        ('acme,"Ac"me', "the quotes cannot be read"),
        ("acme," + "x" * (1 << 20), "the line is longer than 1024 KB"),
    ],
)
def test_a_malformed_row_is_refused_and_the_next_goes_in(tmp_path: Path, row: str, reason: str) -> None:
    good, faults = read(file(tmp_path, "accounts.csv", f"id,name\n{row}\nnext,Next\n"))
    assert [one.values["id"] for one in good] == ["next"]
    assert [(fault.line, fault.field) for fault in faults] == [(2, "")]
    assert reason in faults[0].reason


def test_a_line_break_in_a_quoted_cell_never_becomes_a_row_of_its_own(tmp_path: Path) -> None:
    text = 'id,name\nacme,"Acme\nevil,Evil Corp\n"\nnext,Next\n'
    good, faults = read(file(tmp_path, "accounts.csv", text))
    assert [row.values["id"] for row in good] == ["next"]
    assert [(fault.line, fault.field) for fault in faults] == [(2, "name")]


def test_empty_rows_and_empty_trailing_columns_are_passed_over(tmp_path: Path) -> None:
    good, faults = read(file(tmp_path, "accounts.csv", "id,name,,\n\n,,,\nacme,Acme,,\n   \n"))
    assert faults == []
    assert [row.line for row in good] == [4]

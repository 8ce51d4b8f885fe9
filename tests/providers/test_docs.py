"""The page on providers knows all of them, and says nothing of words that their tables do not have."""

import re
from pathlib import Path

from settings import PROJECT
from tests.providers.senders import NAMES
from webhooks.providers.accounts import SCHEMES
from webhooks.providers.vocabularies import DIALECTS

PAGE = (Path(PROJECT) / "docs" / "providers.md").read_text("utf-8")


def test_every_provider_has_its_row_and_its_column() -> None:
    """Where its secret goes, and what its words come to."""
    assert tuple(DIALECTS) == tuple(SCHEMES) == NAMES
    for kind in NAMES:
        assert f"| `{kind}` |" in PAGE
    for dialect in DIALECTS.values():
        assert dialect.title.removeprefix("Amazon ") in PAGE


def test_every_word_in_the_tables_is_one_that_we_read() -> None:
    """Words of a cell are those of the provider in the column's head."""
    for table in PAGE.split("## What its words come to")[1].split("##")[0].split("\n\n")[1:3]:
        head, _, *rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()]
        for place, title in enumerate(head):
            known = " ".join(_known(title)).lower() if _known(title) else ""
            for cell in (row[place] for row in rows) if known else ():
                for said in re.split(r", | with | \d.*", cell):
                    word = said.strip(" -").lower()
                    assert not word or word[0].isdigit() or word in known, f"{title}: {said}"


def _known(title: str) -> list[str]:
    """The words of a provider and of the fields that say more of them."""
    for dialect in DIALECTS.values():
        if dialect.title.removeprefix("Amazon ") == title:
            finer = [word for one in dialect.finer for word in (*one.words, *one.paths)]
            return [*dialect.words, *finer]
    return []

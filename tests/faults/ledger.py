"""What the mail server counted against what the ledger says: invariants I1, I3, I4 of reliability.md, for any storm."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import Any

import httpx

from tests.playhouse import Playhouse


@dataclass(frozen=True)
class Line:
    """One touch, and how often its mail was kept."""

    key: str
    play: str
    state: str
    kept: int
    attempts: int
    sha256: str | None
    decided: int  # how often the gate said now


async def lines(house: Playhouse, play: str) -> list[Line]:
    """Every touch of the plays whose name begins so."""
    counts = await counted(house)
    rows = await house.rows(
        "select t.*, (select count(*) from decisions d where d.touch = t.key and d.verdict = 'now') as decided "
        "from touches t where t.run like $1 and t.channel = 'email' order by t.key",
        f"{play}%",
    )
    return [_line(row, counts) for row in rows]


def _line(row: Any, counts: dict[str, int]) -> Line:
    kept = counts.get(row["message_id"], 0)
    play = row["run"].partition("/")[0]
    return Line(row["key"], play, row["state"], kept, row["attempts"], row["mime_sha256"], row["decided"])


async def counted(house: Playhouse) -> dict[str, int]:
    """How often the mail server has kept each Message-ID."""
    async with httpx.AsyncClient(base_url=house.stack.mail.inbox, timeout=30) as sink:
        kept: dict[str, int] = (await sink.get("/api/counts")).json()["kept_by_message_id"]
    return kept


def agree(found: list[Line]) -> Counter[tuple[str, int]]:
    """I1: no mail is there twice, none is called made that is not there, none that is there is called unsent.
    I3: the bytes' hash and every claim are on record. Returns how many stand where.
    """
    for one in found:
        assert one.kept <= 1, f"{one.key} went out {one.kept} times"
        assert one.state in ("made", "in_doubt", "refused"), f"{one.key} ended as {one.state}"
        assert one.state != "made" or one.kept == 1, f"{one.key} is called made, and no mail was kept"
        assert one.state != "refused" or one.kept == 0, f"{one.key} is called refused, and is there"
        assert one.sha256, f"{one.key} has no hash of its bytes"
        assert one.attempts == one.decided, f"{one.key} was claimed {one.attempts} times, {one.decided} on record"
    return Counter((one.state, one.kept) for one in found)


async def same_bytes(house: Playhouse, found: list[Line], to: str) -> int:
    """I3: what arrived is what was frozen, byte for byte; how many were compared."""
    hashes = {one.sha256 for one in found}
    async with httpx.AsyncClient(base_url=house.stack.mail.inbox, timeout=30) as sink:
        listed = (await sink.get("/api/messages", params={"to": to, "limit": 1000})).json()["messages"]
        for one in listed:
            raw = (await sink.get(f"/messages/{one['id']}/raw")).content
            assert hashlib.sha256(raw).hexdigest() in hashes, f"mail {one['id']} is not what was frozen"
    return len(listed)

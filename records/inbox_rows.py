"""Rows of the inbox, written many at a time by one statement: a flood of events costs a commit a batch, not each."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_COLUMNS: Final = (
    "id", "source", "external_id", "kind", "data", "raw", "sha256", "occurred_at", "account", "contact", "touch",
    "state", "reason",
)  # fmt: skip

# Stamped now and not at the transaction's begin, a microsecond apart: an account's events are in the order in which
# they got its lock.
_STORE: Final = text(
    """
    insert into inbox (id, source, external_id, kind, data, raw, sha256, occurred_at, account, contact, touch, state,
                       reason, received_at, next_try_at)
    select id, source, external_id, kind, cast(data as jsonb), raw, sha256, occurred_at, account, contact, touch, state,
           reason, at, at
    from (
        select *, clock_timestamp() + place * interval '1 microsecond' as at
        from unnest(cast(:id as text[]), cast(:source as text[]), cast(:external_id as text[]), cast(:kind as text[]),
                    cast(:data as text[]), cast(:raw as bytea[]), cast(:sha256 as text[]),
                    cast(:occurred_at as timestamptz[]), cast(:account as text[]), cast(:contact as text[]),
                    cast(:touch as text[]), cast(:state as text[]), cast(:reason as text[]))
             with ordinality as given(id, source, external_id, kind, data, raw, sha256, occurred_at, account, contact,
                                      touch, state, reason, place)
    ) stamped
    on conflict (id) do nothing
    returning id
    """
)


async def store_all(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Insert those that are not there yet; their ids."""
    given: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in _COLUMNS}
    given["data"] = [json.dumps(data) for data in given["data"]]
    return set(await session.scalars(_STORE, given))

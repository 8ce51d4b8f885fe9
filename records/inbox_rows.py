"""Rows of the inbox, written many at a time by one statement: a flood of events costs a commit a batch, not each.

The same statement tells which open runs take a dated fact from such an event: asking apart would be a trip for each.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import JSON, text
from sqlalchemy.ext.asyncio import AsyncSession

_COLUMNS: Final = (
    "id", "source", "external_id", "kind", "data", "raw", "sha256", "occurred_at", "account", "contact", "touch",
    "state", "reason",
)  # fmt: skip

# The pattern is a glance at the text, which spares reading most definitions.
_ANCHORS: Final = r"""
    select json_object_agg(r.id, (select json_agg(a.key)
      from jsonb_each_text(cast(v.definition as jsonb) -> 'anchors') a where a.value = inbox.kind))
    from runs r join play_versions v on v.play = r.play and v.version = r.version
    where r.account = inbox.account and r.ended_at is null
      and v.definition ~ ('"anchors"\s*\:\s*\{[^}]*"' || inbox.kind || '"')
    """

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
    returning id, (ANCHORS) as anchors
    """.replace("ANCHORS", _ANCHORS)
).columns(anchors=JSON)

Anchors = dict[str, list[str]]  # run -> names of its anchors that such an event sets


async def store_all(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> dict[str, Anchors]:
    """Insert those that are not there yet; their ids, each with the anchors it sets in open runs."""
    given: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in _COLUMNS}
    given["data"] = [json.dumps(data) for data in given["data"]]
    stored = await session.execute(_STORE, given)
    return {row.id: _named(row.anchors) for row in stored}


_ANCHORS_OF: Final = text("select (ANCHORS) as anchors from inbox where id = :id".replace("ANCHORS", _ANCHORS)).columns(
    anchors=JSON
)


async def anchors_of(session: AsyncSession, event_id: str) -> Anchors:
    """The open runs of the event's account that take a dated fact from such an event, and its names there."""
    return _named(await session.scalar(_ANCHORS_OF, {"id": event_id}))


def _named(found: dict[str, list[str] | None] | None) -> Anchors:
    return {run: names for run, names in (found or {}).items() if names}

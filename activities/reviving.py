"""Rows that came as JSON: several tables in one trip to Postgres, each row made an object of its table again."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import Date, DateTime

from records.tables import Base

Row = TypeVar("Row", bound=Base)


def revived(table: type[Row], raw: Mapping[str, Any]) -> Row:
    """A row of the table from `to_jsonb(row)`. It belongs to no session: changing it changes nothing."""
    values = {name: raw.get(name) for name in _names(table)}
    for name, convert in _converted(table):
        if values[name] is not None:
            values[name] = convert(str(values[name]))
    row = table()
    row.__dict__.update(values)  # nothing will be written back, so no change needs to be noticed: a tenth of the time
    return row


def all_revived(table: type[Row], raw: Iterable[Mapping[str, Any]] | None) -> list[Row]:
    """Rows of the table from `json_agg(…)`, which is null for none."""
    return [revived(table, one) for one in raw or ()]


@lru_cache(maxsize=32)
def _names(table: type[Base]) -> tuple[str, ...]:
    return tuple(column.name for column in table.__table__.columns)


@lru_cache(maxsize=32)
def _converted(table: type[Base]) -> tuple[tuple[str, Callable[[str], Any]], ...]:
    found = ((column.name, _converter(column.type)) for column in table.__table__.columns)
    return tuple((name, convert) for name, convert in found if convert is not None)


def _converter(kind: object) -> Callable[[str], Any] | None:
    if isinstance(kind, DateTime):
        return datetime.fromisoformat
    return date.fromisoformat if isinstance(kind, Date) else None

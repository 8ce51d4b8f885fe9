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
    row = table()
    for name, convert in _columns(table):
        value = raw.get(name)
        setattr(row, name, value if value is None or convert is None else convert(value))
    return row


def all_revived(table: type[Row], raw: Iterable[Mapping[str, Any]] | None) -> list[Row]:
    """Rows of the table from `json_agg(…)`, which is null for none."""
    return [revived(table, one) for one in raw or ()]


@lru_cache(maxsize=32)
def _columns(table: type[Base]) -> tuple[tuple[str, Callable[[str], Any] | None], ...]:
    return tuple((column.name, _converter(column.type)) for column in table.__table__.columns)


def _converter(kind: object) -> Callable[[str], Any] | None:
    if isinstance(kind, DateTime):
        return datetime.fromisoformat
    return date.fromisoformat if isinstance(kind, Date) else None

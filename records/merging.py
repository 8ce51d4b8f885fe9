"""From staged rows to the tables: what is new, what changes in which field, and the writing of just that."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    FromClause,
    MetaData,
    Table,
    Text,
    and_,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, array
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.schema import CreateTable

from records.staging import Staged, stored_columns
from records.tables import Account, AccountRole, Contact, Player

SHOWN_CHANGES: Final = 1_000
_REAL: Final[dict[str, FromClause]] = {
    "accounts": Account.__table__,
    "contacts": Contact.__table__,
    "players": Player.__table__,
}


@dataclass(frozen=True)
class Change:
    """One row that is new or differs, and the fields that do. Values are left out: they may be personal."""

    id: str
    new: bool
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """Staged rows beside the stored ones. `changes` are the first thousand."""

    new: int
    changed: int
    unchanged: int
    changes: tuple[Change, ...]
    differences: Table


async def compare(session: AsyncSession, staged: Staged) -> Comparison:
    """Write nothing but a temporary table of differences, and count them."""
    kind, mine, real = staged.sheet.kind.name, staged.table, _REAL[staged.sheet.kind.name]
    found = Table(
        f"differences_{kind}",
        MetaData(),
        Column("id", Text()),
        Column("new", Boolean()),
        Column("fields", ARRAY(Text)),
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
    )
    await session.execute(CreateTable(found))
    is_new = real.c.id.is_(None)
    fields = case((is_new, cast(array([], type_=Text), ARRAY(Text))), else_=_changed_fields(staged, real))
    rows = select(mine.c.id, is_new, fields).select_from(mine.outerjoin(real, real.c.id == mine.c.id))
    await session.execute(insert(found).from_select(["id", "new", "fields"], rows))
    differs = or_(found.c.new, func.cardinality(found.c.fields) > 0)
    new, changed, total = (
        await session.execute(
            select(
                func.count().filter(found.c.new), func.count().filter(and_(~found.c.new, differs)), func.count()
            ).select_from(found)
        )
    ).one()
    first = select(found).where(differs).order_by(found.c.id).limit(SHOWN_CHANGES)
    changes = tuple(Change(row.id, row.new, tuple(row.fields)) for row in (await session.execute(first)).all())
    return Comparison(new, changed, total - new - changed, changes, found)


async def merge(session: AsyncSession, staged: Staged, comparison: Comparison) -> None:
    """Insert what is new, update what differs, leave the rest (and columns the file does not have) alone."""
    mine, real, found = staged.table, _REAL[staged.sheet.kind.name], comparison.differences
    families = [family.stored for family in staged.sheet.kind.families if family.stored != "roles"]
    names = list(dict.fromkeys([*stored_columns(staged.sheet), *staged.sheet.kind.always, *families]))
    wanted = select(*(mine.c[name] for name in names)).join(found, and_(found.c.id == mine.c.id, found.c.new))
    await session.execute(insert(real).from_select(names, wanted))  # type: ignore[arg-type]
    values: dict[str, Any] = {name: mine.c[name] for name in stored_columns(staged.sheet) if name != "id"}
    values |= {name: _merged(staged, real, name) for name in families}
    differs = and_(~found.c.new, func.cardinality(found.c.fields) > 0)
    await session.execute(
        update(real)  # type: ignore[arg-type]
        .values(**values, updated_at=func.now())
        .where(real.c.id == mine.c.id, found.c.id == mine.c.id, differs)
    )
    if "roles" in mine.c and staged.sheet.kind.name == "accounts":
        await _merge_roles(session, staged, found)


def _changed_fields(staged: Staged, real: FromClause) -> ColumnElement[Any]:
    mine = staged.table
    pairs = [(name, real.c[name].is_distinct_from(mine.c[name])) for name in stored_columns(staged.sheet)]
    pairs += [
        (family.stored, _stored(real, family.stored, mine).is_distinct_from(_merged(staged, real, family.stored)))
        for family in staged.sheet.kind.families
        if staged.sheet.keys(family)
    ]
    named = [case((differs, literal(name, Text)), else_=cast(null(), Text)) for name, differs in pairs]
    return func.array_remove(array(named), cast(null(), Text), type_=ARRAY(Text))


def _merged(staged: Staged, real: FromClause, stored: str) -> ColumnElement[Any]:
    """What a family is after the import: the stored keys, without those the file has, with the file's values."""
    family = next(family for family in staged.sheet.kind.families if family.stored == stored)
    keys = cast(staged.sheet.keys(family), ARRAY(Text))
    kept = _stored(real, stored, staged.table).op("-")(keys)
    return cast(kept.op("||")(staged.table.c[stored]), JSONB)


def _stored(real: FromClause, stored: str, mine: Table) -> ColumnElement[Any]:
    if stored != "roles":
        return real.c[stored]
    held = select(func.jsonb_object_agg(AccountRole.role, AccountRole.player)).where(AccountRole.account == mine.c.id)
    return func.coalesce(held.scalar_subquery(), cast(literal("{}", Text), JSONB))


async def _merge_roles(session: AsyncSession, staged: Staged, found: Table) -> None:
    family = next(family for family in staged.sheet.kind.families if family.stored == "roles")
    touched = select(found.c.id).where(or_(found.c.new, found.c.fields.contains(["roles"])))
    gone = delete(AccountRole).where(AccountRole.role.in_(staged.sheet.keys(family)), AccountRole.account.in_(touched))
    await session.execute(gone)
    held = func.jsonb_each_text(staged.table.c.roles).table_valued("key", "value")
    rows = select(staged.table.c.id, held.c.key, held.c.value).select_from(staged.table.join(held, true()))
    rows = rows.where(staged.table.c.id.in_(touched))
    await session.execute(insert(AccountRole).from_select(["account", "role", "player"], rows))

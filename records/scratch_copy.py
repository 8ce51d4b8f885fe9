"""Copies one account of the live tables, with all that bears on it, into a scratch schema. The live ones are only read.

Its people become ghosts on the way: no address and no workflow ID in the scratch schema leads anywhere.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from records.scratch import Scratch
from records.tables import Base

_PEOPLE: Final = "select id from {live}.contacts where account = :account"
_ADDRESSES: Final = "select address from {live}.contacts where account = :account"

# What is copied, in the words of SQL. Not the inbox, the tasks and the notices: a rehearsal has its own.
WHOLE: Final[Mapping[str, str]] = {
    "players": "true",
    "accounts": "id = :account",
    "contacts": "account = :account",
    "consents": f"contact in ({_PEOPLE})",
    "account_roles": "account = :account",
    "suppressions": f"""lifted_at is null and (scope <> 'contact' or value in ({_PEOPLE}))
        and (scope <> 'account' or value = :account) and (scope <> 'address' or value in ({_ADDRESSES}))""",
    "holds": f"""lifted_at is null and ((scope = 'account' and value = :account)
        or (scope = 'contact' and value in ({_PEOPLE})))""",
    "play_versions": """(play, version) in (select play, version from {live}.runs
        where account = :account and ended_at is null and play <> :play)""",
}
EARLIER: Final[Mapping[str, str]] = {
    "runs": "account = :account and (play <> :play or ended_at is not null)",
    "touches": f"account = :account or address in ({_ADDRESSES})",
}
_LEFT_OUT: Final = frozenset({"mime", "server_text"})  # bodies of mails, words of mail servers

# Addresses end in `.invalid`, which no server has (RFC 2606); suppressions and the ledger follow them.
_GHOSTS: Final = (
    """update suppressions s set value = c.id || '@' || split_part(c.address, '@', 2) || '.invalid'
        from contacts c where s.scope = 'address' and s.value = c.address""",
    "update suppressions set value = value || '.invalid' where scope = 'domain'",
    """update touches t set address = c.id || '@' || split_part(c.address, '@', 2) || '.invalid'
        from contacts c where t.address = c.address""",
    """update contacts set email = id || '@' || split_part(address, '@', 2) || '.invalid',
        address = lower(id) || '@' || split_part(address, '@', 2) || '.invalid' where address is not null""",
    "update players set email = id || '@ours.invalid', mailbox = id || '@ours.invalid'",
    "update runs set workflow_id = 'rehearsal/other/' || id, first_execution_run_id = id",
)


class NoAccount(LookupError):
    """The live tables have no such account."""


async def copy_account(scratch: Scratch, account: str, play: str, *, fresh: bool = False) -> None:
    """Copy it; `fresh` leaves out its earlier runs and touches. An open run of the same play is always left out.

    Raises NoAccount.
    """
    asked = {"account": account, "play": play}
    async with scratch.database.begin() as session:
        for table, where in (WHOLE if fresh else {**WHOLE, **EARLIER}).items():
            await session.execute(text(_copy(scratch, table, where)), asked)
        for statement in _GHOSTS:
            await session.execute(text(statement))
        if await session.scalar(text("select count(*) from accounts")) == 0:
            raise NoAccount(f"there is no account '{account}'")


async def place_of(session: AsyncSession, account: str) -> Mapping[str, Any] | None:
    """The zone and country of a live account; None when there is none."""
    query = text("select zone, country from accounts where id = :account")
    found = (await session.execute(query, {"account": account})).mappings().one_or_none()
    return None if found is None else dict(found)


def _copy(scratch: Scratch, table: str, where: str) -> str:
    columns = [
        f'"{column.name}"'
        for column in Base.metadata.tables[table].columns
        if column.identity is None and column.name not in _LEFT_OUT
    ]
    listed, live = ", ".join(columns), f'"{scratch.live}"'
    conflict = "on conflict do nothing" if table == "play_versions" else ""
    return (
        f'insert into "{scratch.name}".{table} ({listed}) select {listed} from {live}.{table} '  # noqa: S608 - names of ours
        f"where {where.format(live=live)} {conflict}"
    )

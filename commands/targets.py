"""Whom a command is about: the account or contact named exists, and exactly one was named."""

from typing import TYPE_CHECKING, Literal

from commands.failures import Wrong
from commands.suggestions import unknown

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


def one_of(**given: str | None) -> tuple[str, str]:
    """The one option that was given, as (name, value). Raises Wrong when none or several were."""
    named = [(name, value) for name, value in given.items() if value is not None]
    if len(named) != 1:
        options = ", ".join(f"--{name}" for name in given)
        raise Wrong(f"Give exactly one of {options}.")
    return named[0]


async def existing(
    session: "AsyncSession", account: str | None, contact: str | None
) -> tuple[Literal["account", "contact"], str]:
    """(scope, id) of the account or the contact; Wrong with the nearest ids when there is none of that id."""
    from records import accounts, people

    scope, value = one_of(account=account, contact=contact)
    if scope == "account":
        if await accounts.account(session, value) is None:
            raise unknown("account", value, await accounts.account_ids(session), "./starter.py accounts list")
        return "account", value
    if await people.contact(session, value) is None:
        raise unknown("contact", value, await people.contact_ids(session), "./starter.py contacts list")
    return "contact", value


async def existing_player(session: "AsyncSession", player: str) -> None:
    """Raises Wrong with the nearest ids when there is no player of this id."""
    from records import people

    known = [one.id for one in await people.players(session)]
    if player not in known:
        raise unknown("player", player, known, "./starter.py players list")

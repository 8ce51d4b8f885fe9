"""`starter.py plays versions | diff | rollback`: what was published, how two versions differ, and the way back."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.connections import House, with_house
from commands.failures import Refused, Wrong
from commands.output import Json, say, show_json, show_list, when

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from records.tables import PlayVersion

Play = Annotated[str, typer.Argument(metavar="PLAY")]


def versions(play: Play, as_json: Json = False) -> None:
    """List every published version of a play, newest first, with how many runs are open on it."""

    async def work(house: House) -> list[dict[str, Any]]:
        from records.runs import open_by_version
        from records.versions import of_play

        async with house.session() as session:
            counted = await open_by_version(session, play)
            return [
                {
                    "version": one.version,
                    "published": when(one.published_at),
                    "by": one.published_by,
                    "open_runs": counted.get(one.version, 0),
                    "hash": one.hash[:12],
                }
                for one in await of_play(session, play)
            ]

    columns = {"version": "version", "published": "published", "by": "by", "open_runs": "open runs", "hash": "hash"}
    empty = f"No version of '{play}' is published. Publish it: ./starter.py plays publish {play}"
    show_list(with_house(work), columns, as_json=as_json, title=f"Versions of {play}", empty=empty)


def diff(
    play: Play,
    old: Annotated[int | None, typer.Argument(help="A version; the newest published one by default.")] = None,
    new: Annotated[int | None, typer.Argument(help="Another; the catalog's text by default.")] = None,
    as_json: Json = False,
) -> None:
    """Say in words how two versions of a play differ, or the newest published one and the catalog's text."""

    async def work(house: House) -> tuple[str, str, list[str]]:
        async with house.session() as session:
            before = await version_of(session, play, old)
            after = await version_of(session, play, new) if new is not None else None
            return compared(before, after)

    first, second, sentences = with_house(work)
    if as_json:
        show_json({"play": play, "from": first, "to": second, "differences": sentences})
        return
    say(f"{play}: from {first} to {second}")
    for sentence in sentences or ["nothing is different"]:
        say(f"  - {sentence}")


def rollback(
    play: Play,
    to: Annotated[int, typer.Option("--to", help="The version whose text new starts take again.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change; write nothing.")] = False,
    by: Annotated[str, typer.Option(help="Who goes back; kept with the version.")] = "ops",
    as_json: Json = False,
) -> None:
    """Publish an old version anew: new starts take it. Open runs keep theirs; `runs migrate` moves them."""

    async def work(house: House) -> dict[str, Any]:
        from records import versions as published

        async with house.session() as session:
            old = await version_of(session, play, to)
            newest = await version_of(session, play, None)
            told = compared(newest, old)[2]
            if newest.hash == old.hash or dry_run:
                number, state = newest.version + (newest.hash != old.hash), "would be published"
            else:
                number, state = (await published.go_back(session, old, by)).version, "published"
        state = "unchanged" if newest.hash == old.hash else state
        return {"play": play, "version": number, "text of": to, "state": state, "differences": told}

    row = with_house(work)
    if as_json:
        show_json(row)
        return
    for sentence in row["differences"]:
        say(f"  - {sentence}")
    say(f"{play} version {row['version']}, the text of version {to}: {row['state']}.")


async def version_of(session: "AsyncSession", play: str, number: int | None) -> "PlayVersion":
    """One published version. Raises Refused naming those there are."""
    from records import versions as published

    found = await (published.latest(session, play) if number is None else published.get(session, play, number))
    if found is not None:
        return found
    known = [one.version for one in await published.of_play(session, play)]
    if not known:
        raise Refused(f"No version of '{play}' is published. Publish it: ./starter.py plays publish {play}")
    raise Wrong(f"There is no version {number} of '{play}'; there are {', '.join(map(str, sorted(known)))}.")


def compared(before: "PlayVersion", after: "PlayVersion | None") -> tuple[str, str, list[str]]:
    from commands.playbook import path_of, read
    from plays.differences import differences
    from plays.program import program_of

    if after is not None:
        definition, texts, name = after.definition, after.content, f"version {after.version}"
    else:
        source = read(path_of(before.play))
        definition, texts, name = source.definition, source.content, "the catalog"
    told = differences(program_of(before.definition), program_of(definition), before.content, texts)
    return f"version {before.version}", name, told

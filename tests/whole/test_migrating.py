"""Moving open runs to another version: what the terminal shows before, what the runs do after."""

import asyncio
import json
import sys
from collections.abc import Sequence
from typing import Any

from local.stack import PROJECT
from tests.playhouse import eventually
from tests.whole.conftest import Stage

MAIL = "{{email: {name}, from: adr, to: champion, after: {after}, window: any, reason: news of {name}}}"
FIRST, SECOND = MAIL.format(name="first", after="0min"), MAIL.format(name="second", after="5d")
EXTRA = MAIL.format(name="extra", after="1h")


async def typed(stage: Stage, *words: str) -> tuple[int, Any, str]:
    """Exit code, the JSON a command answers, and what it said on standard error."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "starter.py", *words, "--json",
        cwd=PROJECT, env=stage.house.environment(), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    return process.returncode or 0, json.loads(out) if out.strip() else None, err.decode()


async def publish_again(stage: Stage, play: str, steps: Sequence[str]) -> None:
    """A second version of the play, with these steps and the same texts; a new mail has words of its own."""
    content = stage.house.folder / "content" / play
    for name in ("extra", "again"):
        for locale in ("en", "ru"):
            words = (content / f"first.{locale}.liquid").read_text(encoding="utf-8")
            text = words if name == "again" else words.replace("one thing", "one more thing")
            (content / f"{name}.{locale}.liquid").write_text(text, encoding="utf-8")
    path = stage.house.folder / f"{play}.yaml"
    head = path.read_text(encoding="utf-8").split("steps:")[0]
    body = "".join(f"  - {step}\n" for step in (*steps, "end: silence"))
    path.write_text(f"{head}steps:\n{body}", encoding="utf-8")
    await stage.house.publish(path)


async def test_a_run_moves_to_the_new_version_and_makes_no_touch_twice(stage: Stage) -> None:
    play = await stage.play(FIRST, SECOND)
    account = await stage.account()
    run = await stage.start(play, account)
    await stage.made(play, "first")
    await publish_again(stage, play, [FIRST, SECOND, EXTRA])

    async def preview() -> Any:
        _, told, _ = await typed(stage, "runs", "migrate", "--play", play, "--from", "1", "--dry-run")
        return told if told["runs"] and told["runs"][0]["to"] else None

    told = await eventually(preview, "the run stands at its second mail")
    assert told["differences"] == [
        "email `extra` is new, after `second`",
        "text `extra` (en) is new",
        "text `extra` (ru) is new",
    ]
    assert (told["runs"][0]["at"], told["runs"][0]["to"], told["runs"][0]["blocked"]) == ("second", "second", "")
    code, moved, err = await typed(stage, "runs", "migrate", "--play", play, "--from", "1", "--yes")
    assert (code, moved["runs"][0]["answer"]) == (0, "Moved to version 2, at second."), err
    await stage.pass_time(run, days=20)
    await stage.state(play, "ended")
    assert await stage.touches(play) == {"first": "made", "second": "made", "extra": "made"}
    assert [mail["subject"].rsplit(" ", 1)[1] for mail in await stage.mails(account)] == ["first", "second", "first"]
    rows = await stage.house.rows("select version from runs where play = $1", play)
    assert [row["version"] for row in rows] == [2]


async def test_a_move_that_would_say_the_same_twice_is_blocked(stage: Stage) -> None:
    play = await stage.play(FIRST, SECOND)
    await stage.start(play, await stage.account())
    await stage.made(play, "first")
    again = MAIL.format(name="again", after="1h")
    await publish_again(stage, play, [FIRST, SECOND, again])

    async def blocked() -> Any:
        _, told, _ = await typed(stage, "runs", "migrate", "--play", play, "--from", "1", "--yes")
        why = told["runs"][0]["blocked"]
        return told if "twice" in why else None

    told = await eventually(blocked, "the move is blocked")
    assert (
        told["runs"][0]["blocked"]
        == "somebody would read the same twice: `again` has the words of `first`, which was made"
    )
    rows = await stage.house.rows("select version from runs where play = $1", play)
    assert [row["version"] for row in rows] == [1]

"""`starter.py tour`: shows a newcomer, on the running stack, what Setpiece does; and checks that it really did."""

from typing import Annotated

import typer

from commands.output import examples

app = typer.Typer()


@app.command(epilog=examples("tour", "tour --yes"))
def tour(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not wait for Enter between the scenes.")] = False,
) -> None:
    """Walk through five scenes: a run at work, a reply, a usage drop, a missed task, a killed worker.

    Needs `make run` in another terminal. It uses sample accounts that no play has worked yet, so it can be repeated.
    Nothing is staged: waits are shortened by skipping the run's own clock, and every claim is checked; if one does
    not come true, the tour ends with a sentence and exit code 1.
    """
    import asyncio

    from commands.connections import House
    from commands.guide import Guide
    from commands.scenes import SCENES, Cast
    from settings import Settings

    async def walk() -> None:
        house = House(Settings())
        try:
            guide = await Guide.of(house, ask=not yes)
            cast = Cast()
            for number, scene in enumerate(SCENES, 1):
                await scene(guide, cast, number)
            await guide.farewell()
        finally:
            await house.close()

    asyncio.run(walk())

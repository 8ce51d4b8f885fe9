"""What every scene of the tour needs: speaking, waiting for Enter, skipping a run's clock, finding a mail."""

import asyncio
import json
import sys
import warnings
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import quote

from commands.failures import START_ALL, Refused, Unreachable
from commands.http import fetch
from commands.links import run_link
from commands.output import console, plain, say
from commands.waiting import GLANCE, WITHIN, until

if TYPE_CHECKING:
    from temporalio.client import Client
    from temporalio.testing import TimeSkipper

    from commands.connections import House

T = TypeVar("T")

LEAP = timedelta(hours=6)  # of a run's clock at a time, so that the tour stops soon after what it waits for
FARTHEST = timedelta(days=21)
FIRST_LOOKS, LOOKS = 25, 4  # tenths of a second to wait for the records before the first leap, and after each


class Guide:
    """Leads through the tour on one running stack."""

    def __init__(self, house: "House", client: "Client", stack: dict[str, Any], *, ask: bool) -> None:
        self.house, self.client, self.stack = house, client, stack
        self._ask = ask and sys.stdin.isatty()
        self._skipper: TimeSkipper | None = None

    @classmethod
    async def of(cls, house: "House", *, ask: bool) -> Self:
        """The guide for the stack that runs here. Raises Unreachable when none does."""
        file = house.settings.folder / "stack.json"
        try:
            stack = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise Unreachable(f"The tour shows a running stack, and none runs here. {START_ALL}") from error
        if not stack.get("inbox"):
            raise Refused(
                "The tour reads mails from the inbox page, and SMTP_URL has put a real mail server in its place."
            )
        return cls(house, await house.temporal(), stack, ask=ask)

    # --- speaking ----------------------------------------------------------------------------------------------------

    def scene(self, number: int, title: str) -> None:
        """The heading of a scene."""
        console().rule(plain(f"{number}. {title}"), align="left")

    def tell(self, *lines: str) -> None:
        """What happens, a line each."""
        for line in lines:
            say(line)

    def tell_skipped(self, time: timedelta, why: str) -> None:
        """Say that the run's clock was moved, if it was."""
        if time:
            hours = int(time.total_seconds() // 3600)
            self.tell(f"({why}: the run's clock was skipped by {hours} hours.)")

    def look(self, workflow: str) -> None:
        """Where to see it with one's own eyes."""
        self.tell(f"  look: {run_link(self.house.settings, workflow)}", f"  or:   ./starter.py runs show {workflow}")

    async def pause(self) -> None:
        """Wait for Enter, where there is somebody to press it."""
        if not self._ask:
            say("")
            return
        print("\n[Enter] ", end="", flush=True)
        loop = asyncio.get_running_loop()
        pressed = asyncio.Event()
        loop.add_reader(sys.stdin, pressed.set)
        try:
            await pressed.wait()
        finally:
            loop.remove_reader(sys.stdin)
        if not sys.stdin.readline():
            self._ask = False  # the terminal is gone: go on without asking

    async def farewell(self) -> None:
        """What to do next."""
        self.tell(
            "That was the tour. From here:",
            f"  every mail that was sent     {self.stack['inbox']}",
            "  the work handed out          ./starter.py tasks list",
            "  write a play of your own     docs/writing-a-play.md, then ./starter.py rehearse my-play.yaml",
            "  all commands                 ./starter.py --help",
        )

    # --- finding -----------------------------------------------------------------------------------------------------

    async def until(
        self, check: Callable[[], Awaitable[T | None]], what: str, within: float = WITHIN, every: float = GLANCE
    ) -> T:
        """As `waiting.until`."""
        return await until(check, what, within, every)

    async def mail(self, to: str, what: str, holds: Callable[[dict[str, Any]], bool] = bool) -> dict[str, Any]:
        """The newest mail to this address for which `holds` is true; waits for it."""

        async def arrived() -> dict[str, Any] | None:
            listed = await fetch(f"{self.stack['inbox']}/api/messages?to={quote(to)}&limit=20")
            for message in listed["messages"]:
                whole: dict[str, Any] = await fetch(f"{self.stack['inbox']}/api/messages/{message['id']}")
                if holds(whole):
                    return whole
            return None

        return await until(arrived, what)

    def mail_link(self, mail: dict[str, Any]) -> str:
        """The page of one mail."""
        return f"{self.stack['inbox']}/messages/{mail['id']}"

    # --- the run's clock ---------------------------------------------------------------------------------------------

    async def skip_until(
        self, workflow: str, check: Callable[[], Awaitable[T | None]], what: str
    ) -> tuple[T, timedelta]:
        """Skip the run's clock, a few hours at a time, until `check` is true; with the time that was skipped.

        Only this run's clock moves (Temporal's time skipping); the play and its spans stay as they are.
        Raises Refused when three weeks have brought nothing.
        """
        skipped = timedelta()
        patience = FIRST_LOOKS
        while not (found := await self._soon(check, patience)):
            patience = LOOKS
            if skipped >= FARTHEST:
                raise Refused(f"Skipped {skipped.days} days, but not: {what}. See: ./starter.py runs show {workflow}")
            await self.skip(workflow, LEAP)
            skipped += LEAP
        return found, skipped

    async def skip(self, workflow: str, time: timedelta) -> None:
        """Move one run's clock on. Raises Refused when the server does not offer it or the run ended meanwhile."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the library warns that time skipping is experimental
            from temporalio.testing import TimeSkipper

            self._skipper = self._skipper or TimeSkipper(self.client)
            try:
                moved = await self._skipper.fast_forward(self.client.get_workflow_handle(workflow), time)
            except RuntimeError as error:
                raise Refused(
                    f"This Temporal server does not skip time ({error}); the tour needs the local one."
                ) from error
        if not moved:
            raise Refused(f"{workflow} ended while its clock was skipped. See: ./starter.py runs show {workflow}")

    async def _soon(self, check: Callable[[], Awaitable[T | None]], looks: int) -> T | None:
        """`check`, given the moment the records need to follow the run."""
        for _ in range(looks):
            if found := await check():
                return found
            await asyncio.sleep(0.1)
        return None

"""All activities with their dependencies: what worker.py registers."""

from collections.abc import Callable
from typing import Any

from temporalio.client import Client

from activities.calling import CallingWebhooks
from activities.channels.calls import Caller
from activities.channels.http import HttpCaller
from activities.channels.transport import Transport
from activities.climbing import Climbing
from activities.closing import Closing
from activities.deciding import Deciding
from activities.email import Emailing
from activities.handing_out import HandingOut
from activities.house import House
from activities.opening import Opening
from activities.recording import Recording
from activities.starting_plays import StartingPlays
from records.db import Database
from settings import Settings


class Activities:
    """Made once by the worker; its members are independent of each other."""

    def __init__(
        self,
        database: Database,
        transport: Transport,
        settings: Settings,
        client: Client | None = None,
        caller: Caller | None = None,
    ) -> None:
        """`client` is for telling and starting other runs; without one they find out when they ask the gate again, and
        none is started. `caller` makes the calls of `webhook` steps, over HTTP unless told otherwise.
        """
        house = House(database, settings, client)
        self.opening = Opening(house)
        self.deciding = Deciding(house)
        self.handing_out = HandingOut(house)
        self.climbing = Climbing(house)
        self.closing = Closing(house)
        self.recording = Recording(house)
        self.emailing = Emailing(house, transport)
        self.calling = CallingWebhooks(house, caller or HttpCaller())
        self.starting_plays = StartingPlays(house)

    def all(self) -> list[Callable[..., Any]]:
        """Every activity of `contracts.py`."""
        return [
            self.opening.open_run,
            self.deciding.plan,
            self.deciding.decide,
            self.handing_out.hand_out,
            self.climbing.climb,
            self.recording.record,
            self.closing.close_run,
            self.emailing.send_email,
            self.calling.call_webhook,
            self.starting_plays.start_play,
        ]

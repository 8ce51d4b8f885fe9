"""What every activity gets from the worker that made it."""

from dataclasses import dataclass, field
from functools import cached_property

from temporalio.client import Client

from activities.mailboxes import Senders
from activities.playbook import Playbook
from activities.scene import Tenant
from records.db import Database
from settings import Settings


@dataclass(frozen=True)
class House:
    """The door to Postgres, the settings, the Temporal client (to stop and nudge other runs), the plays met so far."""

    database: Database
    settings: Settings
    client: Client | None = None
    playbook: Playbook = field(default_factory=Playbook)

    @cached_property
    def tenant(self) -> Tenant:
        """What counts where a person or account says nothing, and what our mailboxes may send."""
        settings = self.settings
        return Tenant(settings.tenant_zone, settings.tenant_locale, Senders.of(settings), settings.fold_gmail)

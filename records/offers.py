"""An event on its way into the inbox, before it is stored. Storing it is `inbox.py`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

STOPPING: Final = frozenset({"reply", "bounce", "unsubscribed", "complaint"})


@dataclass(frozen=True)
class Offer:
    """An event as it comes in. `occurred_at` is UTC-aware.

    `parked` says why an event is only kept (its form is unknown); it stops nothing.
    """

    source: str
    external_id: str
    kind: str
    data: dict[str, Any]
    occurred_at: datetime
    raw: bytes
    parked: str = ""

    @property
    def stops(self) -> bool:
        """True if accepting it may take a recipient's lock, for which a mail on its way may have to be waited for."""
        return self.kind in STOPPING and not self.parked

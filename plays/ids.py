"""Every workflow ID, key and Message-ID is built here and nowhere else.

None holds personal data: parts are external ids, which the import refuses when they look like an address.
None holds Temporal's run ID (it changes on reset and continue-as-new) or the play's version (a migrated run must
not send again).
"""

import re
import uuid
from typing import Final

SLUG: Final = re.compile(r"^[a-z0-9]+(?:[-_.][a-z0-9]+)*$")
ID: Final = re.compile(r"^[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*$")
MAX_ID: Final = 64

_NAMESPACE: Final = uuid.UUID("5e7b1ece-0000-4000-8000-5e7b1ece5e7b")


def workflow_id(play: str, account: str) -> str:
    """`usage-drop/acme`: at most one open run per play and account."""
    return f"{play}/{account}"


def run_id(play: str, account: str, number: int) -> str:
    """`usage-drop/acme/2`: the second run of the play at the account. Ours, stable over resets."""
    return f"{play}/{account}/{number}"


def rehearsal_id(play: str, account: str, mark: str) -> str:
    """`rehearsal/usage-drop/acme/3f9c1a`: a run of nobody's. Its run id in the scratch ledger is that of a real run."""
    return f"rehearsal/{play}/{account}/{mark}"


def touch_key(run: str, step: str, occurrence: int, contact: str | None) -> str:
    """`usage-drop/acme/2/ring-admin/1/c-17`; `-` where no contact is spoken to (a notice, an inner task)."""
    return f"{run}/{step}/{occurrence}/{contact or '-'}"


def message_id(key: str, domain: str) -> str:
    """The Message-ID of the mail of a touch or notice: the same for every attempt (RFC 5322, 3.6.4)."""
    return f"<{uuid.uuid5(_NAMESPACE, key)}@{domain}>"


def webhook_id(key: str) -> str:
    """The `webhook-id` of the call of a touch: the same for every attempt, so that the receiver takes it once."""
    return f"msg_{uuid.uuid5(_NAMESPACE, key).hex}"


def event_id(source: str, external_id: str) -> str:
    """`hubspot:evt_123`: each event is handled once under this id."""
    return f"{source}:{external_id}"


def task_event_id(task: int, outcome: str) -> str:
    """The id of the event that tells a run its task was done."""
    return f"task:{task}:{outcome}"


def notice_key(*parts: str) -> str:
    """The key of a notice to a player, e.g. of one rung of one task: put in the outbox once."""
    return "notice/" + "/".join(parts)


def is_id(text: str) -> bool:
    """True if the text may be an external id: letters, digits and single `-_.` between them, at most 64 long."""
    return bool(ID.match(text)) and len(text) <= MAX_ID

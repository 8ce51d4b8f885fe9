"""The tables: names and states exactly as in design.md. SQLAlchemy 2, typed, no behaviour.

Instants are `timestamptz`. External ids are keys: they come from the user's CSV and hold no personal data.
Every change here needs a migration in `records/migrations/versions`.
"""

from records.rows.base import Base
from records.rows.events import Event, Hold, Suppression, Switch
from records.rows.ledger import Activity, Answers, Decision, Notice, Task, Touch
from records.rows.mail import Consent, Correction, Erasure, Mail, MailboxPlace, SeenToken, SendingDomain
from records.rows.people import Account, AccountRole, Contact, Player
from records.rows.plays import PlayVersion, Run

__all__ = [
    "Account",
    "AccountRole",
    "Activity",
    "Answers",
    "Base",
    "Consent",
    "Contact",
    "Correction",
    "Decision",
    "Erasure",
    "Event",
    "Hold",
    "Mail",
    "MailboxPlace",
    "Notice",
    "PlayVersion",
    "Player",
    "Run",
    "SeenToken",
    "SendingDomain",
    "Suppression",
    "Switch",
    "Task",
    "Touch",
]

"""Stand-ins for the providers we have no account of, by their documentation."""

from collections.abc import Mapping

from tests.channels.standins.base import Arrived, StandIn
from tests.channels.standins.brevo import BrevoStandIn
from tests.channels.standins.mailgun import MailgunStandIn
from tests.channels.standins.postmark import PostmarkStandIn
from tests.channels.standins.resend import ResendStandIn
from tests.channels.standins.sendgrid import SendGridStandIn
from tests.channels.standins.ses import SesStandIn

STAND_INS: Mapping[str, type[StandIn]] = {
    one.kind: one for one in (SendGridStandIn, MailgunStandIn, PostmarkStandIn, SesStandIn, ResendStandIn, BrevoStandIn)
}

__all__ = ["STAND_INS", "Arrived", "StandIn"]

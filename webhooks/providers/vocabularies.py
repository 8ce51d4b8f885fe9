"""The providers we understand, by their kind in the settings."""

from collections.abc import Mapping
from typing import Final

from settings import ProviderKind
from webhooks.providers.brevo import BREVO
from webhooks.providers.dialect import Dialect
from webhooks.providers.mailersend import MAILERSEND
from webhooks.providers.mailgun import MAILGUN
from webhooks.providers.mailjet import MAILJET
from webhooks.providers.mandrill import MANDRILL
from webhooks.providers.postmark import POSTMARK
from webhooks.providers.resend import RESEND
from webhooks.providers.sendgrid import SENDGRID
from webhooks.providers.ses import SES
from webhooks.providers.sparkpost import SPARKPOST

DIALECTS: Final[Mapping[ProviderKind, Dialect]] = {
    "sendgrid": SENDGRID,
    "mailgun": MAILGUN,
    "postmark": POSTMARK,
    "ses": SES,
    "resend": RESEND,
    "brevo": BREVO,
    "mailjet": MAILJET,
    "sparkpost": SPARKPOST,
    "mandrill": MANDRILL,
    "mailersend": MAILERSEND,
}

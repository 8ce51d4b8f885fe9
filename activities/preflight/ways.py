"""By which servers a domain's mail leaves, as the settings say, and what each wants in the domain's DNS. A table."""

from dataclasses import dataclass
from typing import Final

from activities.mailboxes import host_of, server_of
from records.addresses import normal_form
from settings import Settings


@dataclass(frozen=True)
class Carrier:
    """What a carrier of mail needs of a domain that sends by it."""

    name: str
    include: str = ""  # of SPF
    envelope_is_ours: bool = True  # the return path is in our domain: SPF counts for alignment
    selectors: tuple[str, ...] = ()  # of DKIM, as they set it up
    source: str = ""


CARRIERS: Final = {
    "Google": Carrier(
        "Google", "_spf.google.com", True, ("google",), "Google Workspace Admin Help, 'Set up SPF', 'Set up DKIM'"
    ),
    "Microsoft": Carrier(
        "Microsoft",
        "spf.protection.outlook.com",
        True,
        ("selector1", "selector2"),
        "Microsoft Learn, 'Set up SPF', 'Set up DKIM for Microsoft 365'",
    ),
    "sendgrid": Carrier("SendGrid", "sendgrid.net", False, ("s1", "s2"), "SendGrid, 'Domain Authentication'"),
    "mailgun": Carrier(
        "Mailgun",
        "mailgun.org",
        True,
        ("k1", "mta", "pic", "smtp", "email", "mx", "krs"),
        "Mailgun, 'Domain verification'",
    ),
    "postmark": Carrier("Postmark", "", False, ("pm",), "Postmark, 'Resources for DNS verification'"),
    "ses": Carrier("Amazon SES", "", False, (), "Amazon SES, 'Easy DKIM', 'custom MAIL FROM domain'"),
    "resend": Carrier("Resend", "", False, ("resend",), "Resend, 'Managing domains'"),
    "brevo": Carrier("Brevo", "", False, ("mail", "brevo1", "brevo2"), "Brevo, 'Authenticate your domain'"),
}
USUAL: Final = ("default", "dkim", "mail", "s1", "s2", "k1", "google", "selector1", "selector2")


@dataclass(frozen=True)
class Way:
    """One way by which the domain's mail leaves: a carrier, or a relay of our own."""

    carrier: Carrier
    relay: str = ""  # the host of our own relay


def ways_of(settings: Settings, domain: str) -> list[Way]:
    """The ways of the domain's mailboxes in the settings, else the general one, each once."""
    general = settings.smtp_url.get_secret_value() if settings.smtp_url else ""
    mailboxes = [one for name, one in settings.mailboxes.items() if normal_form(name).endswith(f"@{domain}")]
    urls = [one.send.get_secret_value() if one.send else general for one in mailboxes] or [general]
    return list(dict.fromkeys(_way(settings, url) for url in urls if url))


def _way(settings: Settings, url: str) -> Way:
    if url.startswith("provider:"):
        named = settings.providers.get(url.removeprefix("provider:"))
        return Way(CARRIERS.get(named.kind if named else "", Carrier(named.kind if named else "another provider")))
    host = host_of(url)
    known = CARRIERS.get(server_of(host).name)
    return Way(known) if known else Way(Carrier("our own relay"), host)

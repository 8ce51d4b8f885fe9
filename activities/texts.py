"""The texts of a touch: its mail or its guide, from the version's templates, in the reader's language."""

from dataclasses import dataclass

from activities.knowledge import content_data, locales_of
from activities.staging import Cue
from plays.content import ContentError, EmailText, Guide, render_email, render_guide
from plays.playbook import NoContent, content_for
from plays.wording import text_name
from records.tables import Contact, Player


class Unwritten(Exception):
    """A text that cannot be sent; the message names the step and what is missing, never a person."""


@dataclass(frozen=True)
class Written:
    """A mail's text and the language it is in."""

    text: EmailText
    language: str  # "en", "ru"


def mail_of(cue: Cue) -> Written:
    """The mail of an email step, in the contact's language, else the account's, else the tenant's. Raises Unwritten."""
    template, language = _template(cue, cue.contact)
    data = content_data(cue.scene, cue.now, cue.contact, cue.player, cue.step.reason, language, cue.link)
    try:
        return Written(render_email(template, data), language)
    except ContentError as error:
        raise Unwritten(f"the text of '{cue.node.name}' cannot be sent: {error}") from error


def guide_of(cue: Cue, player: Player) -> Guide:
    """The guide of a call, task or notice, in the player's language. Raises Unwritten."""
    template, language = _template(cue, player)
    data = content_data(cue.scene, cue.now, cue.contact, player, cue.step.reason, language)
    try:
        return render_guide(template, data)
    except ContentError as error:
        raise Unwritten(f"the guide of '{cue.node.name}' cannot be used: {error}") from error


def _template(cue: Cue, reader: Contact | Player | None) -> tuple[str, str]:
    locales, content = locales_of(cue.scene, reader), cue.scene.edition.content
    named = text_name(cue.step, cue.template or cue.node.name, cue.variant)
    try:
        template = content_for(content, named, locales)
    except NoContent as error:
        raise Unwritten(str(error)) from error
    languages = [one.replace("_", "-").split("-")[0].lower() for one in locales]
    return template, next((one for one in languages if content.get(f"{named}.{one}") == template), "en")

"""Rules about texts: every touch has its templates in every language, each can be read, and none is left over.

What they make when they are filled in: `check_filled.py`. Their words: `check_mails.py`.
"""

from collections.abc import Iterator
from typing import Final

from plays import content_faults
from plays.base import BASE_STEPS
from plays.check_names import Rule
from plays.check_uses import unknown
from plays.checked import Checked, Placed, Wanted
from plays.faults import Fault
from plays.model import EmailStep, Touch
from plays.playbook import BASE, SUFFIX, step_and_locale
from plays.suggestions import did_you_mean, nearest
from plays.wording import text_names as text_names
from plays.words import NO_TEXT

LOCALES: Final = ("en", "ru")
_LANGUAGES: Final = {"en": "English", "ru": "Russian"}
_ROOTS: Final = {"form": "form", "param": "param", "anchors": "anchor"}  # in texts -> in conditions


def templates_are_there(checked: Checked) -> Iterator[Fault]:
    """Every step that says something has a template in English and in Russian."""
    placed = {one.name: one for one in checked.steps}
    first: dict[str, Wanted] = {}
    for one in checked.wanted:
        first.setdefault(one.name, one)
    spare = _spare_files(checked)
    for wanted in first.values():
        for locale in LOCALES:
            key = f"{wanted.name}.{locale}"
            if key in checked.source.content:
                continue
            at = placed.get(wanted.step)
            called = f" ('{wanted.name}')" if wanted.name != wanted.step else ""
            message = f"{wanted.kind} '{wanted.step}' has no text{called} in {_LANGUAGES[locale]}"
            found = nearest(wanted.name, spare[locale])
            hint = f"rename {found}.{locale}{SUFFIX} if it is meant for this step" if found else ""
            hint = hint or f"write content/{checked.source.play.play if at else BASE}/{key}{SUFFIX}"
            yield checked.fault("no-template", at.path if at else ("play",), message, hint, step=at)


def _spare_files(checked: Checked) -> dict[str, list[str]]:
    """Names of templates that no step needs, by language: one of them may be misspelt."""
    folder = checked.source.path.parent / "content" / checked.source.play.play
    found: dict[str, list[str]] = {locale: [] for locale in LOCALES}
    names = {one.name for one in checked.wanted}
    for path in sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []:
        named = step_and_locale(path)
        if named and named[1] in found and named[0] not in names:
            found[named[1]].append(named[0])
    return found


def templates_are_sound(checked: Checked) -> Iterator[Fault]:
    """Every template can be read and names what there is."""
    for key, one, text in checked.texts:
        file = str(checked.file_of(key))
        for found in content_faults.faults(text, one.head, checked.names):
            yield Fault(file, found.line, 1, one.step, "", "template", found.message, found.suggestion)
        for line, message, hint in _names_of_the_play(checked, text):
            yield Fault(file, line, 1, one.step, "", "template", message, hint)


def _names_of_the_play(checked: Checked, text: str) -> Iterator[tuple[int, str, str]]:
    """Forms, parameters and anchors that the play does not have: line, what is wrong, what is there."""
    for parts, line in content_faults.named(text):
        root, key, field = (*parts, None, None)[:3]
        if root in _ROOTS and not (root == "form" and key in BASE_STEPS):
            wrong = unknown(checked, _ROOTS[root], key, field)
            if wrong is not None:
                yield line, *wrong


def surveys_have_their_link(checked: Checked) -> Iterator[Fault]:
    """A survey's mail holds the link to its questions; no other text does."""
    for key, one, text in checked.texts:
        lines = [line for parts, line in content_faults.named(text) if parts[0] == "survey"]
        file = str(checked.file_of(key))
        if one.kind == "survey" and not lines:
            message, hint = (
                "a survey's mail has no link to its questions",
                "write {{ survey.link }} on a line of its own",
            )
            yield Fault(file, 1, 1, one.step, "", "survey-link", message, hint)
        if one.kind != "survey" and lines:
            message, hint = f"{one.kind} '{one.step}' is no survey and has no link", "remove it, or make it a `survey:`"
            yield Fault(file, lines[0], 1, one.step, "", "survey-link", message, hint)


def templates_are_used(checked: Checked) -> Iterator[Fault]:
    """A template no step uses is a misspelt name, or left over."""
    play = checked.source.play.play
    names = {one.name for one in checked.wanted} or set(checked.names)
    folder = checked.source.path.parent / "content" / play
    for path in sorted(folder.glob("*")) if folder.is_dir() else []:
        named = step_and_locale(path)
        if named is None or named[0] not in names:
            message = f"no step of {play} uses this file" if named else "a template is called <step>.<locale>.liquid"
            hint = did_you_mean(named[0] if named else path.name, names)
            yield Fault(str(path), 0, 0, None, "", "unused-template", message, hint, "warning")


def one_way_to_a_text(checked: Checked) -> Iterator[Fault]:
    """A library names its texts itself; what has no text says none."""
    for placed in checked.steps:
        step = placed.step
        if not isinstance(step, Touch):
            continue
        library = step.library if isinstance(step, EmailStep) else ()
        others = [key for key in ("variants", "text") if getattr(step, key)]
        if library and others:
            message = f"`library` and `{others[0]}` both say which text is taken"
            path = (*placed.path, others[0])
            yield checked.fault("two-texts", path, message, f"keep `library` or `{others[0]}`", step=placed)
        if placed.kind in NO_TEXT and others:
            message = f"a {placed.kind} has no text"
            yield checked.fault("no-text", (*placed.path, others[0]), message, "remove it", step=placed)
        if len(set(library)) < len(library):
            message = "a text stands in the library twice"
            yield checked.fault("library", (*placed.path, "library"), message, "name each once", step=placed)


def a_text_is_mail_or_guide(checked: Checked) -> Iterator[Fault]:
    """One template has one first line: `subject:` of a mail or `title:` of a guide."""
    first: dict[str, tuple[Placed, Wanted]] = {}
    placed = {one.name: one for one in checked.steps}
    for wanted in checked.wanted:
        at = placed.get(wanted.step)
        if at is None:
            continue
        before, had = first.setdefault(wanted.name, (at, wanted))
        if had.head != wanted.head:
            message = (
                f"{before.kind} '{had.step}' takes the text '{wanted.name}' too, and its first line is `{had.head}`"
            )
            path = (*at.path, "text" if getattr(at.step, "text", None) else at.kind)
            yield checked.fault("two-texts", path, message, "give each its own text", step=at)


text_rules: Final[tuple[Rule, ...]] = (
    templates_are_there,
    templates_are_sound,
    templates_are_used,
    surveys_have_their_link,
    one_way_to_a_text,
    a_text_is_mail_or_guide,
)

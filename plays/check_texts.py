"""Rules about texts: every touch has its templates in every language, each can be read, and none is left over."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from plays import content_faults
from plays.base import BASE_STEPS, with_base_contract
from plays.check_names import Rule
from plays.check_uses import unknown
from plays.checked import Checked
from plays.faults import Fault
from plays.model import EmailStep, Touch
from plays.playbook import BASE, SUFFIX, content_folders, step_and_locale
from plays.program import REACHING, Unwalkable, lay_out
from plays.suggestions import did_you_mean, nearest
from plays.wording import text_names as text_names
from plays.words import NO_TEXT

LOCALES: Final = ("en", "ru")
_LANGUAGES: Final = {"en": "English", "ru": "Russian"}
_MAILS: Final = frozenset({"email", "survey"})


@dataclass(frozen=True)
class Wanted:
    """A template some step needs: its name without the language, and the step."""

    name: str
    step: str
    kind: str

    @property
    def head(self) -> str:
        """What the template's first line is called."""
        return "subject" if self.kind in _MAILS else "title"


def wanted_texts(checked: Checked) -> list[Wanted]:
    """Every template the play needs, the base contract's included."""
    try:
        nodes = lay_out(with_base_contract(checked.source.play)).nodes
    except Unwalkable:
        return []  # names_are_unique says so
    return [
        Wanted(text, name, node.kind)
        for name, node in nodes.items()
        if node.kind in REACHING - NO_TEXT
        for text in text_names(node.step, name)
    ]


def _folders(checked: Checked) -> list[Path]:
    folders = content_folders(checked.source.path, checked.source.play.play)
    shared = checked.source.path.parent / "content" / "shared"
    return folders if shared in folders else [folders[0], shared, *folders[1:]]


def templates_are_there(checked: Checked) -> Iterator[Fault]:
    """Every step that says something has a template in English and in Russian."""
    placed = {one.name: one for one in checked.steps}
    folders = _folders(checked)
    first: dict[str, Wanted] = {}
    for one in wanted_texts(checked):
        first.setdefault(one.name, one)
    for wanted in first.values():
        for locale in LOCALES:
            key = f"{wanted.name}.{locale}"
            if key in checked.source.content or any((folder / f"{key}{SUFFIX}").is_file() for folder in folders):
                continue
            at = placed.get(wanted.step)
            file = f"content/{checked.source.play.play if at else BASE}/{key}{SUFFIX}"
            called = f" ('{wanted.name}')" if wanted.name != wanted.step else ""
            message = f"{wanted.kind} '{wanted.step}' has no text{called} in {_LANGUAGES[locale]}"
            hint = _nearest_file(checked, wanted.name, locale) or f"write {file}"
            yield checked.fault("no-template", at.path if at else ("play",), message, hint, step=at)


def _nearest_file(checked: Checked, name: str, locale: str) -> str:
    """A file of no step that is called nearly so."""
    folder = checked.source.path.parent / "content" / checked.source.play.play
    named = [step_and_locale(path) for path in sorted(folder.glob(f"*.{locale}{SUFFIX}"))]
    known = {one.name for one in wanted_texts(checked)}
    found = nearest(name, [one[0] for one in named if one and one[0] not in known])
    return f"rename {found}.{locale}{SUFFIX} if it is meant for this step" if found else ""


def templates_are_sound(checked: Checked) -> Iterator[Fault]:
    """Every template can be read and names what there is."""
    wanted = {one.name: one for one in wanted_texts(checked)}
    for key, text in checked.source.content.items():
        one = wanted.get(key.rpartition(".")[0])
        if one is None:
            continue
        file = str(file_of(checked, key))
        for found in content_faults.faults(text, one.head, checked.names):
            yield Fault(file, found.line, 1, one.step, "", "template", found.message, found.suggestion)
        for line, message, hint in _names_of_the_play(checked, text):
            yield Fault(file, line, 1, one.step, "", "template", message, hint)


def file_of(checked: Checked, key: str) -> Path:
    """The file of a template, by its name and language."""
    paths = [folder / f"{key}{SUFFIX}" for folder in _folders(checked)]
    return next((path for path in paths if path.is_file()), paths[0])


def _names_of_the_play(checked: Checked, text: str) -> Iterator[tuple[int, str, str]]:
    """Forms, parameters and anchors that the play does not have: line, what is wrong, what is there."""
    for parts, line in content_faults.named(text):
        root, key, field = (*parts, None, None)[:3]
        if root in _ROOTS and not (root == "form" and key in BASE_STEPS):
            wrong = unknown(checked, _ROOTS[root], key, field)
            if wrong is not None:
                yield line, *wrong


_ROOTS: Final = {"form": "form", "param": "param", "anchors": "anchor"}


def surveys_have_their_link(checked: Checked) -> Iterator[Fault]:
    """A survey's mail holds the link to its questions; no other text does."""
    wanted = {one.name: one for one in wanted_texts(checked)}
    for key, text in checked.source.content.items():
        one = wanted.get(key.rpartition(".")[0])
        if one is None:
            continue
        lines = [line for parts, line in content_faults.named(text) if parts[0] == "survey"]
        file = str(file_of(checked, key))
        if one.kind == "survey" and not lines:
            message = "a survey's mail has no link to its questions"
            yield Fault(
                file, 1, 1, one.step, "", "survey-link", message, "write {{ survey.link }} on a line of its own"
            )
        if one.kind != "survey" and lines:
            message = f"{one.kind} '{one.step}' is no survey and has no link"
            yield Fault(
                file, lines[0], 1, one.step, "", "survey-link", message, "remove it, or make the step a `survey:`"
            )


def templates_are_used(checked: Checked) -> Iterator[Fault]:
    """A template no step uses is a misspelt name, or left over."""
    play = checked.source.play.play
    names = {one.name for one in wanted_texts(checked)} or set(checked.names)
    folder = checked.source.path.parent / "content" / play
    for path in sorted(folder.glob("*")) if folder.is_dir() else []:
        named = step_and_locale(path)
        if named is None or named[0] not in names:
            message = f"no step of {play} uses this file" if named else "a template is called <step>.<locale>.liquid"
            hint = did_you_mean(named[0] if named else path.name, names)
            yield Fault(str(path), 0, 0, None, "", "unused-template", message, hint, "warning")


def one_way_to_a_text(checked: Checked) -> Iterator[Fault]:
    """A library names its texts itself; what has no text says none; one text is a mail or a guide, not both."""
    heads: dict[str, Wanted] = {}
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
            path, message = (*placed.path, "library"), "a text stands in the library twice"
            yield checked.fault("library", path, message, "name each once", step=placed)
        for text in text_names(step, placed.name) if placed.kind not in NO_TEXT else ():
            one = Wanted(text, placed.name, placed.kind)
            first = heads.setdefault(text, one)
            if first.head != one.head:
                message = (
                    f"{first.kind} '{first.step}' takes the text '{text}' too, and its first line is `{first.head}:`"
                )
                path = (*placed.path, "text" if step.text else placed.kind)
                yield checked.fault("two-texts", path, message, "give each its own text", step=placed)


text_rules: Final[tuple[Rule, ...]] = (
    templates_are_there,
    templates_are_sound,
    templates_are_used,
    surveys_have_their_link,
    one_way_to_a_text,
)

"""Rules about texts: every touch has its templates in every language, each can be read, and none is left over."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from plays import content_faults
from plays.base import with_base_contract
from plays.check_names import Rule
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


def _wanted(checked: Checked) -> list[Wanted]:
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
    for wanted in _wanted(checked):
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
    known = {one.name for one in _wanted(checked)}
    found = nearest(name, [one[0] for one in named if one and one[0] not in known])
    return f"rename {found}.{locale}{SUFFIX} if it is meant for this step" if found else ""


def templates_are_sound(checked: Checked) -> Iterator[Fault]:
    """Every template can be read and names what there is."""
    folders = _folders(checked)
    heads = {one.name: one for one in _wanted(checked)}
    for key, text in checked.source.content.items():
        name, _, _ = key.rpartition(".")
        wanted = heads.get(name)
        if wanted is None:
            continue
        paths = [folder / f"{key}{SUFFIX}" for folder in folders]
        file = next((path for path in paths if path.is_file()), paths[0])
        for found in content_faults.faults(text, wanted.head, checked.names):
            yield Fault(str(file), found.line, 1, wanted.step, "", "template", found.message, found.suggestion)


def templates_are_used(checked: Checked) -> Iterator[Fault]:
    """A template no step uses is a misspelt name, or left over."""
    play = checked.source.play.play
    names = {one.name for one in _wanted(checked)} or set(checked.names)
    folder = checked.source.path.parent / "content" / play
    for path in sorted(folder.glob("*")) if folder.is_dir() else []:
        named = step_and_locale(path)
        if named is None or named[0] not in names:
            message = f"no step of {play} uses this file" if named else "a template is called <step>.<locale>.liquid"
            hint = did_you_mean(named[0] if named else path.name, names)
            yield Fault(str(path), 0, 0, None, "", "unused-template", message, hint, "warning")


def one_way_to_a_text(checked: Checked) -> Iterator[Fault]:
    """A step has its own text, a shared one, variants or a library, and not two of these."""
    for placed in checked.steps:
        step = placed.step
        if not isinstance(step, Touch):
            continue
        library = step.library if isinstance(step, EmailStep) else ()
        said = [key for key, there in (("library", library), ("variants", step.variants), ("text", step.text)) if there]
        if len(said) > 1:
            message = f"`{said[0]}` and `{said[1]}` both say which text is taken"
            yield checked.fault(
                "two-texts", (*placed.path, said[1]), message, f"keep one: {said[0]} or {said[1]}", step=placed
            )
        if placed.kind in NO_TEXT and said:
            message = f"a {placed.kind} has no text"
            yield checked.fault("no-text", (*placed.path, said[0]), message, "remove it", step=placed)
        if len(set(library)) < len(library):
            yield checked.fault(
                "library", (*placed.path, "library"), "a text stands in it twice", "name each once", step=placed
            )


text_rules: Final[tuple[Rule, ...]] = (
    templates_are_there,
    templates_are_sound,
    templates_are_used,
    one_way_to_a_text,
)

"""Rules about texts: CEL conditions, and the templates of every step in every language."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from plays import condition_faults, conditions, content_faults
from plays.base import with_base_contract
from plays.check_names import Rule
from plays.checked import Checked
from plays.faults import Fault
from plays.model import ChooseStep, EmailStep
from plays.playbook import BASE, content_folders, step_and_locale
from plays.program import Unwalkable, lay_out
from plays.suggestions import did_you_mean, nearest

LOCALES: Final = ("en", "ru")


def conditions_are_sound(checked: Checked) -> Iterator[Fault]:
    """Every condition type-checks and names fields and steps that exist."""
    play = checked.source.play
    if play.start.when is not None:
        yield from _condition(checked, play.start.when, ("start", "when"), None)
    for event, handlers in play.on.items():
        for index, handler in enumerate(handlers):
            if handler.when is not None:
                yield from _condition(checked, handler.when, ("on", event, index, "when"), None)
    for placed in checked.steps:
        if placed.step.when is not None:
            yield from _condition(checked, placed.step.when, (*placed.path, "when"), placed.name)
        if isinstance(placed.step, ChooseStep):
            for index, branch in enumerate(placed.step.choose):
                if branch.when is not None:
                    yield from _condition(checked, branch.when, (*placed.path, "choose", index, "when"), placed.name)


def _condition(checked: Checked, text: str, path: tuple[str | int, ...], step: str | None) -> Iterator[Fault]:
    spot = checked.source.spot.find(path)
    for found in conditions.faults(text, checked.names):
        line, column = _inside(checked, text, found, spot.line, spot.column)
        yield Fault(str(checked.source.path), line, column, step, "when", "condition", found.message, found.suggestion)


def _inside(
    checked: Checked, text: str, found: condition_faults.ConditionFault, line: int, column: int
) -> tuple[int, int]:
    """Where in the file: exact for a condition on one line, plain or quoted; the value's beginning otherwise."""
    row = checked.source.text.splitlines()[line - 1][column - 1 :]
    start = row.find(text.strip())
    return (line, column + start + found.column - 1) if start in (0, 1) else (line, column)


def templates_are_there(checked: Checked) -> Iterator[Fault]:
    """Every step that says something has a template in English and in Russian."""
    source = checked.source
    try:
        nodes = lay_out(with_base_contract(source.play)).nodes
    except Unwalkable:
        return  # names_are_unique says so
    placed = {one.name: one for one in checked.steps}
    for name, node in nodes.items():
        if node.kind not in ("email", "call", "task", "notify"):
            continue
        for locale in LOCALES:
            if f"{name}.{locale}" not in source.content:
                file = f"content/{source.play.play if name in placed else BASE}/{name}.{locale}.liquid"
                path = placed[name].path if name in placed else ("play",)
                message = f"{node.kind} '{name}' has no text in {_LANGUAGES[locale]}"
                hint = _nearest_file(checked, name, locale) or f"write {file}"
                yield checked.fault("no-template", path, message, hint, step=placed.get(name))


_LANGUAGES: Final = {"en": "English", "ru": "Russian"}


def _nearest_file(checked: Checked, step: str, locale: str) -> str:
    """A file of no step that is called nearly so."""
    folder = checked.source.path.parent / "content" / checked.source.play.play
    named = [step_and_locale(path) for path in sorted(folder.glob(f"*.{locale}.liquid"))]
    found = nearest(step, [one[0] for one in named if one and one[0] not in checked.names])
    return f"rename {found}.{locale}.liquid if it is meant for this step" if found else ""


def templates_are_sound(checked: Checked) -> Iterator[Fault]:
    """Every template can be read and names what there is."""
    source = checked.source
    emails = {one.name for one in checked.steps if isinstance(one.step, EmailStep)}
    for key, text in source.content.items():
        step, _, _ = key.rpartition(".")
        file = _file_of(checked, key)
        for found in content_faults.faults(text, "subject" if step in emails else "title", checked.names):
            yield Fault(str(file), found.line, 1, step, "", "template", found.message, found.suggestion)


def _file_of(checked: Checked, key: str) -> Path:
    folders = content_folders(checked.source.path, checked.source.play.play)
    paths = [folder / f"{key}.liquid" for folder in folders]
    return next((path for path in paths if path.is_file()), paths[0])


def templates_are_used(checked: Checked) -> Iterator[Fault]:
    """A template no step uses is a misspelt name, or left over."""
    play = checked.source.play.play
    names = {one.name for one in checked.steps} | checked.names
    folder = checked.source.path.parent / "content" / play
    for path in sorted(folder.glob("*")) if folder.is_dir() else []:
        named = step_and_locale(path)
        if named is None or named[0] not in names:
            message = f"no step of {play} uses this file" if named else "a template is called <step>.<locale>.liquid"
            hint = did_you_mean(named[0] if named else path.name, names)
            yield Fault(str(path), 0, 0, None, "", "unused-template", message, hint, "warning")


text_rules: Final[tuple[Rule, ...]] = (
    conditions_are_sound,
    templates_are_there,
    templates_are_sound,
    templates_are_used,
)

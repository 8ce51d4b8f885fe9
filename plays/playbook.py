"""From files to plays: the YAML, its content, the hash that tells versions apart.

What is wrong *inside* a sound shape is found by `check.py`; here a play is read or refused.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from plays.base import with_base_contract
from plays.faults import Fault
from plays.faults import PlayFaults as PlayFaults
from plays.model import Play
from plays.program import REACHING, Unwalkable, lay_out
from plays.shape_faults import shape_faults
from plays.templates import MAX_TEMPLATE
from plays.wording import text_names
from plays.words import NO_TEXT
from plays.yaml_source import Spot, YamlFault, read_yaml

CATALOG: Final = Path(__file__).parent / "catalog"
BASE: Final = "base"  # content of the base contract's steps
SHARED: Final = "shared"  # content that several plays use
SUFFIX: Final = ".liquid"
_LOCALE: Final = re.compile(r"^[a-z]{2,3}(?:-[A-Za-z]{2,4})?$")


@dataclass(frozen=True)
class Source:
    """A play as read from its file. `definition` is what a version pins: JSON, base contract included."""

    path: Path
    text: str
    play: Play
    definition: str
    content: dict[str, str]  # "concrete-help.en" -> template
    hash: str  # sha256 over definition and content
    spot: Spot = field(compare=False, repr=False)  # where everything stands in the file


class NoContent(LookupError):
    """No template in any of the locales."""


def read_play(path: Path | str) -> Source:
    """Read a play and its content. Raises PlayFaults with every fault of its shape, FileNotFoundError never."""
    path = Path(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise PlayFaults([_file_fault(path, f"the file cannot be read: {error.strerror}")]) from None
    spot = _read(path, raw)
    try:
        play = Play.model_validate(spot.value)
    except ValidationError as error:
        raise PlayFaults(shape_faults(str(path), spot, error)) from None
    definition = definition_of(play)
    content = _content(path, play)
    return Source(path, raw.decode("utf-8-sig"), play, definition, content, content_hash(definition, content), spot)


def definition_of(play: Play) -> str:
    """What a version pins: the play with the base contract, as canonical JSON."""
    whole = with_base_contract(play).model_dump(mode="json", by_alias=True, exclude_none=True)
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def content_hash(definition: str, content: Mapping[str, str]) -> str:
    """sha256 over definition and content, as hex."""
    canonical = json.dumps([definition, dict(content)], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def catalog(folder: Path | str = CATALOG) -> dict[str, Path]:
    """Every play of a folder: the name its file has, in order."""
    return {path.stem: path for path in sorted(Path(folder).glob("*.yaml"))}


def content_for(content: Mapping[str, str], step: str, locales: Sequence[str | None]) -> str:
    """The template of a step's text in the first locale there is one for; `ru-RU` is content with `ru`, English comes
    last.

    Raises NoContent.
    """
    for locale in [*locales, "en"]:
        if not locale:
            continue
        plain = locale.replace("_", "-")
        for wanted in (plain, plain.split("-")[0].lower()):
            if f"{step}.{wanted}" in content:
                return content[f"{step}.{wanted}"]
    raise NoContent(f"step '{step}' has no template in any of {', '.join(one for one in locales if one)} or English")


def content_folders(path: Path, play: str) -> list[Path]:
    """Where a play's templates are looked for, best first: its own, what its catalog shares, then what is shipped."""
    beside, shipped = path.parent / "content", CATALOG / "content"
    return list(dict.fromkeys([beside / play, beside / SHARED, beside / BASE, shipped / SHARED, shipped / BASE]))


def step_and_locale(path: Path) -> tuple[str, str] | None:
    """`concrete-help.en.liquid` -> (concrete-help, en), `close-loop.b.ru.liquid` -> (close-loop.b, ru).

    None for files that are no templates.
    """
    if path.suffix != SUFFIX:
        return None
    step, _, locale = path.name.removesuffix(SUFFIX).rpartition(".")
    return (step, locale) if step and _LOCALE.match(locale) else None


def _read(path: Path, raw: bytes) -> Spot:
    try:
        spot = read_yaml(raw)
    except YamlFault as fault:
        found = Fault(str(path), fault.line, fault.column, None, "", "yaml", fault.message, fault.suggestion)
        raise PlayFaults([found]) from None
    if not isinstance(spot.value, dict):
        message = "a play is a list of keys and values"
        raise PlayFaults([Fault(str(path), 1, 1, None, "", "shape", message, "begin with `play: name`")])
    return spot


def _content(path: Path, play: Play) -> dict[str, str]:
    """The templates of the play's steps, base contract included, and of no others; the first folder that has one."""
    try:
        nodes = lay_out(with_base_contract(play)).nodes
        wanted = {
            text for name, node in nodes.items() if node.kind in _WITH_CONTENT for text in text_names(node.step, name)
        }
    except Unwalkable:
        return {}  # check.py names both places
    found: dict[str, str] = {}
    faults: list[Fault] = []
    for folder in content_folders(path, play.play):
        for file in sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []:
            named = step_and_locale(file)
            if named and named[0] in wanted and ".".join(named) not in found:
                text = _template(file, faults)
                found[".".join(named)] = text
    if faults:
        raise PlayFaults(faults)
    return dict(sorted(found.items()))


_WITH_CONTENT: Final = REACHING - NO_TEXT


def _template(file: Path, faults: list[Fault]) -> str:
    try:
        raw = file.read_bytes()
        if len(raw) > 4 * MAX_TEMPLATE:
            faults.append(_file_fault(file, f"a template is at most {MAX_TEMPLATE} characters"))
            return ""
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        faults.append(Fault(str(file), line, 1, None, "", "encoding", "this is not UTF-8", "save the file as UTF-8"))
    except OSError as error:
        faults.append(_file_fault(file, f"the template cannot be read: {error.strerror}"))
    return ""


def _file_fault(path: Path, message: str) -> Fault:
    return Fault(str(path), 0, 0, None, "", "file", message)

"""What the sample mails come to: each folder by its manifest, each figure by what `understand` makes of them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from bench.mail_samples.figures import Figure, figure
from webhooks.meaning.model import Meaning, Returned
from webhooks.meaning.reading import read_mail
from webhooks.meaning.understand import understand
from webhooks.meaning.visible import visible_text

RECEIVED: Final = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
_BOUNCES: Final = ("bounces_sisimai", "bounces_flufl", "bounces_malformed")
_KINDS: Final = {
    "complaint": "complaint",
    "auth_report": "report",
    "unsubscribe": "unsubscribe",
    "opt_out": "unsubscribe",
    "auto_reply": "auto_reply",
}
# What a sample must not be taken for -> the kinds that would be.
_NOT: Final = {
    "hard_bounce": ("bounce", "delivery"),
    "soft_bounce": ("bounce", "delivery"),
    "auto_reply": ("auto_reply",),
    "complaint": ("complaint", "report"),
    "unsubscribe": ("unsubscribe",),
}


@dataclass(frozen=True)
class Sample:
    """A sample: where it lies, what its manifest says of it, its bytes."""

    name: str
    told: dict[str, Any]
    raw: bytes

    @property
    def meaning(self) -> Meaning:
        """What it is read as."""
        return understand(self.raw, RECEIVED)


def figures(folder: Path) -> list[Figure]:
    """The figures over the mails in a folder of samples."""
    bounces = [sample for name in _BOUNCES for sample in samples(folder / name)]
    replies = list(samples(folder / "replies"))
    human = [*samples(folder / "human_mail"), *(replace(one, raw=_as_mail(one)) for one in replies)]
    exact = [one for one in replies if "visible_text" in one.told["expected"]]
    malformed = [*samples(folder / "malformed_mime"), *samples(folder / "bounces_malformed")]
    return [
        figure("bounces: recipients exactly right", 0.92, (_recipients(one) for one in bounces)),
        figure("bounces: hard or soft right", 0.90, (fault for one in bounces for fault in _hardness(one))),
        figure("complaints and other reports", 1.0, (_kind(one) for one in samples(folder / "complaints_arf"))),
        figure("unsubscribe by machine", 1.0, (_kind(one) for one in samples(folder / "unsubscribe"))),
        figure("auto-replies", 0.95, (_kind(one) for one in samples(folder / "auto_replies"))),
        figure("human mail not misread", 1.0, (_human(one) for one in human)),
        figure("reply text exact", 0.60, (_text(one) for one in exact)),
        figure("malformed mail without a crash", 1.0, (_crash(one) for one in malformed)),
    ]


def samples(folder: Path) -> Iterator[Sample]:
    """The samples of one folder; none where it is missing."""
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        return
    for told in json.loads(manifest.read_text("utf-8"))["samples"]:
        yield Sample(f"{folder.name}/{told['file']}", told, (folder / told["file"]).read_bytes())


# --- bounces ---------------------------------------------------------------------------------------------------------


def _reached_not(sample: Sample) -> dict[str, Returned]:
    return {one.address.lower(): one for one in sample.meaning.returned if one.verdict != "delivered"}


def _recipients(sample: Sample) -> str:
    expected = sorted({one["recipient"].lower() for one in sample.told["expected"] if one.get("recipient")})
    found = sorted(_reached_not(sample))
    return "" if found == expected else f"{sample.name}: {expected} came out as {found}"


def _hardness(sample: Sample) -> Iterator[str]:
    """A verdict a recipient. flufl.bounce's labels call every failure permanent: they say nothing here."""
    if sample.name.startswith("bounces_flufl/"):
        return
    found = _reached_not(sample)
    for one in sample.told["expected"]:
        wanted = "hard" if one["cls"] == "hard_bounce" else "soft"
        ours = found.get((one.get("recipient") or "").lower())
        right = ours is not None and ours.kind == wanted
        why = f"{ours.kind} ({ours.reason} {ours.status}: {ours.said[:80]})" if ours else "not found"
        yield "" if right else f"{sample.name}: {one['recipient']} {wanted} ({one.get('reason')}) came out as {why}"


# --- the other mails -------------------------------------------------------------------------------------------------


def _kind(sample: Sample) -> str:
    wanted, ours = _KINDS.get(sample.told["cls"], sample.told["cls"]), sample.meaning.kind
    return "" if ours == wanted else f"{sample.name}: {wanted} came out as {ours}"


def _human(sample: Sample) -> str:
    wanted = sample.told["expected"].get("not_cls", _NOT)
    forbidden = {kind for name in wanted for kind in _NOT.get(name, ())}
    ours = sample.meaning
    return f"{sample.name}: misread as {ours.kind} by {ours.evidence}" if ours.kind in forbidden else ""


def _crash(sample: Sample) -> str:
    broken = [one.words for one in sample.meaning.evidence if one.rule.startswith("unreadable:")]
    return f"{sample.name}: {broken[0]}" if broken else ""


def _as_mail(sample: Sample) -> bytes:
    """The mail round a sample that is a body only."""
    kind = b"text/html" if "html" in sample.told["format"] else b"text/plain"
    head = b"From: Ann <ann@acme.example>\r\nTo: bob@ours.example\r\nSubject: Re: our offer\r\nContent-Type: "
    return head + kind + b"; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + sample.raw


def _text(sample: Sample) -> str:
    ours, wanted = visible_text(read_mail(_as_mail(sample))), sample.told["expected"]
    right = _as_compared(ours, wanted) == _as_compared(wanted["visible_text"], wanted)
    return "" if right else f"{sample.name}: {wanted['visible_text'][:100]!r} came out as {ours[:100]!r}"


def _as_compared(text: str, wanted: dict[str, Any]) -> str:
    return "".join(text.split()) if "whitespace removed" in wanted.get("compare", "") else text.strip()

"""The chronology of a rehearsal: each entry of the book becomes the lines it is worth."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from activities.contracts import HAND_OUT, Plan
from local.rehearsal.ghosts import Entry
from local.rehearsal.lines import Kind, Line
from local.rehearsal.piece import Piece
from local.rehearsal.texts import Kept
from plays.events import TouchState
from plays.model import ChooseStep, EmailStep, NotifyStep
from plays.places import zone_of
from plays.program import Node, step_player
from records.tables import Contact, Decision, Player, Task, Touch

VERDICTS: Final[Mapping[str, Kind]] = {
    TouchState.MADE: "made",
    TouchState.SKIPPED: "skipped",
    TouchState.REFUSED: "refused",
    TouchState.IN_DOUBT: "in_doubt",
}


@dataclass
class Ledger:
    """What the rehearsal has left in the scratch ledger."""

    touches: Mapping[str, Touch]
    tasks: Sequence[Task]
    contacts: Mapping[str, Contact]
    players: Mapping[str, Player]
    decisions: Sequence[Decision]
    texts: Mapping[str, Kept]


@dataclass
class Score:
    """Reads the book line by line; remembers what has its line already."""

    piece: Piece
    ledger: Ledger
    plans: dict[str, Plan] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)  # keys of touches
    put_off: dict[str, str] = field(default_factory=dict)  # step -> why it waited last

    def lines(self, entry: Entry) -> list[Line]:
        """What an entry is worth in the chronology; nothing for most."""
        asked, answer = entry.asked, entry.answer
        found = list(self._lines(entry.name, asked, answer))
        plan = answer if isinstance(answer, Plan) else getattr(answer, "plan", None)
        if isinstance(plan, Plan):
            self.plans[plan.step] = plan
        return found

    def _lines(self, name: str, asked: Any, answer: Any) -> Iterator[Line]:
        match name:
            case "open_run" if answer.verdict != "admitted":
                yield Line(asked.now, "end", answer.verdict, answer.reason)
            case "decide":
                yield from self._decided(asked, answer)
            case "climb":
                step = next((one.step for one in self.ledger.tasks if one.id == asked.task), "")
                yield Line(asked.now, "rung", f"{step}: {answer.sentence}", f"rung {asked.rung}", step=step)
            case "close_run" if not answer.missed:
                yield Line(asked.now, "end", asked.outcome, asked.reason)
            case "start_play":
                yield Line(asked.now, "branch", f"{asked.step}: {answer.verdict}", answer.reason, step=asked.step)
            case "event":
                yield self._happened(asked, answer)
            case "answer":
                yield self._answered(asked, *answer)
            case "operator":
                incident, at = asked
                yield Line(at, "operator", f"operator: {incident.word}", answer)
            case _ if getattr(answer, "verdict", None) and getattr(asked, "step", None):
                yield from self._stepped(name, asked, answer)

    # --- touches -----------------------------------------------------------------------------------------------------

    def _stepped(self, name: str, asked: Any, answer: Any) -> Iterator[Line]:
        node = self.piece.program.nodes.get(asked.step)
        if node is None:
            return
        rows = [
            one for one in self.ledger.touches.values() if (one.step, one.occurrence) == (asked.step, asked.occurrence)
        ]
        theirs = [one for one in rows if one.contact == getattr(answer, "contact", None)]
        rows = theirs or rows  # of an audience of several, the one this answer is about
        if name == HAND_OUT and isinstance(node.step, EmailStep) and answer.verdict == "made":
            yield self._touch(node, asked, rows[0] if rows else None, "drafted", "for its sender's approval")
        elif answer.verdict == "later":
            yield self._later(node, asked, answer, rows[0] if rows else None)
        else:
            yield from self._settled(node, asked, answer, rows)

    def _settled(self, node: Node, asked: Any, answer: Any, rows: Sequence[Touch]) -> Iterator[Line]:
        mine = [one for one in rows if one.key not in self.told and one.state in VERDICTS]
        for row in mine:
            self.told.add(row.key)
            kind = VERDICTS[TouchState(row.state)]
            why = self._why_then(node.name) if kind == "made" else row.reason
            yield self._touch(node, asked, row, kind, why)
        if not rows and answer.verdict in VERDICTS:
            yield self._touch(node, asked, None, VERDICTS[answer.verdict], answer.reason)

    def _later(self, node: Node, asked: Any, answer: Any, row: Touch | None) -> Line:
        line = self._touch(node, asked, row, "later", answer.reason)
        self.put_off[node.name] = answer.reason
        return line.having(until=answer.until)

    def _why_then(self, step: str) -> str:
        """Why at this moment: what it had to wait for last, else its plan's reason."""
        plan = self.plans.get(step)
        return self.put_off.pop(step, plan.why if plan else "")

    def _touch(self, node: Node, asked: Any, row: Touch | None, kind: Kind, why: str) -> Line:
        contact = self.ledger.contacts.get(row.contact) if row is not None and row.contact else None
        rule = next(
            (
                one.rule
                for one in reversed(self.ledger.decisions)
                if row and one.touch == row.key and one.at == asked.now
            ),
            "",
        )
        return Line(
            at=asked.now,
            kind=kind,
            words=self._words(node, asked.occurrence, row, contact),
            why=why,
            step=node.name,
            occurrence=asked.occurrence,
            channel=row.channel if row is not None else node.kind,
            contact=contact.id if contact else None,
            persona=contact.persona if contact else "",
            slot=_slots(node),
            zone=self._zone(contact),
            rule=rule,
            kept=self.ledger.texts.get(row.key) if row is not None else None,
        )

    def _words(self, node: Node, occurrence: int, row: Touch | None, contact: Contact | None) -> str:
        """`email first-idea to champion as adr`: one line of an expectation, without its time."""
        channel = row.channel if row is not None else "notice" if node.kind == "notify" else node.kind
        variant = getattr(row, "variant", None)
        number = f"/{occurrence}" if occurrence > 1 else ""
        words = f"{channel} {node.name}{number}{f' ({variant})' if variant else ''}"
        if isinstance(node.step, NotifyStep):
            return f"{words} to {', '.join(node.step.to)}"
        words += f" to {self._persona(contact)}" if contact is not None else ""
        slot = step_player(node.step)
        return words + (f" {'as' if node.kind in ('email', 'survey') else 'by'} {slot}" if slot else "")

    def _persona(self, contact: Contact) -> str:
        alike = sum(1 for one in self.ledger.contacts.values() if one.persona == contact.persona)
        return contact.persona if alike < 2 else f"{contact.persona} ({contact.id})"

    def _zone(self, contact: Contact | None) -> str:
        if contact is None:
            return self.piece.zone
        return zone_of(contact.zone, contact.phone, self.piece.zone, self.piece.zone)

    # --- everything else ---------------------------------------------------------------------------------------------

    def _decided(self, asked: Any, answer: Any) -> Iterator[Line]:
        kind = asked.what.removeprefix("on:")
        node = self.piece.program.nodes.get(asked.what)
        if kind != asked.what:
            taken = "no handler is for it" if answer.index is None else "a handler takes over"
            yield Line(asked.now, "branch", f"on {kind}: {taken}", answer.reason)
        elif node is not None and isinstance(node.step, ChooseStep):
            branch = None if answer.index is None else node.step.choose[answer.index]
            words = (
                "goes on, no branch holds"
                if branch is None
                else f"takes `{branch.when.strip()}`"
                if branch.when
                else "takes the other way"
            )
            yield Line(asked.now, "branch", f"{node.name}: {words}", answer.reason, step=node.name)
        elif node is not None and answer.index is None:
            yield Line(asked.now, "branch", f"{node.name}: left out", answer.reason, step=node.name)

    def _happened(self, incident: Any, event: Any) -> Line:
        who = f" from {incident.who}" if incident.who else ""
        said = incident.data.get("kind")
        words = f"{incident.word}{f' {said}' if said else ''}{who}"
        return Line(event.occurred_at, "event", words, event.reason, contact=event.contact)

    def _answered(self, task: Task, outcome: str, fields: Mapping[str, Any], at: datetime) -> Line:
        told = ", ".join(f"{name} {value}" for name, value in fields.items())
        return Line(at, "answer", f"{task.step}: {outcome}", told, step=task.step)


def _slots(node: Node) -> str:
    if isinstance(node.step, NotifyStep):
        return ", ".join(node.step.to)
    return step_player(node.step) or ""

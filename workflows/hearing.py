"""What a run listens for: the kinds of events its play can hear at all, and those that matter where it stands.

Changes of state only. What an event then does is `attending.py`.
"""

from typing import Final

from plays.base import RESUME_AS_ASKED
from plays.model import GatherStep, PlayStep, WaitStep
from plays.program import Node
from workflows.messages import EventIn
from workflows.standing import Standing
from workflows.state import Cursor

SEEN_KEPT: Final = 500  # event ids; the long memory is the inbox's unique key
PENDING_KEPT: Final = 200
TASK_DONE: Final = "task.done"
RUN_ENDED: Final = "run.ended"
ANCHOR_MOVED: Final = "anchor.moved"


class Hearing(Standing):
    """Events between their signal and the main loop."""

    def hear(self, event: EventIn) -> bool:
        """Keep an event for the main loop. False for one already seen, or of a kind nothing in the play waits for."""
        state = self.state
        if event.id in state.seen or not self._ever_heard(event):
            return False
        state.seen = [*state.seen, event.id][-SEEN_KEPT:]
        state.pending = [*state.pending, event][-PENDING_KEPT:]
        return True

    def retimes(self, event: EventIn) -> bool:
        """True if the event may move an anchor on which a step of this play hangs."""
        moving = event.kind == ANCHOR_MOVED or event.kind in self.program.play.anchors.values()
        return moving and any(node.step.at is not None for node in self.program.nodes.values())

    def _ever_heard(self, event: EventIn) -> bool:
        kind = event.kind
        if kind == TASK_DONE or kind in self.program.handlers or self.retimes(event):
            return True
        nodes = self.program.nodes.values()
        return self.hastens(event) or any(_names(node, kind) or _has_child(node, kind) for node in nodes)

    def hastens(self, event: EventIn) -> bool:
        """True if another run has ended for which this one may be waiting at the gate."""
        return event.kind == RUN_ENDED and any(cursor.until is not None for cursor in self.everywhere)

    def waiting(self, event: EventIn) -> list[Cursor]:
        """The places at which the run waits for this event: waits, gatherings, a child that has ended."""
        return [cursor for cursor in self.moving if self._waits_for(cursor, event)]

    def _waits_for(self, cursor: Cursor, event: EventIn) -> bool:
        node = self.node_at(cursor)
        if node is None or not _names(node, event.kind):
            return cursor.child is not None and event.kind == RUN_ENDED and event.data.get("workflow") == cursor.child
        open_items = {item.name for item in cursor.items if item.came is None}
        return node.kind == "wait" or event.kind in open_items

    def listens(self, event: EventIn) -> bool:
        """True if the event is to be acted on now, whatever else goes on."""
        if event.kind == TASK_DONE or self.retimes(event) or self.hastens(event) or self.waiting(event):
            return True
        handled = any(frame.kind == event.kind and frame.handler_end is None for frame in self.state.frames)
        patient = self.state.step == RESUME_AS_ASKED  # may wait for weeks: who writes meanwhile is answered meanwhile
        return event.kind in self.program.handlers and (patient or not handled)

    def next_event(self) -> EventIn | None:
        """The oldest event to be acted on now; it stays pending until `settle`. None while one needs an operator."""
        if self.troubled is not None:
            return None
        return next((event for event in self.state.pending if self.listens(event)), None)

    def settle(self, event: EventIn) -> None:
        """The event was acted on."""
        self.state.pending = [other for other in self.state.pending if other.id != event.id]

    def forget_unheard(self) -> None:
        """Before a touch: events only a later wait would hear are older than what it waits for.

        Those that another track, or the place a handler took over from, may still wait for are kept.
        """
        if not self.state.pending:
            return
        here = self.state.track
        elsewhere = [node for node in self.program.nodes.values() if node.track != here] if self.state.strands else []
        framed = [node for frame in self.state.frames if (node := self.node_at(frame)) is not None]
        kept = {TASK_DONE, *self.program.handlers}
        others = [*elsewhere, *framed]
        self.state.pending = [
            event for event in self.state.pending if event.kind in kept or any(_names(o, event.kind) for o in others)
        ]


def _names(node: Node, kind: str) -> bool:
    """True for a wait or a gathering that names this kind of event."""
    return isinstance(node.step, WaitStep | GatherStep) and kind in node.step.events


def _has_child(node: Node, kind: str) -> bool:
    return kind == RUN_ENDED and isinstance(node.step, PlayStep) and node.step.how == "child"

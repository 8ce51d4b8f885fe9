"""After a referral the play begins anew (base contract B4): with the new person, not once more with all the others.

Looks at the touches of the run only; where the play goes on is `workflows/`, who stands in for whom `audience.py`.
"""

from activities.lateness import Bar
from activities.scene import Scene
from plays.base import THANK_REFERRER
from plays.events import TouchState
from plays.program import Node
from records.tables import Contact


def told_before(scene: Scene, node: Node, contact: Contact | None) -> Bar | None:
    """Why a step of the main line is not made again: this person had it before the play began anew."""
    if contact is None or node.on is not None:
        return None
    anew = max((one.created_at for one in scene.touches if one.step == THANK_REFERRER), default=None)
    if anew is None:
        return None
    had = any(
        (one.step, one.contact, one.state) == (node.name, contact.id, TouchState.MADE) and one.created_at <= anew
        for one in scene.touches
    )
    return Bar("again", "they had it before the play began anew with somebody else") if had else None

"""Addresses of Temporal's Web UI for what a command speaks of."""

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from settings import Settings

DEFAULT_UI = "http://127.0.0.1:8233"


def _namespace(settings: "Settings") -> str:
    ui = (settings.temporal_ui or DEFAULT_UI).rstrip("/")
    return f"{ui}/namespaces/{quote(settings.temporal_namespace, safe='')}"


def run_link(settings: "Settings", workflow_id: str) -> str:
    """The page of one run's newest Temporal run; the slash of `play/account` is escaped, as the UI wants it."""
    return f"{_namespace(settings)}/workflows/{quote(workflow_id, safe='')}"


def list_link(settings: "Settings", query: str = "") -> str:
    """The list of runs, filtered by a visibility query such as `Play="usage-drop"`."""
    return f"{_namespace(settings)}/workflows" + (f"?query={quote(query, safe='')}" if query else "")

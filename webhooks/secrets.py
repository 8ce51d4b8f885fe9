"""The secrets of a local stack: made once, kept in `.setpiece/secrets.json`, readable by their owner alone.

A real installation sets SETPIECE_WEBHOOK_SECRETS and SETPIECE_LINK_SECRET instead.
"""

import base64
import json
import os
import secrets
from pathlib import Path
from typing import Final

FILE: Final = "secrets.json"
DEMO_SOURCE: Final = "demo"


def ensure_secrets(folder: Path) -> None:
    """Create the file with a secret for the source `demo` and one for unsubscribe links, unless it is there.

    Two starts at the same moment make one file: whoever comes second keeps the first's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / FILE
    if target.exists():
        return
    draft = folder / f".{FILE}.{os.getpid()}.{secrets.token_hex(4)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump({"webhook_secrets": {DEMO_SOURCE: [new_secret()]}, "link_secret": secrets.token_urlsafe(32)}, file)
    try:
        os.link(draft, target)
    except FileExistsError:
        pass  # the other start was quicker, and its secrets may be in use already
    finally:
        draft.unlink()


def new_secret() -> str:
    """A webhook secret of 256 bits in the form of Standard Webhooks."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode("ascii")

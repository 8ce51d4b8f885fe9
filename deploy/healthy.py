"""Exit code 0 while the webhooks of this container take events. Standard library only: Docker asks every 10 seconds."""

import os
import sys
import urllib.error
import urllib.request

SECONDS = 4.0


def main() -> int:
    """Ask `GET /healthz` on this machine."""
    port = int(os.environ.get("SETPIECE_WEBHOOKS_PORT", "8080"))
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=SECONDS) as answer:
            return 0 if answer.status == 200 else 1
    except (OSError, urllib.error.URLError) as error:
        print(f"the webhooks do not answer on port {port}: {error}", file=sys.stderr)  # noqa: T201
        return 1


if __name__ == "__main__":
    sys.exit(main())

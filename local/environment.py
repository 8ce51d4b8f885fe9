"""What the children of the stack get to see of the environment: little, and always the same."""

from collections.abc import Mapping

# Where programs are, whose they are, where temporary files and certificates go. No TZ: instants are UTC here.
NEEDED = ("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")
OURS = ("SETPIECE_", "TEMPORAL_")


def minimal(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of a part: Postgres, Temporal, the mail sink."""
    return {name: environ[name] for name in NEEDED if name in environ} | {"LC_ALL": "C.UTF-8", "PYTHONUNBUFFERED": "1"}


def of_application(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of a worker or the webhooks: a part's, and the settings the operator has given."""
    return minimal(environ) | {name: value for name, value in environ.items() if name.startswith(OURS)}

"""Where the stack's parts are: read from the environment when they are somebody else's, written to `stack.json`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from temporalio.envconfig import ClientConfig

from local.errors import LocalError

TEMPORAL_SET_BY = ("TEMPORAL_ADDRESS", "TEMPORAL_PROFILE", "TEMPORAL_CONFIG_FILE")


@dataclass(frozen=True)
class External:
    """The parts the operator has put in place of ours; `temporal` is (address, namespace)."""

    database_url: str | None
    temporal: tuple[str, str] | None
    smtp_url: str | None

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Self:
        """Read DATABASE_URL, SMTP_URL and Temporal's own environment configuration.

        Raises:
            LocalError: Temporal's configuration names a profile or file that cannot be used.
        """
        return cls(environ.get("DATABASE_URL") or None, _temporal(environ), environ.get("SMTP_URL") or None)


@dataclass(frozen=True)
class Addresses:
    """One address a part; `temporal_ui` and `inbox` are None where the part is not ours."""

    temporal: str
    namespace: str
    temporal_ui: str | None
    database_url: str
    smtp_url: str
    inbox: str | None
    webhooks: str

    def as_file(self, pids: Mapping[str, int]) -> dict[str, Any]:
        """The content of `stack.json`."""
        return {
            "temporal": {"address": self.temporal, "namespace": self.namespace, "ui": self.temporal_ui},
            "database_url": self.database_url,
            "smtp_url": self.smtp_url,
            "inbox": self.inbox,
            "webhooks": self.webhooks,
            "pids": dict(pids),
        }

    def environment(self, *, external_temporal: bool) -> dict[str, str]:
        """The same for a process of ours. An external Temporal keeps its own variables: keys, TLS, profile."""
        port = self.webhooks.rsplit(":", 1)[1]
        found = {"DATABASE_URL": self.database_url, "SMTP_URL": self.smtp_url, "SETPIECE_WEBHOOKS_PORT": port}
        if not external_temporal:
            found |= {"TEMPORAL_ADDRESS": self.temporal, "TEMPORAL_NAMESPACE": self.namespace}
        return found


def _temporal(environ: Mapping[str, str]) -> tuple[str, str] | None:
    """The address and namespace Temporal's own loader finds, when one of its variables is set."""
    if not any(environ.get(name) for name in TEMPORAL_SET_BY):
        return None
    try:
        found = ClientConfig.load_client_connect_config(override_env_vars=dict(environ))
    except RuntimeError as error:
        set_by = ", ".join(name for name in TEMPORAL_SET_BY if environ.get(name))
        raise LocalError(f"Temporal's configuration ({set_by}) cannot be used: {error}") from error
    return found.get("target_host") or "localhost:7233", found.get("namespace") or "default"

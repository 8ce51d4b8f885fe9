"""Where a rehearsal finds its servers: the ones that run here, or a stack of its own in a folder that goes with it."""

import contextlib
import logging
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter

from local.stack import Stack
from records.schema import upgrade
from settings import Settings


@dataclass(frozen=True)
class Servers:
    """A database, a Temporal client, and the settings that name them."""

    database_url: str
    client: Client
    settings: Settings
    own: bool  # they go with the rehearsal: nothing live is in them


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Temporal's core and worker keep their warnings to themselves: what matters stands in the chronology."""
    quiet = LoggingConfig(filter=TelemetryFilter(core_level="ERROR", other_level="ERROR"))
    Runtime.set_default(Runtime(telemetry=TelemetryConfig(logging=quiet)), error_if_already_set=False)
    logger = logging.getLogger("temporalio")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)


@contextlib.asynccontextmanager
async def own_stack(settings: Settings, tell: Callable[[str], None]) -> AsyncIterator[Servers]:
    """Postgres and Temporal for this rehearsal alone, up in two seconds, gone at its end. Raises LocalError."""
    tell("Nothing runs here: starting a Postgres and a Temporal for this rehearsal …")
    with tempfile.TemporaryDirectory(prefix="setpiece-rehearsal-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # Postgres may have to run as another user
        async with Stack(Path(folder) / "stack", ports="free", environ={}) as stack:
            url = stack.addresses.database_url
            await upgrade(url)
            client = await Client.connect(stack.temporal.address, data_converter=pydantic_data_converter)
            known = settings.model_copy(update={"temporal_ui": stack.temporal.ui, "temporal_namespace": "default"})
            yield Servers(url, client, known, own=True)

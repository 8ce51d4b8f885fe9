"""What Temporal's workflow sandbox lets through, in one list with a reason each.

The sandbox imports a workflow's modules anew for every run and watches them for clocks, randomness and I/O. Modules
passed through are shared by all runs and not watched.
"""

from typing import Final

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

MODELS: Final = {
    "plays": "pure data and rules, held to it by import-linter; a thousand runs share one program",
    "activities.contracts": "pydantic models only: made anew for every run they cost 1.2 MB and 65 ms of CPU",
    "workflows.messages": "pydantic models only, as above",
    "structlog": "keeps its configuration in module state: anew it would forget where logs go",
}

# Measured, 1,000 parked runs: 336 MB and 38 ms of CPU a run when the interpreter is imported for each of them, 97 MB
# and 13 ms when it is shared. Its modules hold no state, and every test runs with them watched.
INTERPRETER: Final = tuple(
    f"workflows.{module}"
    for module in ("acting", "attending", "handlers", "play", "run", "showing", "steps", "waiting")
)


def watched() -> SandboxedWorkflowRunner:
    """The interpreter is watched: every test runs under this one."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*MODELS))


def shared() -> SandboxedWorkflowRunner:
    """In production the interpreter is shared by all runs too. A hand-written play stays watched."""
    return SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules(*MODELS, *INTERPRETER)
    )

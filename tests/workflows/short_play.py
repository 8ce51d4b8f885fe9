"""A play whose histories are short, to see runs go on as new."""

from collections.abc import Sequence

from temporalio import workflow
from temporalio.common import RawValue

from workflows.messages import RunResult
from workflows.play import PlayWorkflow


@workflow.defn(dynamic=True)
class ShortPlayWorkflow(PlayWorkflow):
    """Goes on as new after every few events."""

    most_events = 25

    @workflow.init
    def __init__(self, args: Sequence[RawValue]) -> None:
        super().__init__(args)

    @workflow.run
    async def run(self, args: Sequence[RawValue]) -> RunResult:
        """As the play itself."""
        return await super().run(args)

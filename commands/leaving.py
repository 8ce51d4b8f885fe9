"""Ends a process that spoke to Temporal.

Threads of Temporal's core may still be giving back Python objects then; met by a finalizing interpreter they abort the
process ("PyGILState_Release …", exit code 134, after every second update). So a command that spoke to Temporal, or the
worker, leaves without finalizing: everything it opened is closed by then.
"""

import os
import sys
from typing import Any, NoReturn


def run(app: Any, program: str) -> None:
    """Run the application and end with its exit code."""
    try:
        app(prog_name=program)
    except SystemExit as end:
        if "temporalio.bridge.client" not in sys.modules:
            raise
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    else:
        code = 0
    leave(code)


def leave(code: int) -> NoReturn:
    """Say what is still to be said, and end at once with this exit code."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:  # the reader of a pipe has gone
            continue
    os._exit(code)

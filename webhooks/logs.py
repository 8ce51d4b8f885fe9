"""Log lines of the webhooks process: JSON, one a line, ids only. Errors by type and place, never by their words,
which may quote an address or a row.
"""

import logging
import traceback
from typing import Any, Final

import structlog

FRAMES: Final = 3


def configure() -> None:
    """JSON on stdout for our own lines, warnings and worse of the libraries on stderr. Called by the entry point."""
    handler = logging.StreamHandler()
    handler.setFormatter(Discreet("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )


class Discreet(logging.Formatter):
    """Tracebacks of libraries as type and place."""

    def formatException(self, ei: Any) -> str:  # the library's name
        """One line."""
        return f"{ei[0].__name__} at {origin(ei[1])}"


def origin(error: BaseException) -> str:
    """The innermost places of an error, e.g. `router.py:154 rules.py:60`, without its message."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return " ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames)

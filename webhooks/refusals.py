"""Answers to requests we do not take: a status and a sentence, nothing about our insides."""

from fastapi import Request
from fastapi.responses import JSONResponse


class Refusal(Exception):
    """Ends a request. `sentence` is for the sender; `close` gives up the connection (unread body)."""

    def __init__(self, status: int, sentence: str, *, retry_after: int | None = None, close: bool = False) -> None:
        self.status = status
        self.sentence = sentence
        self.headers: dict[str, str] = {}
        if retry_after is not None:
            self.headers["Retry-After"] = str(retry_after)
        if close:
            self.headers["Connection"] = "close"
        super().__init__(sentence)


async def answer_refusal(request: Request, refusal: Exception) -> JSONResponse:
    """The exception handler of the app."""
    assert isinstance(refusal, Refusal)  # noqa: S101  # registered for this type alone
    return JSONResponse({"error": refusal.sentence}, status_code=refusal.status, headers=refusal.headers)


def not_stored() -> Refusal:
    """Postgres did not take the event: the sender keeps it and comes again (B2)."""
    return Refusal(503, "not stored: our database does not answer; nothing was taken, send it again", retry_after=5)

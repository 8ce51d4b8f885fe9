"""`python -m webhooks.mail.child`: reads mails from standard input, writes what they mean, until the input ends.

Started by `apart.py`. It has no settings and no database; its memory is bounded.
"""

import contextlib
import sys

from webhooks.mail.apart import read, write
from webhooks.meaning.understand import understand

MEMORY = 1536 * 1024 * 1024  # bytes of address space


def bound() -> None:
    """Have the system refuse more memory, where it can."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def main() -> None:
    """Answer each mail with its Meaning, or with the type of the error it causes."""
    bound()
    while True:
        try:
            raw, received = read(sys.stdin.buffer)
        except EOFError:
            return
        try:
            answer: object = understand(raw, received)
        except Exception as error:
            answer = type(error).__name__
        write(sys.stdout.buffer, answer)


if __name__ == "__main__":
    main()

"""Which loopback ports the parts get: the usual ones while they are free, otherwise free ones."""

import os
import random
import socket
from pathlib import Path
from typing import Literal

LOOPBACK = "127.0.0.1"
BELOW_EPHEMERAL = range(20_000, 32_000)  # the kernel does not give these to outgoing connections in the meantime

PortChoice = Literal["usual", "free"]
_handed_out: set[int] = set()
_random = random.SystemRandom()


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket() as probe:
        # Connections of a server that just ended linger in TIME_WAIT; they do not keep its port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return not answers(port)  # macOS lets us bind beside somebody who listens on all addresses


def answers(port: int, timeout: float = 1.0) -> bool:
    """Whether somebody accepts connections on this port of 127.0.0.1; `timeout` in seconds."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=timeout).close()
    except OSError:
        return False
    return True


def choose(usual: int, choice: PortChoice) -> int:
    """The usual port if it is wanted and free, otherwise a free one that was not handed out before."""
    if choice == "usual" and usual not in _handed_out and is_free(usual):
        return usual
    while True:
        port = _random.choice(BELOW_EPHEMERAL)
        if port not in _handed_out and is_free(port):
            _handed_out.add(port)
            return port


def is_held_by(port: int, pid: int) -> bool:
    """Whether this process listens on the port, so that nobody else's server is taken for it.

    Where the system does not tell (macOS, a process of another user) it is believed.
    """
    table = Path("/proc/net/tcp")
    if not table.exists():
        return True
    rows = [row.split() for row in table.read_text().splitlines()[1:]]
    listening = {f"socket:[{row[9]}]" for row in rows if row[3] == "0A" and int(row[1].partition(":")[2], 16) == port}
    try:
        return any(os.readlink(file) in listening for file in Path(f"/proc/{pid}/fd").iterdir())
    except PermissionError:
        return True
    except FileNotFoundError:  # it has ended, or closed a file while we looked
        return False

#!/usr/bin/env python3
"""What ops type: `./starter.py --help`. It only gathers the commands of `commands/`, one file a noun.

Started with a Python that lacks the libraries, it hands over to the .venv that `make run` made.
"""

import os
import sys
from pathlib import Path

VENV_PYTHON = Path(__file__).resolve().parent / ".venv" / "bin" / "python"

try:
    from commands.gathered import app
    from commands.leaving import run
except ModuleNotFoundError as missing:
    if missing.name != "typer" or not VENV_PYTHON.exists():
        sys.exit(f"The library '{missing.name}' is not installed here. Install everything once with: make run")
    os.execv(VENV_PYTHON, [str(VENV_PYTHON), *sys.argv])  # noqa: S606  # no shell, our own interpreter

if __name__ == "__main__":
    run(app, "starter.py")

"""Workflow code sees no driver and keeps no state between runs."""

import importlib
import subprocess
import sys

from workflows.sandbox import INTERPRETER

DRIVERS = (
    "sqlalchemy",
    "asyncpg",
    "httpx",
    "aiosmtplib",
    "fastapi",
    "liquid",
    "cel_expr_python",
    "smtplib",
    "records",
    "settings",
)


def test_the_interpreter_imports_no_driver() -> None:
    program = f"import sys, workflows.play, workflows.starting; print([n for n in {DRIVERS} if n in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_modules_that_all_runs_share_hold_nothing_that_can_change() -> None:
    changing = {
        f"{name}.{key}"
        for name in INTERPRETER
        for key, value in vars(importlib.import_module(name)).items()
        if not key.startswith("__") and isinstance(value, list | set | bytearray)
    }
    assert changing == set()

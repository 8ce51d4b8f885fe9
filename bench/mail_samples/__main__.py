"""`SETPIECE_MAIL_SAMPLES=/folder python -m bench.mail_samples [--json] [-v]`: how well real samples are read.

One table, a line a figure; exit code 1 when a target is missed. The samples are not part of the repository: a folder of
folders, each with a `manifest.json` that says what is expected.
"""

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bench.mail_samples import mails, webhooks
from bench.mail_samples.figures import Figure

VARIABLE: Final = "SETPIECE_MAIL_SAMPLES"


def main() -> int:
    """Measure, print, and say by the exit code whether every target was reached: 0 yes, 1 no, 2 nothing to measure."""
    asked = _asked()
    named = os.environ.get(VARIABLE, "")
    if not named or not Path(named).is_dir():
        problem = f"{named} is no folder" if named else "it is not set"
        sys.stderr.write(
            f"{VARIABLE} names the folder with the samples of mail, but {problem}. "
            f"Set it, e.g. {VARIABLE}=../samples python -m bench.mail_samples\n"
        )
        return 2
    found = [*mails.figures(Path(named)), *webhooks.figures(Path(named))]
    if asked.json:
        print(json.dumps([{**asdict(one), "share": one.share, "missed": one.missed} for one in found], indent=1))
    else:
        _print(found, asked.verbose)
    return 1 if any(one.missed for one in found) else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.mail_samples", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("-v", "--verbose", action="store_true", help="list what came out wrong")
    return parser.parse_args()


def _print(found: list[Figure], verbose: bool) -> None:
    console = Console()
    table = Table("figure", "right", "of", "share", "target", "")
    for one in found:
        target = "" if one.target is None else f"{one.target:.0%}"
        table.add_row(one.name, str(one.right), str(one.of), f"{one.share:.1%}", target, "missed" if one.missed else "")
    console.print(table)
    for one in found if verbose else ():
        for line in one.wrong:
            console.print(f"[bold]{escape(one.name)}[/]  {escape(line)}", soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())

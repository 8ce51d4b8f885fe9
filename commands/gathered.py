"""The one Typer application: every noun's commands under their names, and what happens when one fails."""

from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup

from commands.failures import in_words
from commands.output import examples, tell

# In the order of the help: (module, name of the group). Without a name its commands stand at the top level.
NOUNS: Final = (
    ("up", None),
    ("tour", None),
    ("accounts", None),
    ("directory", None),
    ("plays", "plays"),
    ("rehearse", None),
    ("start", None),
    ("signal", None),
    ("moving", "runs"),
    ("tasks", "tasks"),
    ("inbox", "inbox"),
    ("mail", "mail"),
    ("doubts", "doubts"),
    ("correct", None),
    ("holds", "holds"),
    ("suppress", "suppress"),
    ("domains", "domains"),
    ("kill", "kill"),
    ("db", "db"),
)


class Desk(TyperGroup):
    """Turns every error into one sentence on standard error and an exit code (docs/cli.md)."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command. Typer's own exits and wrong-usage messages pass through."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort, EOFError, BrokenPipeError):
            raise
        except KeyboardInterrupt:
            tell("Interrupted.")
            raise typer.Exit(130) from None
        except Exception as error:
            if hasattr(error, "format_message"):  # Typer's own: wrong option, missing argument
                raise
            failure = in_words(error)
            tell(failure.sentence)
            raise typer.Exit(failure.code) from error


def gather() -> typer.Typer:
    """Every command under its noun. The modules import nothing heavy: `--help` answers at once."""
    app = typer.Typer(
        cls=Desk,
        help="Setpiece: run account-based-marketing plays. Begin with `make run`, then `./starter.py tour`.",
        epilog=examples("up --samples", "start usage-drop --account acme", "runs show usage-drop/acme", "tasks list"),
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
    )
    for module, name in NOUNS:
        app.add_typer(import_module(f"commands.{module}").app, name=name)
    return app


app = gather()

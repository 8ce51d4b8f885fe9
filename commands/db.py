"""`starter.py db …`: the database's schema."""

import typer

from commands.output import Json, examples, say, show_json

app = typer.Typer(help="The database: bring its schema up to date.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keeps `db upgrade` two words, though `upgrade` is the only command of its group."""


@app.command(epilog=examples("db upgrade"))
def upgrade(as_json: Json = False) -> None:
    """Apply the migrations that are missing. Safe to run again, and from several machines at once."""
    from commands.connections import House, with_house
    from commands.failures import START_ALL, Unreachable
    from records import schema

    async def work(house: House) -> str:
        url = house.settings.database_url
        if url is None:
            raise Unreachable(f"No database is known: nothing runs here and DATABASE_URL is not set. {START_ALL}")
        async with house.session():
            pass
        return await schema.upgrade(url.get_secret_value())

    sentence = with_house(work)
    if as_json:
        show_json({"sentence": sentence})
    else:
        say(sentence)

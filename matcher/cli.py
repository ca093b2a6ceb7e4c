"""The `dancecard` command."""

from __future__ import annotations

from typing import Annotated

import typer

from matcher.commands import knowledge, matching
from matcher.commands.console import KbOption

app = typer.Typer(
    name="dancecard",
    help="Find, explain and vet partners for social marketing programmes. Works offline, on your own data.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.command("match")(matching.match)
app.command("init")(knowledge.init)
app.command("import")(knowledge.import_files)
app.command("show")(knowledge.show)
app.command("search")(knowledge.search)
app.command("export")(knowledge.export)
app.command("briefs")(knowledge.briefs)
app.command("batches")(knowledge.batches)
app.command("undo")(knowledge.undo)
app.command("history")(knowledge.history)
app.command("duplicates")(knowledge.duplicates)
app.command("merge")(knowledge.merge)


@app.command("app")
def serve(
    kb: KbOption = None,
    port: Annotated[int | None, typer.Option(help="Port on 127.0.0.1; the next free one when not given.")] = None,
    browser: Annotated[bool, typer.Option(help="Open a browser window.")] = True,
) -> None:
    """Serve the dashboard on this machine."""
    from importlib import import_module

    from kb.engine import default_url

    launch = import_module("dashboard.launch")
    raise typer.Exit(launch.run(kb or default_url(), port, browser))


def main() -> None:
    """Run the command line."""
    app()

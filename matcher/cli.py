"""The `dancecard` command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from kb.engine import default_url
from kb.observing import FILE_VARIABLE, LEVEL_VARIABLE, LEVELS, configure_log
from matcher.commands import (
    bulk,
    evaluating,
    keeping,
    knowledge,
    learning,
    matching,
    operating,
    partnering,
    planning,
    sharding,
    vetting,
)
from matcher.commands.console import KbOption, fail

app = typer.Typer(
    name="dancecard",
    help="Find, explain and vet partners for social marketing programmes. Works offline, on your own data.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def prepare(
    context: typer.Context,
    log: Annotated[
        str | None,
        typer.Option(envvar=LEVEL_VARIABLE, help=f"Write a log, one JSON object a line: {', '.join(LEVELS)}."),
    ] = None,
    log_file: Annotated[
        str | None, typer.Option(envvar=FILE_VARIABLE, help="Write the log here; to standard error when not given.")
    ] = None,
) -> None:
    """Find, explain and vet partners for social marketing programmes. Works offline, on your own data."""
    try:
        configure_log(log, log_file)
    except ValueError as error:
        fail(str(error))
    context.obj = {LEVEL_VARIABLE: log or "", FILE_VARIABLE: log_file or ""}


app.command("match")(matching.match)
app.command("exchange")(partnering.exchange)
app.command("coalition")(partnering.coalition)
planning.register(app)
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
keeping.register(app)
operating.register(app)
app.command("infer")(evaluating.infer)
app.command("learn")(learning.learn)
app.add_typer(evaluating.evaluate, name="evaluate")
app.command("vet")(vetting.vet)
app.add_typer(vetting.watchlists, name="watchlists")
app.add_typer(sharding.shards, name="shards")
app.add_typer(bulk.bulk, name="bulk")


@app.command("app")
def serve(
    context: typer.Context,
    kb: KbOption = None,
    port: Annotated[int | None, typer.Option(help="Port on 127.0.0.1; the next free one when not given.")] = None,
    browser: Annotated[bool, typer.Option(help="Open a browser window.")] = True,
    secrets: Annotated[
        Path | None, typer.Option(help="secrets.toml by which people sign in; see docs/sign_in.md.")
    ] = None,
) -> None:
    """Serve the dashboard on this machine."""
    options = [] if port is None else ["--port", str(port)]
    options += ["--browser"] if browser else []
    options += ["--secrets", str(secrets)] if secrets else []
    command = [sys.executable, "-P", "-m", "dashboard.launch", kb or default_url(), *options]
    raise typer.Exit(subprocess.run(command, check=False, env={**os.environ, **context.obj}).returncode)


def main() -> None:
    """Run the command line."""
    app()

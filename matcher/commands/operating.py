"""`dancecard status`: is everything ready, once or as an address that can be asked."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.markup import escape

from matcher.commands.console import DEFAULT_MODEL, KbOption, ModelOption, fail, open_existing, out
from matcher.readiness import Opened, State, readiness
from matcher.readiness_server import HOST, make_server, readiness_data

MARKS = {State.OK: "[green]ok[/]", State.WARNING: "[yellow]warning[/]", State.FAILED: "[bold red]failed[/]"}


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("status")(status)


def status(
    kb: KbOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    serve: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, metavar="PORT", help="Answer /health and /ready on 127.0.0.1 until interrupted; 0: any."
        ),
    ] = None,
    model: ModelOption = DEFAULT_MODEL,
) -> None:
    """Check knowledge base, search, storage, model and watchlists; status 1 when one failed."""
    opened = Opened(lambda: open_existing(kb, model))
    if serve is not None:
        _serve(serve, opened)
        return
    found = readiness(opened)
    if as_json:
        typer.echo(json.dumps(readiness_data(found), ensure_ascii=False, indent=2))
    else:
        for check in found.checks:
            out.print(f"{MARKS[check.state]}  {check.name}: {escape(check.detail)}", soft_wrap=True, highlight=False)
    if not found.ready:
        raise typer.Exit(1)


def _serve(port: int, opened: Opened) -> None:
    try:
        server = make_server(port, lambda: readiness(opened))
    except OSError as error:
        fail(f"port {port} cannot be used: {error.strerror}; choose another")
    with server:
        out.print(f"http://{HOST}:{server.server_port}/ready and /health; stop with Ctrl+C", highlight=False)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            out.print("stopped")

"""What every command shares: options, progress bars, and errors in plain words."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from kb.errors import KbError
from kb.importing.parsed import Progress as Report
from matcher.api import open_matcher
from matcher.encoder import BUNDLED
from matcher.errors import MatcherError
from matcher.service import Matcher

out = Console()
err = Console(stderr=True)

KbOption = Annotated[
    str | None,
    typer.Option(
        "--kb",
        envvar="DANCECARD_KB",
        help="Knowledge base: a file path or database URL.",
        show_default="your data folder",
    ),
]
ModelOption = Annotated[
    str,
    typer.Option("--model", envvar="DANCECARD_MODEL", help="Embedding model: bundled, a folder, or a Hugging Face id."),
]
DEFAULT_MODEL = BUNDLED


def open_existing(kb: str | None, model: str = DEFAULT_MODEL) -> Matcher:
    """Open the knowledge base that was named, which must exist, or the one in the user's data folder."""
    return open_matcher(kb, model=model, create=kb is None)


def fail(message: str) -> NoReturn:
    """Say what is wrong on standard error and leave with status 1."""
    err.print(f"[bold red]error:[/] {message}", highlight=False, markup=True, soft_wrap=True)
    raise typer.Exit(1)


@contextmanager
def plain_failures() -> Iterator[None]:
    """Show the product's own errors without a traceback."""
    try:
        yield
    except (KbError, MatcherError) as error:
        from rich.markup import escape

        fail(escape(str(error)))


@contextmanager
def progress_bar() -> Iterator[Report]:
    """Show bars on standard error while something long runs; silent where it is not a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not sys.stderr.isatty()) as bars:
        tasks: dict[str, int] = {}

        def report(what: str, done: int, total: int | None) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(bars.task_ids[list(tasks).index(what)], completed=done, total=total)

        yield report

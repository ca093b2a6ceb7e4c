"""`dancecard bulk`: many briefs, all pairs, all texts, here or on Dask workers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.markup import escape

from kb.engine import default_url
from kb.knowledge_base import KnowledgeBase
from matcher.bulk.briefs import load_briefs, match_many
from matcher.bulk.pair_file import write_pairs
from matcher.bulk.place import Model, Where, opened
from matcher.commands.console import (
    DEFAULT_MODEL,
    KbOption,
    ModelOption,
    open_existing,
    out,
    plain_failures,
    progress_bar,
)
from matcher.service import Matcher

if TYPE_CHECKING:
    from matcher.bulk.cluster import Cluster

bulk = typer.Typer(help="Many briefs, all pairs, all texts at once; on this machine, or spread over workers.")

Scheduler = Annotated[
    str | None,
    typer.Option(
        help="Spread the work over a Dask scheduler's workers, e.g. tcp://127.0.0.1:8786; here when not given."
    ),
]
Top = Annotated[int, typer.Option(min=1, max=1000, help="How many partners for each.")]
Host = Annotated[
    str, typer.Option(help="Address to listen on. Whoever reaches it can run code: only a private network's, with TLS.")
]


@bulk.command("match")
def match(
    briefs: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder with brief files (YAML or JSON).")],
    result: Annotated[Path, typer.Option("--out", help="File to write: .csv (a line a candidate) or .jsonl.")],
    kb: KbOption = None,
    top: Top = 50,
    scheduler: Scheduler = None,
    model: ModelOption = DEFAULT_MODEL,
) -> None:
    """Rank partners for every brief of a folder; a run that was stopped goes on where it was."""
    with plain_failures(), progress_bar() as progress, _workers(scheduler) as workers:
        wanted = load_briefs(briefs)
        there = match_many(_where(kb, model), wanted, result, count=top, workers=workers, progress=progress)
    _say(f"Ranked {len(wanted):,} briefs into {result}{_resumed(there)}.")


@bulk.command("pairs")
def pairs(
    result: Annotated[Path, typer.Option("--out", help="CSV file to write.")],
    kb: KbOption = None,
    top: Top = 50,
    scheduler: Scheduler = None,
    model: ModelOption = DEFAULT_MODEL,
) -> None:
    """Find the best partners of every organization among all others; a run that was stopped goes on where it was."""
    with plain_failures(), progress_bar() as progress, _workers(scheduler) as workers:
        there = write_pairs(_where(kb, model), result, count=top, workers=workers, progress=progress)
    _say(f"Wrote the best {top} of every organization into {result}{_resumed(there)}.")


@bulk.command("encode")
def encode(kb: KbOption = None, scheduler: Scheduler = None, model: ModelOption = DEFAULT_MODEL) -> None:
    """Encode every text that has no vector yet, and write the columns; what is encoded is kept when it is stopped."""
    with plain_failures(), progress_bar() as progress, _workers(scheduler) as workers:
        where = _where(kb, model)
        matcher = opened(where)
        if workers is not None:
            from matcher.bulk.cluster import ClusterEncoder

            matcher = Matcher(KnowledgeBase.open(where.address, create=False), ClusterEncoder(workers, where.encoder))
        columns = matcher.columns(progress)
    _say(f"Columns of {int(columns.alive.sum()):,} organizations and {len(columns.engagement_numbers):,} engagements.")


@bulk.command("scheduler")
def scheduler(
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8786, host: Host = "127.0.0.1"
) -> NoReturn:
    """Run a Dask scheduler until interrupted."""
    _run("distributed.cli.dask_scheduler", "--port", str(port), *_listening(host))


@bulk.command("worker")
def worker(
    address: Annotated[str, typer.Argument(metavar="SCHEDULER", help="e.g. tcp://127.0.0.1:8786")],
    host: Host = "127.0.0.1",
) -> NoReturn:
    """Run a worker on one thread until interrupted; it must be able to open the knowledge base under the same name."""
    one_thread = ("--nthreads", "1", "--nworkers", "1", "--no-nanny", "--memory-limit", "0")
    _run("distributed.cli.dask_worker", address, *one_thread, *_listening(host))


def _listening(host: str) -> tuple[str, ...]:
    """Return the options that keep a process of Dask to one address, its page of figures too."""
    return "--host", host, "--no-dashboard", "--dashboard-address", f"{host}:0"


def _run(module: str, *options: str) -> NoReturn:
    from matcher.bulk.cluster import refuse_without_dask

    with plain_failures():
        refuse_without_dask()
    raise typer.Exit(subprocess.run([sys.executable, "-m", module, *options], check=False).returncode)


@contextmanager
def _workers(scheduler: str | None) -> Iterator[Cluster | None]:
    if scheduler is None:
        yield None
        return
    from matcher.bulk.cluster import Cluster

    with Cluster(scheduler) as cluster:
        yield cluster


def _where(kb: str | None, model: str) -> Where:
    """Return the knowledge base that was named, which must exist, or the user's own, made when there is none."""
    open_existing(kb, model).kb.close()
    return Where(kb or default_url(), Model(model))


def _resumed(there: int) -> str:
    return f" ({there:,} parts were there from an earlier run)" if there else ""


def _say(words: str) -> None:
    out.print(escape(words), soft_wrap=True, highlight=False)

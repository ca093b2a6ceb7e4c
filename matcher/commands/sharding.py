"""`dancecard shards`: the nearest organizations to a text over several PostgreSQL servers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.markup import escape
from rich.table import Table

from kb.shards import ClusterHealth, Nearest, Shards, Wanted, check_health, read_cluster, rows_of
from kb.shards import create as create_shards
from kb.shards import load as load_shards
from kb.shards.layout import DIMENSION
from kb.vocabulary import Vocabulary, load_vocabulary
from matcher.checks import load_brief
from matcher.commands.console import (
    DEFAULT_MODEL,
    KbOption,
    ModelOption,
    err,
    fail,
    open_existing,
    out,
    plain_failures,
    progress_bar,
)
from matcher.commands.keeping import size_words
from matcher.encoder import SentenceTransformerEncoder
from matcher.errors import MatcherError
from matcher.query import brief_text, need_text

shards = typer.Typer(help="Search organizations that are spread over several PostgreSQL servers.", no_args_is_help=True)

ServersOption = Annotated[
    Path,
    typer.Option(
        "--servers",
        envvar="DANCECARD_SHARDS",
        metavar="FILE",
        help="YAML file that names the coordinator and the shards.",
    ),
]


@shards.command("create")
def create(
    servers: ServersOption,
    dimension: Annotated[int, typer.Option(min=1, max=1900, help="Length of the model's vectors.")] = DIMENSION,
) -> None:
    """Create the tables on every server; also after an address, a user or a setting has changed."""
    with plain_failures():
        cluster = read_cluster(servers)
        create_shards(cluster, dimension)
    _say(f"Ready to load: {', '.join(node.shown for node in cluster.shards)}, led by {cluster.coordinator.shown}")


@shards.command("load")
def load(
    servers: ServersOption,
    kb: KbOption = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Compare everything with what the shards hold, not with what they remember.")
    ] = False,
    model: ModelOption = DEFAULT_MODEL,
) -> None:
    """Make the shards hold the knowledge base as it is now. One that was broken off goes on where it was."""
    with plain_failures(), progress_bar() as progress:
        cluster = read_cluster(servers)
        matcher = open_existing(kb, model)
        columns = matcher.columns(progress)
        rows, total = rows_of(matcher.kb, columns), int((columns.alive & columns.has_profile)[: columns.n].sum())
        done = load_shards(cluster, rows, matcher.encoder.key, anew=anew, total=total, progress=progress)
    each = ", ".join(f"{node.name} {count:,}" for node, count in zip(cluster.shards, done.per_shard, strict=True))
    _say(f"{done.organizations:,} organizations with a text, {done.written:,} of them in changed batches: {each}")


@shards.command("status")
def status(
    servers: ServersOption,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Say which shards are ready and what they hold; leaves with status 1 when one is not."""
    with plain_failures():
        health = check_health(read_cluster(servers))
    if as_json:
        data = {**asdict(health), "ready": health.ready}
        data["shards"] = [{**asdict(shard), "ready": shard.ready} for shard in health.shards]
        typer.echo(json.dumps(data, indent=2))
    else:
        _show_health(health)
    if not health.ready:
        raise typer.Exit(1)


@shards.command("nearest")
def nearest(
    servers: ServersOption,
    text: Annotated[str, typer.Argument(help="Words to compare with, or a brief file (YAML or JSON).")],
    top: Annotated[int, typer.Option(min=1, max=1000, help="How many organizations.")] = 10,
    sector: Annotated[list[str] | None, typer.Option(help="Only these sectors.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Only these kinds.")] = None,
    country: Annotated[list[str] | None, typer.Option(help="Only these countries (ISO codes).")] = None,
    capacity: Annotated[list[str] | None, typer.Option(help="Only organizations with all of these capacities.")] = None,
    partial: Annotated[
        bool, typer.Option("--partial", help="Answer with the shards that are left when one is missing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    model: ModelOption = DEFAULT_MODEL,
) -> None:
    """Find the organizations whose texts are nearest to a text, exactly. It is not a ranking of partners."""
    with plain_failures():
        vocabulary = load_vocabulary()
        wanted = Wanted(tuple(sector or ()), tuple(kind or ()), tuple(country or ()), tuple(capacity or ()))
        _check(wanted, vocabulary)
        texts = _texts(text, vocabulary)
        with Shards(read_cluster(servers)) as opened:
            vectors = _encoded(list(texts.values()), model, opened.loaded()[0])
            answers = {
                name: opened.nearest(vector, top, wanted, partial=partial)
                for name, vector in zip(texts, vectors, strict=True)
            }
    _warn(list(answers.values()))
    if as_json:
        typer.echo(json.dumps({name: asdict(answer) for name, answer in answers.items()}, ensure_ascii=False, indent=2))
        return
    for name, answer in answers.items():
        _show(name, answer)


def _check(wanted: Wanted, vocabulary: Vocabulary) -> None:
    known = (
        ("sector", wanted.sectors, vocabulary.sectors),
        ("kind", wanted.kinds, vocabulary.kinds),
        ("country", wanted.countries, vocabulary.places),
        ("capacity", wanted.capacities, vocabulary.capacities),
    )
    problems = [
        f"--{what} {code}: not in the vocabulary" for what, codes, terms in known for code in codes if code not in terms
    ]
    if problems:
        raise MatcherError("\n".join(problems))


def _texts(text: str, vocabulary: Vocabulary) -> dict[str, str]:
    """Return what is compared, by what to call it: a text, or a brief as a whole and each of its needs."""
    path = Path(text)
    if path.suffix.lower() not in {".yaml", ".yml", ".json"}:
        return {text: text}
    brief = load_brief(path)
    needs = {
        vocabulary.lendable[need.code].label: need_text(brief, need.code, need.text, vocabulary) for need in brief.needs
    }
    return {brief.title: brief_text(brief, vocabulary), **needs}


def _encoded(texts: Sequence[str], model: str, of_shards: str) -> NDArray[np.float32]:
    encoder = SentenceTransformerEncoder(model)
    if encoder.key.rpartition("/")[0] != of_shards.rpartition("/")[0]:
        raise MatcherError(
            f"the shards were loaded with the model {of_shards}, not {encoder.key}; name it with --model, "
            "or load them again"
        )
    return encoder.encode(texts)


def _warn(answers: Sequence[Nearest]) -> None:
    missing = sorted({name for answer in answers for name in answer.missing})
    if missing:
        err.print(
            f"[bold red]INCOMPLETE:[/] {escape(', '.join(missing))} did not answer. Nearer organizations may be there; "
            "see dancecard shards status.",
            soft_wrap=True,
        )
    if any(answer.unfinished for answer in answers):
        err.print(
            "[bold red]INCOMPLETE:[/] the last load was not finished, so organizations may be missing or old; "
            "run dancecard shards load again.",
            soft_wrap=True,
        )


def _show(title: str, answer: Nearest) -> None:
    if not answer.found:
        fail("no organization passes the filters; take one away")
    incomplete = " (INCOMPLETE)" if answer.missing or answer.unfinished else ""
    table = Table(title=escape(title + incomplete), title_justify="left")
    for name, justify in (
        ("#", "right"),
        ("Organization", "left"),
        ("Sector", "left"),
        ("Seat", "left"),
        ("Cosine", "right"),
    ):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for rank, one in enumerate(answer.found, 1):
        named = f"{escape(one.name)}\n[dim]{escape(one.id)}[/]"
        table.add_row(str(rank), named, one.sector or "?", one.country or "?", f"{one.similarity:.3f}")
    out.print(table)


def _show_health(health: ClusterHealth) -> None:
    table = Table()
    for name, justify in (
        ("Shard", "left"),
        ("Where", "left"),
        ("Ready", "left"),
        ("Organizations", "right"),
        ("Size", "right"),
    ):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for shard in health.shards:
        table.add_row(
            shard.name,
            escape(shard.address),
            "[green]yes[/]" if shard.ready else "[bold red]no[/]",
            "?" if shard.organizations is None else f"{shard.organizations:,}",
            "?" if shard.bytes is None else size_words(shard.bytes),
        )
    out.print(table)
    problems = [problem for problem in (health.problem, *(shard.problem for shard in health.shards)) if problem]
    if health.unfinished:
        problems.append("the last load was not finished; run dancecard shards load again")
    for problem in problems:
        err.print(f"[bold red]not ready:[/] {escape(problem)}", soft_wrap=True, highlight=False)
    if health.model:
        _say(f"Vectors of {health.model}")


def _say(words: str) -> None:
    out.print(escape(words), soft_wrap=True, highlight=False)

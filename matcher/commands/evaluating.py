"""`dancecard evaluate ...` and `dancecard infer`: measure the product on labelled data of your own."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from kb.organization import ClaimKind
from matcher.commands.console import DEFAULT_MODEL, ModelOption, out, plain_failures, progress_bar
from matcher.encoder import SentenceTransformerEncoder
from matcher.errors import MatcherError
from matcher.export.plain import as_data, neutral

evaluate = typer.Typer(help="Measure quality on labelled data; each prints one JSON object.", no_args_is_help=True)

CasesOption = Annotated[Path | None, typer.Option("--cases", help="Also write every single case to this CSV.")]
DataOption = Annotated[
    Path | None, typer.Option("--data", help="Folder of the open data, for labels that name rows of it.")
]
PartOption = Annotated[str | None, typer.Option("--part", help="Only labels of this split, e.g. test.")]
DAY = "%Y-%m-%d"


def show(summary: Mapping[str, Any]) -> None:
    """Print one JSON object."""
    typer.echo(json.dumps(as_data(dict(summary)), ensure_ascii=False, indent=2))


def write_cases(rows: Sequence[Mapping[str, Any]], path: Path | None) -> None:
    """Write one line per case; text is safe in a spreadsheet."""
    if path is None:
        return
    names = list(dict.fromkeys(name for row in rows for name in row))
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows({name: _cell(row.get(name, "")) for name in names} for row in rows)
    except OSError as error:
        raise MatcherError(f"{path} cannot be written: {error.strerror}") from error


def _cell(value: object) -> object:
    if isinstance(value, str):
        return neutral(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return neutral(";".join(map(str, value)))
    return value


@evaluate.command()
def partners(
    engagements: Annotated[Path, typer.Option(help="Engagements: CSV, gzip or plain.")],
    participations: Annotated[Path, typer.Option(help="Who took part: CSV, gzip or plain.")],
    start: Annotated[
        datetime | None, typer.Option("--from", formats=[DAY], help="First start date of the test window.")
    ] = None,
    until: Annotated[datetime | None, typer.Option("--until", formats=[DAY], help="Day after the window.")] = None,
    kinds: Annotated[str, typer.Option(help="Candidate types, e.g. PRC,PUB,OTH; all when empty.")] = "",
    min_organizations: Annotated[int, typer.Option(min=2)] = 3,
    max_organizations: Annotated[int, typer.Option(min=2)] = 40,
    rankings: Annotated[Path | None, typer.Option(help="Write the top 100 of every query to this CSV.")] = None,
    cases: CasesOption = None,
    vectors: Annotated[Path | None, typer.Option(help="File that keeps vectors between runs.")] = None,
    words_only: Annotated[bool, typer.Option("--words-only", help="Without the embedding model.")] = False,
    model: ModelOption = DEFAULT_MODEL,
) -> None:
    """Do we find real partners? Unseen programmes against who really took part."""
    from matcher.evaluation.partners import evaluate as run

    with plain_failures(), progress_bar() as progress:
        summary = run(
            engagements,
            participations,
            start=start.date() if start else None,
            until=until.date() if until else None,
            kinds=tuple(kind.strip() for kind in kinds.split(",") if kind.strip()),
            min_organizations=min_organizations,
            max_organizations=max_organizations,
            rankings=rankings,
            cases=cases,
            encoder=None if words_only else SentenceTransformerEncoder(model),
            vectors_cache=vectors,
            progress=progress,
        )
    show(summary)


@evaluate.command()
def capacities(
    labels: Annotated[Path, typer.Argument(help="CSV: id,name,text,codes")],
    data: DataOption = None,
    part: PartOption = None,
    cases: CasesOption = None,
) -> None:
    """Do we read capacities rightly? Precision, recall and F1 per code."""
    from matcher.evaluation.capacities import evaluate as run
    from matcher.evaluation.labels import read_labels

    with plain_failures():
        texts = [item for item in read_labels(labels, ClaimKind.CAPACITY, data) if part in (None, item.split)]
        summary, rows = run(texts)
        write_cases(rows, cases)
    show(summary)


@evaluate.command()
def concerns(
    labels: Annotated[Path, typer.Argument(help="CSV: id,name,text,codes with code:core or code:minor")],
    data: DataOption = None,
    part: PartOption = None,
    cases: CasesOption = None,
) -> None:
    """Do we see concerns, and only real ones? Precision, recall, role accuracy."""
    from matcher.evaluation.concerns import evaluate as run
    from matcher.evaluation.labels import read_labels

    with plain_failures():
        texts = [item for item in read_labels(labels, ClaimKind.CONCERN, data) if part in (None, item.split)]
        summary, rows = run(texts)
        write_cases(rows, cases)
    show(summary)


@evaluate.command()
def screening(
    pairs: Annotated[Path, typer.Argument(help="CSV: name1,name2,is_match")],
    watchlist: Annotated[list[Path] | None, typer.Option(help="A watchlist in its publisher's format.")] = None,
    clean_names: Annotated[
        Path | None, typer.Option(help="CSV with a column name: organizations that are not listed.")
    ] = None,
    part: PartOption = None,
    cases: CasesOption = None,
) -> None:
    """Do we match names? Precision, recall, F1, AUC, false positives per 1,000 clean names."""
    from matcher.evaluation.screening import evaluate as run

    with plain_failures(), progress_bar() as progress:
        summary, rows = run(pairs, tuple(watchlist or ()), clean_names, part=part, progress=progress)
        write_cases(rows, cases)
    show(summary)


@evaluate.command()
def values(
    pairs: Annotated[Path, typer.Argument(help="CSV: pair_id,text_a,text_b,label (aligned, conflict, unrelated)")],
    cases: CasesOption = None,
    words_only: Annotated[bool, typer.Option("--words-only", help="Without the embedding model.")] = False,
    model: ModelOption = DEFAULT_MODEL,
) -> None:
    """Do we tell aligned from conflicting values? AUC of conflict, accuracy, by word overlap."""
    from matcher.evaluation.values import evaluate as run

    with plain_failures():
        summary, rows = run(pairs, None if words_only else SentenceTransformerEncoder(model))
        write_cases(rows, cases)
    show(summary)


@evaluate.command()
def needs(
    queries: Annotated[Path, typer.Argument(help="CSV: query_id,query,positive_org_ids")],
    organizations: Annotated[Path, typer.Argument(help="CSV: org_id,name,sector,text")],
    cases: CasesOption = None,
    words_only: Annotated[bool, typer.Option("--words-only", help="Without the embedding model.")] = False,
    model: ModelOption = DEFAULT_MODEL,
) -> None:
    """Do we answer a need? Recall and mean reciprocal rank of the organizations that have it."""
    from matcher.evaluation.needs import evaluate as run

    with plain_failures():
        summary, rows = run(queries, organizations, None if words_only else SentenceTransformerEncoder(model))
        write_cases(rows, cases)
    show(summary)


def infer(
    source: Annotated[Path, typer.Option("--input", help="CSV: id,name,text")],
    target: Annotated[Path, typer.Option("--output", help="CSV: id,kind,code,role,confidence,quote")],
) -> None:
    """Read claims out of texts, each with its quote: capacities, concerns, needs, values, causes, audiences, places."""
    from matcher.inference.batch import infer_file

    with plain_failures():
        with progress_bar() as progress:
            count = infer_file(source, target, progress)
        out.print(f"{count:,} claims written to {target}")

"""`dancecard match`: rank partners for a brief and say why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from kb.brief import Brief
from kb.errors import UnknownRecordError
from kb.observing import timed
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
from matcher.decisions import read_weights
from matcher.explanation import sentence, told
from matcher.export import write_ranking
from matcher.export.plain import ranking_data
from matcher.results import Candidate, Ranking
from matcher.service import Matcher
from matcher.terms import Filters

BriefArgument = Annotated[
    str, typer.Argument(help="A brief file (YAML or JSON), or the id of a brief in the knowledge base.")
]


def read_brief(matcher: Matcher, name: str) -> Brief:
    """Return a brief from a file, or by id from the knowledge base."""
    if Path(name).suffix or Path(name).exists():
        return load_brief(Path(name))
    try:
        return matcher.kb.brief(name)
    except UnknownRecordError as error:
        known = ", ".join(brief.id for brief in matcher.kb.briefs())
        raise UnknownRecordError(f"{error}. Briefs here: {known}") from error


def match(
    brief: BriefArgument,
    kb: KbOption = None,
    top: Annotated[int, typer.Option(min=1, max=1000, help="How many candidates.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    explain: Annotated[str | None, typer.Option(help="Explain one organization in full, by id.")] = None,
    sector: Annotated[list[str] | None, typer.Option(help="Only these sectors.")] = None,
    country: Annotated[list[str] | None, typer.Option(help="Only these countries (ISO codes).")] = None,
    capacity: Annotated[list[str] | None, typer.Option(help="Only organizations with these capacities.")] = None,
    diversity: Annotated[
        float | None, typer.Option(min=0, max=1, help="Spread the list over unlike candidates; 0 is by score alone.")
    ] = None,
    weights: Annotated[Path | None, typer.Option(help="Weights file, e.g. from dancecard learn.")] = None,
    save: Annotated[Path | None, typer.Option(help="Also write the ranking (.xlsx, .docx, .json, .csv).")] = None,
    timings: Annotated[bool, typer.Option(help="Also say how long each stage took.")] = False,
    model: ModelOption = DEFAULT_MODEL,
) -> None:
    """Rank candidate partners for a brief, with reasons."""
    with plain_failures(), timed() as spent:
        matcher = open_existing(kb, model)
        filters = Filters(tuple(sector or ()), (), tuple(country or ()), tuple(capacity or ()))
        with progress_bar() as progress:
            wanted = read_brief(matcher, brief)
            if diversity is not None:
                wanted = wanted.model_copy(update={"diversity": diversity})
            prepared = matcher.prepare(wanted, progress)
        chosen = read_weights(weights) if weights else None
        ranking = matcher.rank(prepared, count=1000 if explain else top, filters=filters, weights=chosen)
        if save:
            write_ranking(ranking, save)
        if as_json:
            data = ranking_data(ranking) | ({"milliseconds": spent.milliseconds()} if timings else {})
            typer.echo(json.dumps(data, ensure_ascii=False, indent=2))
        elif explain:
            _explain(matcher, ranking, explain)
            _lifts(matcher, prepared, explain, filters)
        else:
            _table(ranking)
    if timings and not as_json:
        err.print("\n".join(f"{ms:>9.2f} ms  {name}" for name, ms in spent.milliseconds().items()), highlight=False)


def _table(ranking: Ranking) -> None:
    table = Table(title=escape(ranking.brief.title), title_justify="left", caption_justify="left")
    for title, justify in (
        ("#", "right"),
        ("Organization", "left"),
        ("Seat", "left"),
        ("Score", "right"),
        ("Known", "right"),
        ("Why", "left"),
        ("Flags", "left"),
    ):
        table.add_column(title, justify=justify, no_wrap=title in {"#", "Score", "Known", "Seat"})  # type: ignore[arg-type]
    for candidate in ranking.candidates:
        table.add_row(
            str(candidate.rank),
            f"{escape(candidate.organization.name)}\n[dim]{escape(candidate.organization.id)}[/]",
            candidate.organization.country or "?",
            f"{candidate.score:.0f}",
            f"{candidate.coverage:.0%}",
            escape(_why(candidate)),
            escape(", ".join(f"{flag.title} ({flag.severity})" for flag in candidate.flags)),
        )
    out.print(table)
    out.print(
        f"{ranking.considered:,} considered, "
        f"{ranking.set_apart_count:,} set apart by the brief's red lines, musts and policies."
    )
    for item in ranking.set_apart[:3]:
        out.print(f"  set apart: {escape(item.organization.name)}: {escape(' '.join(item.reasons))}", soft_wrap=True)
    for note in ranking.notes:
        out.print(f"[bold]{escape(note)}[/]")


def _why(candidate: Candidate) -> str:
    helped = sorted((item for item in candidate.contributions if item.points > 0), key=lambda item: -item.points)
    return ", ".join(f"{item.label.lower()} +{item.points:.0f}" for item in helped[:3])


def _explain(matcher: Matcher, ranking: Ranking, organization_id: str) -> None:
    wanted = matcher.kb.get(organization_id)
    found = next((item for item in ranking.candidates if item.organization.id == wanted.id), None)
    if found is None:
        apart = next((item for item in ranking.set_apart if item.organization.id == wanted.id), None)
        if apart is not None:
            fail(escape(f"{wanted.name} is set apart: {' '.join(apart.reasons)}"))
        fail(
            escape(
                f"{wanted.name} is not among the first {len(ranking.candidates)}, or is kept out by a filter or a term"
            )
        )
    out.print(f"[bold]{found.rank}. {escape(wanted.name)}[/]  score {found.score:.1f}, {found.coverage:.0%} known")
    out.print(escape(sentence(found)), soft_wrap=True)
    for item in told(found):
        value = "not assessed" if item.value is None and not item.points else f"{item.points:+.1f}"
        out.print(f"\n[bold]{escape(item.label)}[/]  {value}  {escape(item.note)}")
        for reason in item.reasons[:6]:
            text = f"  {reason.about}: {reason.text} [{reason.status.value}; {reason.source}]"
            out.print(escape(text), soft_wrap=True, highlight=False)
    for flag in found.flags:
        out.print(f"\n[bold]Flag, {flag.severity}[/]: {escape(flag.text)}")


def _lifts(matcher: Matcher, prepared: object, organization_id: str, filters: Filters) -> None:
    lifts = matcher.counterfactuals(prepared, organization_id, rank=1, filters=filters)  # type: ignore[arg-type]
    if lifts:
        out.print("\n[bold]What would change its rank[/]")
    for lift in lifts:
        who = "if" if lift.by == "candidate" else "if you"
        out.print(
            f"  {who} {escape(' and '.join(lift.changes))}: rank {lift.rank}, score {lift.score:.0f}", soft_wrap=True
        )

"""How plans, their differences and health checks look on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from matcher.commands.console import out
from matcher.planning import Difference, HealthHistory, Plan, PlanLine
from matcher.planning.health import HealthScore
from matcher.planning.layout import SectionLayout, load_layout

CHECKS_SHOWN = 5


def _say(text: str, style: str = "") -> None:
    words = escape(text)
    out.print(f"[{style}]{words}[/]" if style else words, soft_wrap=True, highlight=False)


def show_plan(plan: Plan, *, ids: bool = False) -> None:
    """Print a plan, every line with its origin; what is open is counted."""
    _say(plan.title, "bold")
    _say(f"Between {plan.seeker.name} and {', '.join(party.name for party in plan.partners)}")
    for note in plan.notes:
        _say(f"Mind: {note}", "bold red")
    for section in plan.sections:
        layout = load_layout().section(section.code)
        columns = f"  [{section.code}: {', '.join(layout.columns)}]" if ids else ""
        _say(f"\n{layout.title}{columns}", "bold")
        for line in section.lines:
            _line(line, layout, ids)
        if not section.lines:
            _say("  nothing is known to stay open")


def _line(line: PlanLine, layout: SectionLayout, ids: bool) -> None:
    code = f"  [{line.id}]" if ids else ""
    _say(f"  {line.label}{code}  ({line.origin.words})")
    still = []
    for column, fields in layout.columns.items():
        cell = line.cell(column)
        if cell.is_open:
            still.append(fields.label.lower() + (f" ({cell.origin.detail})" if cell.origin.detail else ""))
            continue
        same = cell.origin == line.origin
        _say(f"      {fields.label}: {cell.text}{'' if same else f'  ({cell.origin.words})'}")
    if still:
        _say(f"      to be agreed: {', '.join(still)}", "yellow")


def show_differences(found: Sequence[Difference], version: int) -> None:
    """Print how a plan differs from one of its versions."""
    if not found:
        _say(f"Nothing changed since version {version}.")
    for item in found:
        _say(item.words)


def show_health(history: HealthHistory, name: str, form: str) -> None:
    """Print the health of a partnership over time, and how it compares to last time."""
    document = history.instrument.document
    _say(f"{history.instrument.title}: {name}", "bold")
    _say(f"After {document.title}, {document.section}; items in our own words.")
    if not history.scores:
        _say(f"No health check was recorded yet. Print a form with: {form}")
        return
    shown = history.scores[-CHECKS_SHOWN:]
    table = Table()
    table.add_column("Mean of answers")
    for scored in shown:
        table.add_column(scored.on.isoformat(), justify="right")
    for row, section in enumerate(shown[-1].sections):
        table.add_row(escape(section.title), *(_mean(scored.sections[row].mean) for scored in shown))
    table.add_row("Total", *(_total(scored) for scored in shown), style="bold")
    out.print(table)
    latest = shown[-1]
    if latest.band is not None:
        _say(f"{latest.band.title}: {latest.band.meaning}", "bold")
    elif latest.unanswered:
        many = len(latest.unanswered)
        _say(f"{many} items were not answered, and they decide the band: the total lies between {_range(latest)}.")
    for text in history.compared:
        _say(f"  {text}")


def _mean(mean: float | None) -> str:
    return "not known" if mean is None else f"{mean:.1f}"


def _range(scored: HealthScore) -> str:
    return f"{scored.lowest} and {scored.highest}"


def _total(scored: HealthScore) -> str:
    return str(scored.total) if scored.total is not None else f"{scored.lowest} to {scored.highest}"

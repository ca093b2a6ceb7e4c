"""Drafting a plan: every section filled from what is known, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from matcher.planning.drafting import section
from matcher.planning.layout import load_layout
from matcher.planning.match import Match
from matcher.planning.plan import Party, Plan, PlanLine
from matcher.planning.prefill_purpose import objectives, parties, purpose, together
from matcher.planning.prefill_risks import risks, what_stays_open
from matcher.planning.prefill_terms import benefits, money, terms
from matcher.planning.prefill_work import products, publicity, roles

FILLERS: Mapping[str, Callable[[Match], Iterator[PlanLine]]] = {
    "parties": parties,
    "purpose": purpose,
    "objectives": objectives,
    "together": together,
    "roles": roles,
    "publicity": publicity,
    "products": products,
    "money": money,
    "terms": terms,
    "benefits": benefits,
    "risks": risks,
    "open": what_stays_open,
}
"""What fills a section; one without a filler holds the questions of plan.yaml alone."""


def draft_plan(match: Match) -> Plan:
    """Draft a plan from a match. What is not known is left empty, to be agreed."""
    layout = load_layout()
    names = ", ".join(item.ledger.second.name for item in match.exchanges)
    return Plan(
        brief_id=match.brief.id,
        title=f"{match.brief.title}: partnership plan"[:500],
        seeker=Party(id=match.seeker_key, name=match.seeker_name or "The seeker"),
        partners=tuple(Party(id=item.ledger.second.key, name=item.ledger.second.name) for item in match.exchanges),
        sections=tuple(
            section(fields, FILLERS[code](match) if code in FILLERS else ()) for code, fields in layout.sections.items()
        ),
        notes=tuple(dict.fromkeys(_notes(match, names))),
        policies=tuple(title for _, title in match.vetted.policies),
        drafted_on=match.today,
    )


def _notes(match: Match, names: str) -> Iterator[str]:
    for exchange in match.exchanges:
        name = exchange.ledger.second.name
        for reason in exchange.set_apart:
            yield f"{name} is kept out by the brief's own terms. {reason}"
    if not match.brief.offers:
        yield (
            f"The brief offers nothing: what {names} would get out of it is not known. Add offers to the brief, and "
            "draft the plan again."
        )
    if not match.brief.needs:
        yield "The brief names no needs, so nobody is proposed for any activity."
    for exchange in match.exchanges:
        yield from exchange.ledger.notes
    yield from match.vetted.warnings

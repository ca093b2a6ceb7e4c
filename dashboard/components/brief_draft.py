"""A brief under way: its fields as widget values, and back. The draft outlives a change of page, not a reload."""

from __future__ import annotations

import re
from collections.abc import Collection, MutableMapping
from typing import Any

from kb.brief import Brief, Need, Offer, RedLines, Seeker

NEW = "new"
UNTITLED = "Untitled brief"
LISTS = ("causes", "audiences", "places", "values", "sectors", "policies")
TERMS = ("exclusivity", "endorsement")
TEXTS = ("behaviour", "context", "audience_text")
State = MutableMapping[Any, Any]


def blank() -> Brief:
    """Return the brief that a new one starts from."""
    return Brief(id=NEW, title=UNTITLED)


def key(field: str, code: str = "") -> str:
    """Return the widget key of a field."""
    return f"draft_{field}_{code}" if code else f"draft_{field}"


def is_loaded(state: State) -> bool:
    """Whether the fields hold values; they lose them when another page is shown."""
    return key("title") in state


def load(state: State, brief: Brief) -> None:
    """Put a brief into the fields."""
    state[key("title")] = "" if brief.id == NEW and brief.title == UNTITLED else brief.title
    for field in TEXTS:
        state[key(field)] = getattr(brief, field)
    for field in LISTS:
        state[key(field)] = list(getattr(brief, field))
    for field in TERMS:
        state[key(field)] = getattr(brief, field)
    state[key("needs")] = [need.code for need in brief.needs]
    for need in brief.needs:
        set_need(state, need)
    state[key("offers")] = [offer.code for offer in brief.offers]
    for offer in brief.offers:
        state[key("offer_text", offer.code)] = offer.text
    lines, seeker = brief.red_lines, brief.seeker
    for field in ("concerns", "sectors", "countries"):
        state[key(f"red_{field}")] = list(getattr(lines, field))
    state[key("red_minor")] = lines.include_minor
    state[key("seeker_name")] = seeker.name
    state[key("seeker_id")] = seeker.organization_id
    state[key("seeker_sector")] = seeker.sector
    state[key("seeker_country")] = seeker.country
    for field in ("concerns", "regulates"):
        state[key(f"seeker_{field}")] = list(getattr(seeker, field))


def set_need(state: State, need: Need) -> None:
    """Put one need into its fields."""
    state[key("need_text", need.code)] = need.text
    state[key("need_weight", need.code)] = max(5, 5 * round(20 * need.importance))
    state[key("need_must", need.code)] = need.must


def add_need(state: State, code: str, importance: float = 0.6) -> None:
    """Add a need to the draft, unless it is there."""
    if code not in state[key("needs")]:
        state[key("needs")] = [*state[key("needs")], code]
        set_need(state, Need(code=code, importance=importance))


def draft(state: State, base: Brief) -> Brief:
    """Return the brief that the fields stand for; what has no field is kept from `base`."""
    needs = tuple(_need(state, base, code) for code in state[key("needs")])
    offers = tuple(Offer(code=code, text=state.get(key("offer_text", code), "")) for code in state[key("offers")])
    seeker = Seeker(
        name=state[key("seeker_name")],
        organization_id=state[key("seeker_id")],
        sector=state[key("seeker_sector")],
        kind=base.seeker.kind,
        country=state[key("seeker_country")],
        concerns=tuple(state[key("seeker_concerns")]),
        regulates=tuple(state[key("seeker_regulates")]),
    )
    red_lines = RedLines(
        concerns=tuple(state[key("red_concerns")]),
        include_minor=state[key("red_minor")],
        sectors=tuple(state[key("red_sectors")]),
        countries=tuple(state[key("red_countries")]),
        organizations=base.red_lines.organizations,
    )
    fields = {field: state[key(field)] for field in (*TEXTS, *TERMS)}
    fields |= {field: tuple(state[key(field)]) for field in LISTS}
    return Brief(
        id=base.id,
        title=state[key("title")].strip() or UNTITLED,
        seeker=seeker,
        needs=needs,
        offers=offers,
        red_lines=red_lines,
        weights=base.weights,
        caution=base.caution,
        diversity=base.diversity,
        **fields,
    )


def _need(state: State, base: Brief, code: str) -> Need:
    shown = int(state.get(key("need_weight", code), 60))
    before = next((need for need in base.needs if need.code == code), None)
    # The slider moves in steps of five; an importance that it shows rounded is kept as it was.
    kept = before is not None and max(5, 5 * round(20 * before.importance)) == shown
    importance = before.importance if before is not None and kept else shown / 100
    return Need(
        code=code,
        text=state.get(key("need_text", code), ""),
        importance=importance,
        must=bool(state.get(key("need_must", code), False)),
    )


def fresh_id(title: str, taken: Collection[str]) -> str:
    """Return an id made from a title that no other brief has."""
    stem = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60] or "brief"
    free, suffix = stem, 2
    while free in taken or free == NEW:
        free, suffix = f"{stem}-{suffix}", suffix + 1
    return free

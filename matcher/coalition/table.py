"""The table: for every kind of stakeholder, who represents it, and whom to ask where nobody does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kb.brief import Brief
from kb.organization import Organization
from matcher.coalition.candidates import between
from matcher.coalition.seats import (
    Holder,
    Role,
    Seat,
    load_seat_rules,
    may_oppose,
    represents,
    rows_that_may_oppose,
    rows_to_ask,
    stands_to_lose,
)
from matcher.scene import Scene

CLASHING = 10
"""How many times as many are looked at as are suggested, for some will clash with those at the table."""


def seats_at(scene: Scene, partners: Sequence[Organization]) -> tuple[Seat, ...]:
    """Return every seat; the seeker sits at the table beside the partners."""
    rules, vocabulary, brief = load_seat_rules(), scene.query.vocabulary, scene.brief
    table = [scene.query.seeker or _from_brief(brief), *partners]
    mine = [scene.row(item) for item in partners]
    free = scene.unbarred & ~stands_to_lose(scene.scored)
    free[mine] = False
    found = []
    for role in rules.roles:
        held = [
            Holder(item.id, item.name, said)
            for item in table
            if (said := represents(item, role, brief, vocabulary, rules.least))
        ]
        found.append(
            Seat(
                role.code,
                role.label,
                role.question,
                tuple(held),
                () if held else _to_ask(scene, role, free, mine, rules.suggested),
            )
        )
    opposing = scene.organizations(rows_that_may_oppose(scene.scored, scene.everyone, rules.suggested))
    return (*found, may_oppose(opposing, table, brief, vocabulary))


def _to_ask(scene: Scene, role: Role, free: NDArray[np.bool_], table: Sequence[int], count: int) -> tuple[Holder, ...]:
    vocabulary, rules = scene.query.vocabulary, load_seat_rules()
    rows = rows_to_ask(scene.scored, role, scene.score, free, CLASHING * count)
    clashes = between(scene.scored.columns, np.unique(np.array([*rows, *table], np.int64)), vocabulary).conflicts
    barred = {row for item in clashes for row in item.rows if set(item.rows) & set(table)}
    chosen = scene.organizations([row for row in rows if row not in barred][:count])
    return tuple(
        Holder(item.id, item.name, represents(item, role, scene.brief, vocabulary, rules.least)) for item in chosen
    )


def _from_brief(brief: Brief) -> Organization:
    seeker = brief.seeker
    return Organization(
        id=f"brief:{brief.id}",
        name=seeker.name or "The seeker",
        sector=seeker.sector,
        kind=seeker.kind,
        country=seeker.country,
    )

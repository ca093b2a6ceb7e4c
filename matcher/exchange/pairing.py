"""The exchange of a seeker and one organization under a brief: ledger, power, terms, common ground, flags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kb.brief import Brief
from kb.organization import Organization, Relation
from matcher.coalition.candidates import works_there
from matcher.coalition.common_ground import CommonGround, find_common_ground
from matcher.components.complementarity import meets
from matcher.errors import MatcherError
from matcher.exchange.ledger import CAUSE, LENT, Ledger, make_ledger
from matcher.exchange.parties import OFFERED, party_of, seeking_party
from matcher.exchange.power import Alternatives, Power, weigh_power
from matcher.exchange.scarcity import counted_in_place, holders, supply
from matcher.exchange.terms_of_exchange import TermsOfExchange, terms_of_exchange
from matcher.flags import flags_of
from matcher.results import Flag
from matcher.scene import Scene
from matcher.terms import why_kept_out

LEAST_PURSUIT = OFFERED / 2
"""Who pursues a cause less than this is no alternative for headway on it."""


@dataclass(frozen=True)
class Exchange:
    """Everything about one pair under a brief: what is exchanged, who depends on whom, the terms, the flags.

    Attributes
    ----------
    set_apart : tuple of str
        Why the brief's own terms keep the organization out; empty when they do not.
    """

    brief: Brief
    ledger: Ledger
    power: Power
    terms: TermsOfExchange
    common_ground: CommonGround
    flags: tuple[Flag, ...]
    set_apart: tuple[str, ...] = ()


def ledger_of(scene: Scene, organization: Organization) -> Ledger:
    """Return what the seeker and an organization give and get.

    Raises
    ------
    MatcherError
        When the organization is the seeker itself.
    """
    query, vocabulary = scene.query, scene.query.vocabulary
    if query.seeker and organization.id == query.seeker.id:
        raise MatcherError(f"{organization.name} is the seeker of this brief; name another organization")
    row = scene.row(organization)
    met = {
        need.code: float(np.nan_to_num(scene.scored.once(meets, index)[row]))
        for index, need in enumerate(scene.brief.needs)
    }
    first = seeking_party(scene.brief, vocabulary, query.seeker)
    return make_ledger(first, party_of(organization, vocabulary, met), vocabulary)


def exchange_of(scene: Scene, organization: Organization) -> Exchange:
    """Return the ledger with power, terms, common ground and flags; raises as `ledger_of` does."""
    ledger, seeker = ledger_of(scene, organization), scene.query.seeker
    pair = [seeker, organization] if seeker else [organization]
    return Exchange(
        scene.brief,
        ledger,
        power_of(scene, ledger),
        terms_of_exchange(ledger, scene.brief, _relations(scene, organization)),
        find_common_ground(pair, scene.query.vocabulary, scene.brief.places),
        flags_of(scene.query, scene.profiles([scene.row(organization)])[0]),
        why_kept_out(scene.query, organization, scene.matcher.settings.must_strength),
    )


def power_of(scene: Scene, ledger: Ledger) -> Power:
    """Count the alternatives of every line over all organizations, and weigh who depends on whom."""
    keys = (ledger.first.key, ledger.second.key)
    rows = [row for row in map(scene.row_of, keys) if row is not None]
    others = {
        (line.receiver, line.subject, line.code): _others(scene, line.subject, line.code, line.strength, rows)
        for line in (*ledger.first_gives, *ledger.second_gives)
    }
    open_wants = {
        (key, LENT, want.item.code): _others(scene, LENT, want.item.code, 0.0, rows)
        for key, wants in zip(keys, (ledger.first_open, ledger.second_open), strict=True)
        for want in wants
    }
    return weigh_power(ledger, others, open_wants)


def _others(scene: Scene, subject: str, code: str, strength: float, rows: Sequence[int]) -> Alternatives:
    held = supply(scene.scored, subject, code)
    least = LEAST_PURSUIT if subject == CAUSE else scene.matcher.settings.must_strength
    in_place = counted_in_place(scene.scored, subject, code)
    allowed = scene.welcome & scene.scored.once(works_there) if in_place else scene.welcome
    found = holders(scene.scored, held, allowed, rows, strength, least, scene.score)
    where = _place_words(scene) if in_place else ""
    return Alternatives(found.count, tuple(item.name for item in scene.organizations(found.rows)), where)


def _place_words(scene: Scene) -> str:
    labels = [scene.query.vocabulary.places[place].label for place in scene.brief.places]
    return f" in {', '.join(labels)}"


def _relations(scene: Scene, organization: Organization) -> tuple[Relation, ...]:
    seeker = scene.query.seeker
    if seeker is None:
        return ()
    ties = scene.matcher.profiles.seeker(seeker.id, scene.scored.columns.last_change).relations
    return tuple(item for item in ties if organization.id in (item.subject_id, item.object_id))

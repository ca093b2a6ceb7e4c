"""From the columns to a problem: who is shortlisted, and who can sit with whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from kb.columns import Columns
from kb.columns.layout import CORE, MINOR, RELATION_CODES
from kb.organization import ClaimKind
from kb.vocabulary import Vocabulary
from matcher.coalition.problem import Pair, Problem
from matcher.coalition.rules import CoalitionRules
from matcher.components.complementarity import ELSEWHERE_SHARE, lends, meets, usefulness_by_place
from matcher.components.place_fit import names_a_place
from matcher.components.reciprocity import candidate_gain
from matcher.components.trust import FRIENDLY
from matcher.query import Scored
from matcher.ranking import top
from matcher.similarity import Floats

HELD = 1
"""Strength bytes above this say that a claim holds."""


@dataclass(frozen=True)
class Asked:
    """What is asked of a coalition.

    Attributes
    ----------
    smallest, largest : int
        Number of partners, the seeker not counted.
    sectors : tuple of str
        Sectors that must be represented among the partners.
    kept : tuple of str
        Ids of organizations that are already on board.
    excluded : tuple of str
        Ids that policy keeps out.
    """

    smallest: int
    largest: int
    sectors: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reasoned:
    """A pair of rows, and in words why it cannot sit together, rubs, or knows each other."""

    rows: Pair
    why: str


@dataclass(frozen=True)
class Shortlist:
    """The candidates that enter the problem: rows of the columns, and what there is between them."""

    rows: NDArray[np.int64]
    conflicts: tuple[Reasoned, ...]
    frictions: tuple[Reasoned, ...]
    ties: tuple[Reasoned, ...]


def shortlist_rows(
    scored: Scored,
    score: Floats,
    allowed: NDArray[np.bool_],
    rules: CoalitionRules,
    must_strength: float,
    sectors: Sequence[int] = (),
    kept: Sequence[int] = (),
) -> NDArray[np.int64]:
    """Return the best for each need, the best of the ranking and of each sector asked for; int64 (m,), ascending."""
    limits = rules.shortlist
    chosen = [top(score, allowed, limits["by_rank"]), np.array(kept, np.int64)]
    for index in range(len(scored.query.brief.needs)):
        met = np.nan_to_num(scored.once(meets, index))
        able = allowed & (scored.once(lends, index) >= must_strength)
        chosen.append(top(met + np.float32(0.01) * score, able, limits["per_need"]))
    column = scored.columns.sector[: scored.columns.n]
    chosen += [top(score, allowed & (column == sector), limits["per_sector"]) for sector in sectors]
    return np.unique(np.concatenate(chosen))


def between(columns: Columns, rows: NDArray[np.int64], vocabulary: Vocabulary) -> Shortlist:
    """Find what stands between shortlisted rows: conflicts, frictions and joint work."""
    return Shortlist(
        rows,
        tuple(_merged(chain(_related(columns, rows, _CONFLICTS), _red_lines(columns, rows, vocabulary)))),
        tuple(
            _merged(
                chain(
                    _related(columns, rows, _FRICTIONS),
                    _oversight(columns, rows, vocabulary),
                    _opposed(columns, rows, vocabulary),
                )
            )
        ),
        tuple(_merged(chain(_related(columns, rows, _TIES), _joint_work(columns, rows)))),
    )


_CONFLICTS = {
    "competitor_of": "they compete with one another",
    "parent_of": "one belongs to the other, so that both hold one seat",
}
_FRICTIONS = {"regulates": "one regulates the other"}
_TIES = {RELATION_CODES[code]: f"{RELATION_CODES[code].replace('_', ' ')}" for code in FRIENDLY}


def _merged(found: Iterator[Reasoned]) -> Iterator[Reasoned]:
    by_pair: dict[Pair, list[str]] = {}
    for item in found:
        i, j = item.rows
        if i != j:
            by_pair.setdefault((min(i, j), max(i, j)), []).append(item.why)
    for pair, why in sorted(by_pair.items()):
        yield Reasoned(pair, "; ".join(dict.fromkeys(why)))


def _related(columns: Columns, rows: NDArray[np.int64], words: Mapping[str, str]) -> Iterator[Reasoned]:
    codes = [RELATION_CODES.index(name) for name in words]
    inside = np.isin(columns.relation, codes) & np.isin(columns.subject, rows) & np.isin(columns.object_, rows)
    for at in np.flatnonzero(inside):
        pair = (int(columns.subject[at]), int(columns.object_[at]))
        yield Reasoned(pair, words[RELATION_CODES[columns.relation[at]]])


def _red_lines(columns: Columns, rows: NDArray[np.int64], vocabulary: Vocabulary) -> Iterator[Reasoned]:
    lines, concerns = columns.claims[ClaimKind.RED_LINE], columns.claims[ClaimKind.CONCERN]
    for code, line in columns.codes.claims[ClaimKind.RED_LINE].items():
        drawn = rows[lines[line, rows] > HELD]
        held = concerns[columns.codes.claims[ClaimKind.CONCERN][code]]
        for crossing in rows[held[rows] >= MINOR] if len(drawn) else ():
            role = "a main business" if held[crossing] == CORE else "a side line"
            label = vocabulary.concerns[code].label.lower()
            why = f"a red line of one of them is {label}, which is {role} of the other"
            yield from (Reasoned((int(one), int(crossing)), why) for one in drawn)


def _oversight(columns: Columns, rows: NDArray[np.int64], vocabulary: Vocabulary) -> Iterator[Reasoned]:
    """Yield a regulator with each company of its industries that has its seat in the same country."""
    overseen = columns.claims[ClaimKind.REGULATES]
    for code, line in columns.codes.claims[ClaimKind.REGULATES].items():
        members = rows[columns.industry[rows] == columns.codes.industries[code]]
        for regulator in rows[overseen[line, rows] > HELD] if len(members) else ():
            same = members[columns.country[members] == columns.country[regulator]]
            why = f"one oversees the industry of the other ({vocabulary.industries[code].label.lower()})"
            yield from (Reasoned((int(regulator), int(one)), why) for one in same)


def _opposed(columns: Columns, rows: NDArray[np.int64], vocabulary: Vocabulary) -> Iterator[Reasoned]:
    values, codes = columns.claims[ClaimKind.VALUE], columns.codes.claims[ClaimKind.VALUE]
    for code, term in vocabulary.values.items():
        for other in term.opposes:
            against = rows[values[codes[other], rows] > HELD]
            why = f"{term.label.lower()} and {vocabulary.values[other].label.lower()} pull apart"
            for one in rows[values[codes[code], rows] > HELD] if len(against) else ():
                yield from (Reasoned((int(one), int(two)), why) for two in against)


def _joint_work(columns: Columns, rows: NDArray[np.int64]) -> Iterator[Reasoned]:
    """Yield pairs that took part in the same engagement."""
    mine = np.isin(columns.participant, rows)
    who, what = columns.participant[mine], columns.engagement[mine]
    order = np.argsort(what, kind="stable")
    who, what = who[order], what[order]
    for start, end in _runs(what):
        together = who[start:end]
        yield from (
            Reasoned((int(one), int(two)), "joint work")
            for at, one in enumerate(together)
            for two in together[at + 1 :]
        )


def _runs(sorted_codes: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(sorted_codes, prepend=-1, append=-1))
    yield from zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)


def build_problem(
    scored: Scored,
    score: Floats,
    short: Shortlist,
    rules: CoalitionRules,
    must_strength: float,
    usual: float,
    asked: Asked,
    kept: Sequence[int] = (),
) -> Problem:
    """Turn a shortlist into numbers.

    Parameters
    ----------
    score : float32 (n,)
        Fit with the brief, 0..1.
    usual : float in 0..1
        What a candidate is taken to gain when its needs are not known.
    kept : sequence of int
        Rows that must be members.
    """
    brief, columns, rows = scored.query.brief, scored.columns, short.rows
    importance = np.array([need.importance for need in brief.needs], np.float64)
    total = importance.sum()
    shares = importance / total if total > 0 else np.full(len(importance), 1 / len(importance))
    met = np.stack([np.nan_to_num(scored.once(meets, index)[rows]) for index in range(len(brief.needs))])
    lent = np.stack([scored.once(lends, index)[rows] for index in range(len(brief.needs))])
    covers = np.where(lent >= must_strength, met, 0).astype(np.float64)
    gain = scored.once(candidate_gain)[rows].astype(np.float64)
    place = {int(row): index for index, row in enumerate(rows)}

    def pairs(found: tuple[Reasoned, ...]) -> frozenset[Pair]:
        return frozenset((place[item.rows[0]], place[item.rows[1]]) for item in found)

    return Problem(
        importance=shares,
        must=np.array([need.must for need in brief.needs], np.bool_),
        covers=covers,
        gain=np.where(np.isnan(gain), usual, gain),
        fit=np.clip(score[rows].astype(np.float64), 0, 1),
        away=_away(scored, rows),
        country=columns.country[rows].astype(np.int64),
        sector=columns.sector[rows].astype(np.int64),
        conflicts=pairs(short.conflicts),
        frictions=pairs(short.frictions),
        ties=pairs(short.ties),
        rules=rules,
        smallest=asked.smallest,
        largest=asked.largest,
        wanted_sectors=tuple(columns.codes.sectors[code] for code in asked.sectors),
        kept=tuple(place[row] for row in kept),
    )


def _away(scored: Scored, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    if not names_a_place(scored.query):
        return np.zeros(len(rows))
    there = scored.once(usefulness_by_place)[rows].astype(np.float64)
    away = (1 - there) / (1 - float(ELSEWHERE_SHARE))
    return np.asarray(np.where(scored.once(works_there)[rows], away, 1.0), np.float64)


def works_there(scored: Scored) -> NDArray[np.bool_]:
    """Return who is known to work in one of the brief's places; by its seat only where its places are not known.

    A seat is not a market: a group may be run from a city where it does nothing; bool (n,).
    """
    columns, codes = scored.columns, scored.columns.codes
    wanted = sorted(scored.query.vocabulary.countries(scored.query.brief.places))
    places = [codes.claims[ClaimKind.PLACE][country] for country in wanted]
    covered = (columns.claims[ClaimKind.PLACE][places, : columns.n] > HELD).any(axis=0)
    seated = np.isin(columns.country[: columns.n], [codes.countries[country] for country in wanted])
    return np.asarray(np.where(columns.known[ClaimKind.PLACE][: columns.n], covered, seated))

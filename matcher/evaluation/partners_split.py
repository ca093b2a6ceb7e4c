"""Which engagements are known, which are queries, who is a candidate and who should be found."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import nan

import numpy as np
from numpy.typing import NDArray

from matcher.errors import TooLittleDataError
from matcher.evaluation.partners_data import Indices, TrackRecords

HELD_OUT = 5
LATEST_SHARE = 0.8


@dataclass(frozen=True)
class PartnerQuery:
    """An unseen engagement, asked by its coordinator.

    Parameters
    ----------
    engagement : int
    seeker : int
        Organization, or -1 where no coordinator is named.
    seeker_candidate : int
        The seeker's position among the candidates, or -1; it is never its own partner.
    country, kind : str
        The seeker's, as reported in that engagement.
    place : (float, float)
        The seeker's latitude and longitude in degrees; NaN where unknown.
    gold : NDArray, int
        Positions among the candidates.
    """

    engagement: int
    seeker: int
    seeker_candidate: int
    country: str
    kind: str
    place: tuple[float, float]
    gold: Indices


@dataclass(frozen=True)
class Split:
    """What is known before the test window and what is asked in it; `rule` says in words how it was cut."""

    known: Indices
    candidates: Indices
    queries: tuple[PartnerQuery, ...]
    today: np.datetime64
    rule: str


def split_records(
    records: TrackRecords,
    *,
    start: date | None,
    until: date | None,
    kinds: Sequence[str] = (),
    min_organizations: int = 3,
    max_organizations: int = 40,
) -> Split:
    """Cut the records at the window; without any dates, hold out a fifth by a hash of the id.

    Raises
    ------
    TooLittleDataError
        When the window, the kinds or the sizes leave nothing known or nothing to ask.
    """
    known_mask, asked_mask, today, rule = _cut(records, start, until)
    wanted = np.isin(records.kind, list(kinds)) if kinds else np.ones(len(records.kind), np.bool_)
    candidates = np.unique(records.organization[known_mask[records.engagement] & wanted])
    position = np.full(len(records.organization_ids), -1, np.int64)
    position[candidates] = np.arange(len(candidates))
    queries = []
    for engagement in np.flatnonzero(asked_mask):
        rows = records.rows_of(int(engagement))
        if not min_organizations <= rows.stop - rows.start <= max_organizations:
            continue
        leads = records.leads[rows]
        gold = position[records.organization[rows][~leads & wanted[rows]]]
        gold = gold[gold >= 0]
        if not len(gold):
            continue
        lead = int(np.argmax(leads)) + rows.start if leads.any() else -1
        seeker = int(records.organization[lead]) if lead >= 0 else -1
        queries.append(
            PartnerQuery(
                int(engagement),
                seeker,
                int(position[seeker]) if seeker >= 0 else -1,
                str(records.country[lead]) if lead >= 0 else "",
                str(records.kind[lead]) if lead >= 0 else "",
                (float(records.place[lead, 0]), float(records.place[lead, 1])) if lead >= 0 else (nan, nan),
                np.unique(gold),
            )
        )
    known = np.flatnonzero(known_mask)
    if not queries:
        raise TooLittleDataError(_why_nothing(records, len(known), int(asked_mask.sum()), len(candidates), kinds, rule))
    return Split(known, candidates, tuple(queries), today, rule)


def _cut(
    records: TrackRecords, start: date | None, until: date | None
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], np.datetime64, str]:
    dated = ~np.isnat(records.dates)
    if not dated.any():
        if start or until:
            raise TooLittleDataError("no engagement has a start date that can be read, so a window cannot be cut")
        asked = np.asarray([_fold(key) == 0 for key in records.ids])
        return ~asked, asked, np.datetime64("NaT", "D"), "no dates: a fifth held out by a hash of the id"
    end = np.datetime64(until, "D") if until else records.dates[dated].max() + np.timedelta64(1, "D")
    if start is None:
        before = np.sort(records.dates[dated & (records.dates < end)])
        if not len(before):
            raise TooLittleDataError(f"no engagement starts before {end}")
        begin = before[int(len(before) * LATEST_SHARE)]
    else:
        begin = np.datetime64(start, "D")
    if begin >= end:
        raise TooLittleDataError(f"the window from {begin} until {end} is empty; --from must come before --until")
    known = dated & (records.dates < begin)
    return known, dated & (records.dates >= begin) & (records.dates < end), begin, f"from {begin} until {end}"


def _fold(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) % HELD_OUT


def _why_nothing(
    records: TrackRecords, known: int, asked: int, candidates: int, kinds: Sequence[str], rule: str
) -> str:
    present = ", ".join(sorted(set(records.kind.tolist()) - {""})) or "none"
    return (
        f"nothing can be asked ({rule}): {known} engagements are known, {asked} lie in the window, "
        f"{candidates} organizations{' of kind ' + ', '.join(kinds) if kinds else ''} are candidates; "
        f"kinds in the data: {present}. Widen the window, the kinds or the sizes"
    )

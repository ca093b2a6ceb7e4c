"""Many briefs: their words encoded together, each ranked as if it were alone, written brief by brief.

A blocked product of all the briefs' vectors with all texts was measured too (`benchmarks/scale.py`). It compares every
text, a brief ranked by its bounds about one in seventy: at 70,000 organizations it would save a quarter of the time of
choosing, at 300,000 it costs half as much again. So there is one way of ranking, and many briefs get the same as one.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb.brief import Brief
from kb.errors import BriefError
from kb.importing.parsed import Progress, no_progress
from matcher.brief_files import load_brief
from matcher.bulk.parts import Here, Parts, Workers, write_in_parts
from matcher.bulk.place import Where, columns_at, opened
from matcher.errors import BriefProblemError
from matcher.export.plain import candidate_row, ranking_data
from matcher.export.writing import refuse_unwritable
from matcher.query import brief_text, need_text
from matcher.results import Ranking
from matcher.service import Matcher
from matcher.terms import Filters

ENDINGS = (".yaml", ".yml", ".json")
GROUP = 8
"""Briefs in a part of the result."""
POINTS = "points: "
FIELDS = (
    *("rank", "organization", "id", "sector", "kind", "country", "website", "score", "coverage"),
    *("needs met", "flags", "unverified facts", "points"),
)
"""Columns of the CSV behind the brief's id; what each reason adds, which differs from brief to brief, stands in one."""
FORMS = {".csv": "one line per candidate", ".jsonl": "one ranking per line"}


def find_partners_for_many(
    matcher: Matcher,
    briefs: Sequence[Brief],
    *,
    count: int = 50,
    filters: Filters | None = None,
    weights: Mapping[str, float] | None = None,
    progress: Progress = no_progress,
) -> Iterator[Ranking]:
    """Rank candidate partners for many briefs, in their order; the same as one by one.

    Raises
    ------
    BriefProblemError
        When a brief cannot be answered, with what to change.
    """
    vocabulary = matcher.vocabulary
    texts = [brief_text(brief, vocabulary) for brief in briefs]
    texts += [need_text(brief, need.code, need.text, vocabulary) for brief in briefs for need in brief.needs]
    matcher.store.vectors.encode(matcher.encoder, texts, progress)
    for brief in briefs:
        yield matcher.find_partners(brief, count=count, filters=filters, weights=weights)


def load_briefs(folder: Path) -> tuple[Brief, ...]:
    """Read every brief file of a folder, by file name.

    Raises
    ------
    BriefError
        With the problems of all files.
    """
    if not folder.is_dir():
        raise BriefError(f"{folder}: there is no such folder; give one with brief files ({', '.join(ENDINGS)})")
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS)
    if not files:
        raise BriefError(f"{folder}: holds no brief files ({', '.join(ENDINGS)})")
    found: dict[str, tuple[Path, Brief]] = {}
    problems = []
    for path in files:
        try:
            brief = load_brief(path)
        except BriefError as error:
            problems.append(str(error))
            continue
        if brief.id in found:
            problems.append(f"{path}: the id {brief.id!r} is that of {found[brief.id][0].name} too; give it another")
        found[brief.id] = (path, brief)
    if problems:
        raise BriefError("\n".join(problems))
    return tuple(brief for _, brief in found.values())


@dataclass(frozen=True)
class BriefParts:
    """Makes the text of some briefs' rankings; it can be sent to a worker.

    Attributes
    ----------
    change : int
        The state of the knowledge base that all parts are of.
    form : str
        ``.csv`` or ``.jsonl``.
    size : int
        Briefs in a part.
    """

    where: Where
    change: int
    briefs: tuple[Brief, ...]
    count: int
    form: str
    size: int

    def __call__(self, place: int) -> str:
        """Rank the briefs of one part."""
        columns_at(self.where, self.change)
        briefs = self.briefs[place * self.size : (place + 1) * self.size]
        rankings = find_partners_for_many(opened(self.where), briefs, count=self.count)
        if self.form == ".jsonl":
            return "".join(json.dumps(ranking_data(ranking), ensure_ascii=False) + "\n" for ranking in rankings)
        return "".join(_lines(ranking) for ranking in rankings)


def match_many(
    where: Where,
    briefs: tuple[Brief, ...],
    out: Path,
    *,
    count: int = 50,
    workers: Workers | None = None,
    progress: Progress = no_progress,
) -> int:
    """Rank partners for many briefs into a CSV or JSON lines file; returns how many parts an earlier run had made.

    Raises
    ------
    BriefProblemError
        With the problems of all briefs, before anything is ranked.
    MatcherError
        When the file cannot be written; what is done is kept, and the same call goes on from there.
    """
    refuse_unwritable(out, FORMS)
    matcher = opened(where)
    _refuse_problems(matcher, briefs)
    columns = matcher.columns(progress)
    make = BriefParts(where, columns.last_change, briefs, count, out.suffix.lower(), GROUP)
    said = [columns.fingerprint, matcher.encoder.key, repr(matcher.settings), str(count), make.form, str(GROUP)]
    key = hashlib.sha256("\n".join([*said, *(brief.model_dump_json() for brief in briefs)]).encode()).hexdigest()
    parts = Parts(out, key, -(-len(briefs) // GROUP))
    head = "" if make.form == ".jsonl" else "\ufeff" + _line(["brief", *FIELDS])
    return write_in_parts(parts, head, make, workers or Here(), "Ranking briefs", progress)


def _refuse_problems(matcher: Matcher, briefs: Sequence[Brief]) -> None:
    problems = [f"{brief.id}: {problem}" for brief in briefs for problem in matcher.problems(brief)]
    known = {item.id for item in matcher.kb.get_many([brief.seeker.organization_id or "" for brief in briefs])}
    for brief in briefs:
        seeker = brief.seeker.organization_id
        if seeker and seeker not in known and not matcher.kb.get_many([seeker]):
            problems.append(f"{brief.id}: seeker.organization_id: there is no organization {seeker!r}")
    if problems:
        raise BriefProblemError(problems)


def _lines(ranking: Ranking) -> str:
    lines = []
    for candidate in ranking.candidates:
        row = candidate_row(candidate)
        points = [f"{name.removeprefix(POINTS)} {value}" for name, value in row.items() if name.startswith(POINTS)]
        row["points"] = "; ".join(points)
        lines.append(_line([ranking.brief.id, *(row[name] for name in FIELDS)]))
    return "".join(lines)


def _line(values: Sequence[str | int | float]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(values)
    return text.getvalue()

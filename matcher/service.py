"""The use cases: the only thing that the dashboard and the command line call."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.brief import Brief
from kb.columns import Columns, ColumnStore, TextEncoder
from kb.errors import UnknownOrganizationError
from kb.importing.parsed import Progress, no_progress
from kb.knowledge_base import KnowledgeBase
from kb.vocabulary import Vocabulary, load_vocabulary
from matcher.annotating import annotate_all
from matcher.checks import check_brief
from matcher.components import COMPONENTS
from matcher.counterfactuals import candidate_lifts, seeker_lifts
from matcher.encoder import BUNDLED, SentenceTransformerEncoder
from matcher.errors import BriefProblemError
from matcher.explanation import explain
from matcher.profiles import Profiles, Seeking
from matcher.query import Query, Scored
from matcher.ranking import Caution, Scores, Weighted, diversify, score_components, top, weigh
from matcher.results import Candidate, Lift, Ranking, SearchHit, SetApart
from matcher.settings import Background, Settings, load_settings
from matcher.terms import Filters, Terms, apply_terms, why_kept_out

SHOWN_APART = 20
DIVERSIFY_AMONG = 200
RRF_OFFSET = 60
BRIEFS_KEPT = 8
"""Briefs whose scores are kept until something changes; each takes a few hundred bytes an organization."""


@dataclass(frozen=True)
class Prepared:
    """A brief scored over all organizations, before weights and filters; keep it while only those change."""

    scored: Scored
    scores: Scores
    change: int

    @property
    def query(self) -> Query:
        """The encoded brief."""
        return self.scored.query


class Matcher:
    """Matching on one knowledge base with one embedding model.

    Parameters
    ----------
    kb : KnowledgeBase
    encoder : TextEncoder, optional
        The bundled model when not given; it is loaded when a text must be encoded.
    cache : Path, optional
        Folder for vectors and columns; beside the database when not given.
    """

    def __init__(self, kb: KnowledgeBase, encoder: TextEncoder | None = None, cache: Path | None = None) -> None:
        self.kb = kb
        self.encoder = encoder or SentenceTransformerEncoder()
        self.vocabulary: Vocabulary = load_vocabulary()
        self.settings: Settings = load_settings()
        self.store = ColumnStore(kb, self.encoder, cache)
        self.profiles = Profiles(kb)
        self._prepared: OrderedDict[tuple[str, int], Prepared] = OrderedDict()

    def columns(self, progress: Progress = no_progress) -> Columns:
        """Bring the columns up to date; encodes what was never encoded."""
        return self.store.current(progress)

    def annotate(self, who: str | None = None, progress: Progress = no_progress) -> int:
        """Read claims out of texts that are new or changed; returns how many organizations were read."""
        return annotate_all(self.kb, who, progress)

    # Matching --------------------------------------------------------------------------------

    def prepare(self, brief: Brief, progress: Progress = no_progress) -> Prepared:
        """Check, encode and score a brief; one that was scored since the last change is not scored again.

        Raises
        ------
        BriefProblemError
            When the brief cannot be answered, with what to change.
        """
        columns = self.columns(progress)
        key = (brief.model_dump_json(), columns.last_change)
        if key in self._prepared:
            self._prepared.move_to_end(key)
            return self._prepared[key]
        problems = check_brief(brief, self.vocabulary, [component.name for component in COMPONENTS])
        if problems:
            raise BriefProblemError(problems)
        scored = Scored(self._query(brief, columns.last_change), columns)
        self._prepared[key] = Prepared(scored, score_components(scored), columns.last_change)
        if len(self._prepared) > BRIEFS_KEPT:
            self._prepared.popitem(last=False)
        return self._prepared[key]

    def _current(self, prepared: Prepared) -> Prepared:
        unchanged = prepared.change == self.columns().last_change
        return prepared if unchanged else self.prepare(prepared.query.brief)

    def _query(self, brief: Brief, change: int) -> Query:
        seeking = self._seeker(brief, change)
        barred = [self.kb.number_of(name) for name in brief.red_lines.organizations]
        return Query.of(
            brief,
            self.vocabulary,
            lambda texts: self.store.vectors.encode(self.encoder, texts),
            self.background,
            seeking.organization if seeking else None,
            seeking.number if seeking else None,
            tuple(item for item in barred if item is not None),
        )

    def _seeker(self, brief: Brief, change: int) -> Seeking | None:
        if not brief.seeker.organization_id:
            return None
        try:
            return self.profiles.seeker(brief.seeker.organization_id, change)
        except UnknownOrganizationError as error:
            raise BriefProblemError([f"seeker.organization_id: {error}"]) from error

    @property
    def background(self) -> Background:
        """Cosines that are usual for the model; of the bundled one when nothing was measured for it."""
        model = self.encoder.key.split("@")[0]
        return self.settings.background.get(model, self.settings.background[BUNDLED])

    def weights(self, brief: Brief, weights: Mapping[str, float] | None = None) -> dict[str, float]:
        """Return the weights in force: given ones over the brief's over the defaults."""
        return {**self.settings.weights, **brief.weights, **(weights or {})}

    def find_partners(
        self,
        brief: Brief,
        *,
        count: int = 50,
        filters: Filters | None = None,
        weights: Mapping[str, float] | None = None,
        progress: Progress = no_progress,
    ) -> Ranking:
        """Rank candidate partners for a brief and explain the best `count`.

        Raises
        ------
        BriefProblemError
            When the brief cannot be answered, with what to change.
        """
        return self.rank(self.prepare(brief, progress), count=count, filters=filters, weights=weights)

    def rank(
        self,
        prepared: Prepared,
        *,
        count: int = 50,
        filters: Filters | None = None,
        weights: Mapping[str, float] | None = None,
    ) -> Ranking:
        """Weigh, filter, order and explain a prepared brief; one from before a change is prepared anew."""
        prepared = self._current(prepared)
        brief = prepared.query.brief
        weighted, terms = self._weigh(prepared, filters or Filters(), weights)
        allowed = terms.visible & ~terms.kept_out
        rows = self._order(prepared, weighted, allowed, count)
        apart = top(weighted.score, terms.visible & terms.kept_out, SHOWN_APART)
        candidates = explain(self.profiles, prepared.scored, prepared.scores, weighted, rows)
        names = [component.name for component in prepared.scores.components]
        set_apart = int((terms.visible & terms.kept_out).sum())
        return Ranking(
            brief=brief,
            candidates=candidates,
            set_apart=self._set_apart(prepared, weighted, apart),
            set_apart_count=set_apart,
            considered=int(terms.visible.sum()),
            matching=int(allowed.sum()),
            weights=dict(zip(names, weighted.weights.tolist(), strict=True)),
            caution=weighted.caution.share,
            notes=self._notes(prepared, terms, candidates, set_apart),
        )

    def _weigh(
        self, prepared: Prepared, filters: Filters, weights: Mapping[str, float] | None
    ) -> tuple[Weighted, Terms]:
        brief = prepared.query.brief
        share = self.settings.caution if brief.caution is None else brief.caution
        weighted = weigh(prepared.scores, self.weights(brief, weights), Caution(share, self.settings.usual))
        return weighted, apply_terms(prepared.scored, filters, self.settings.must_strength)

    def _order(self, prepared: Prepared, weighted: Weighted, allowed: NDArray[np.bool_], count: int) -> list[int]:
        diversity = prepared.query.brief.diversity
        if not diversity:
            return [int(row) for row in top(weighted.score, allowed, count)]
        rows = top(weighted.score, allowed, max(count, DIVERSIFY_AMONG))
        columns = prepared.scored.columns
        vectors = columns.profile_vectors[rows]
        alike = np.clip(vectors @ vectors.T, 0, 1) * 0.5
        for column in (columns.sector, columns.industry):
            same = column[rows][:, None] == column[rows][None, :]
            alike = alike + np.float32(0.25) * (same & (column[rows] > 0)[:, None])
        return [int(row) for row in diversify(rows, weighted.score[rows], alike, diversity, count)]

    def _set_apart(self, prepared: Prepared, weighted: Weighted, rows: NDArray[np.int64]) -> tuple[SetApart, ...]:
        columns = prepared.scored.columns
        found = self.profiles.organizations(columns.numbers[rows].tolist(), columns.last_change)
        return tuple(
            SetApart(
                organization := found[int(columns.numbers[row])],
                100 * float(weighted.score[row]),
                why_kept_out(prepared.query, organization, self.settings.must_strength),
            )
            for row in rows
        )

    def _notes(
        self, prepared: Prepared, terms: Terms, candidates: Sequence[Candidate], set_apart: int
    ) -> tuple[str, ...]:
        notes = []
        if not terms.visible.any():
            notes.append(
                "No organization passes the filters and wanted sectors. Remove a filter, or import more organizations."
            )
        elif not candidates:
            musts = [need.code for need in prepared.query.brief.needs if need.must]
            what = f"the musts ({', '.join(musts)}) and red lines" if musts else "the red lines"
            notes.append(
                f"All {set_apart:,} organizations are set apart by {what}. Make a must a wish, or relax a red line."
            )
        elif candidates[0].score < 20:
            notes.append(
                "No candidate fits well. Describe the behaviour and the needs in more words, or widen the places."
            )
        return tuple(notes)

    # What would change the rank --------------------------------------------------------------

    def counterfactuals(
        self,
        prepared: Prepared,
        organization_id: str,
        *,
        rank: int = 1,
        filters: Filters | None = None,
        weights: Mapping[str, float] | None = None,
    ) -> tuple[Lift, ...]:
        """Return the smallest changes that would lift a candidate to `rank`: facts about it, then in the brief.

        Raises
        ------
        kb.errors.UnknownOrganizationError
            When there is no such organization.
        """
        prepared = self._current(prepared)
        filters = filters or Filters()
        number = self.kb.number_of(self.kb.get(organization_id).id)
        row = prepared.scored.columns.row_of(number or 0)
        if row is None:
            return ()
        weighted, terms = self._weigh(prepared, filters, weights)
        allowed = terms.visible & ~terms.kept_out
        lifts: tuple[Lift, ...] = ()
        now = self._standing(weighted, allowed, row)
        if now is None or now[0] > rank:
            lifts = candidate_lifts(prepared.scored, prepared.scores, weighted, allowed, row, rank)

        def under(changed: Brief) -> tuple[int, float] | None:
            variant = self.prepare(changed)
            reweighted, new_terms = self._weigh(variant, filters, changed.weights or weights)
            return self._standing(reweighted, new_terms.visible & ~new_terms.kept_out, row)

        used = self.weights(prepared.query.brief, weights)
        components = tuple(component.name for component in prepared.scores.components)
        lowest = now[0] if now else int(allowed.sum()) + 1
        return lifts + seeker_lifts(prepared.query.brief, used, components, under, lowest)

    @staticmethod
    def _standing(weighted: Weighted, allowed: NDArray[np.bool_], row: int) -> tuple[int, float] | None:
        if not allowed[row]:
            return None
        return 1 + int((weighted.score[allowed] > weighted.score[row]).sum()), 100 * float(weighted.score[row])

    # Search ----------------------------------------------------------------------------------

    def search(self, text: str, count: int = 20) -> tuple[SearchHit, ...]:
        """Find organizations by words and by meaning, joined by reciprocal rank fusion.

        Source: Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion", SIGIR 2009.
        """
        if not text.strip():
            return ()
        lexical = self.kb.find(text, 5 * count)
        columns = self.columns()
        vector = self.store.vectors.encode(self.encoder, [text.strip()])[0]
        cosines = columns.profile_vectors[: columns.n] @ vector
        rows = top(cosines, columns.alive[: columns.n], 5 * count)
        semantic = self.kb.by_number([int(columns.numbers[row]) for row in rows])
        ranked: dict[str, float] = {}
        known = {item.id: item for item in (*lexical, *semantic.values())}
        by = {item.id: "words" for item in lexical}
        order = [[item.id for item in lexical], [semantic[int(columns.numbers[row])].id for row in rows]]
        for ids in order:
            for place, key in enumerate(ids):
                ranked[key] = ranked.get(key, 0.0) + 1 / (RRF_OFFSET + place)
        for key in order[1]:
            by[key] = "words and meaning" if key in by else "meaning"
        best = sorted(ranked, key=lambda key: (-ranked[key], key))[:count]
        ceiling = 2 / RRF_OFFSET
        return tuple(SearchHit(known[key], ranked[key] / ceiling, by[key]) for key in best)

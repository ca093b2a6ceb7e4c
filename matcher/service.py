"""The use cases: the only thing that the dashboard and the command line call."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter

from kb.brief import Brief
from kb.columns import Columns, ColumnStore, TextEncoder
from kb.errors import UnknownOrganizationError
from kb.importing.parsed import Progress, no_progress
from kb.knowledge_base import KnowledgeBase
from kb.observing import log_event, stage
from kb.vocabulary import Vocabulary, load_vocabulary
from matcher.annotating import annotate_all
from matcher.checks import check_brief
from matcher.components import COMPONENTS
from matcher.counterfactuals import candidate_lifts, seeker_lifts
from matcher.encoder import BUNDLED, SentenceTransformerEncoder
from matcher.errors import BriefProblemError
from matcher.explanation import explain
from matcher.nearest import nearest
from matcher.policy_terms import PolicyTerms, policy_problems
from matcher.profiles import Profiles, Seeking
from matcher.query import Query
from matcher.ranking import Caution, Scores, Weighted, diversify, likeness, weigh
from matcher.results import Candidate, Lift, Ranking, SearchHit, SetApart
from matcher.selection import Judged, Prepared
from matcher.settings import Background, Settings, load_settings
from matcher.terms import Filters, Terms, apply_terms, why_kept_out

SHOWN_APART = 20
DIVERSIFY_AMONG = 200
RRF_OFFSET = 60
BRIEFS_KEPT = 8
"""Briefs whose scores are kept until something changes; each takes a few hundred bytes an organization."""


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
        self.policies = PolicyTerms(kb)
        self._prepared: OrderedDict[tuple[str, int], Prepared] = OrderedDict()

    def columns(self, progress: Progress = no_progress) -> Columns:
        """Bring the columns up to date; encodes what was never encoded."""
        return self.store.current(progress)

    def annotate(self, who: str | None = None, progress: Progress = no_progress) -> int:
        """Read claims out of texts that are new or changed; returns how many organizations were read."""
        return annotate_all(self.kb, who, progress)

    # Matching --------------------------------------------------------------------------------

    def problems(self, brief: Brief) -> list[str]:
        """Return what keeps a brief from being answered, one line each; empty when nothing does."""
        problems = check_brief(brief, self.vocabulary, [component.name for component in COMPONENTS])
        return problems + policy_problems(brief.policies)

    def prepare(self, brief: Brief, progress: Progress = no_progress) -> Prepared:
        """Check, encode and score a brief; one that was scored since the last change is not scored again.

        Raises
        ------
        BriefProblemError
            When the brief cannot be answered, with what to change.
        """
        with stage("columns"):
            columns = self.columns(progress)
        key = (brief.model_dump_json(), columns.last_change)
        if key in self._prepared:
            self._prepared.move_to_end(key)
            return self._prepared[key]
        problems = self.problems(brief)
        if problems:
            raise BriefProblemError(problems)
        with stage("encode"):
            query = self._query(brief, columns.last_change)
        with stage("bound"):
            self._prepared[key] = Prepared(query, columns)
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
        return self._ranked(self.prepare(brief, progress), count, filters, weights)

    def rank(
        self,
        prepared: Prepared,
        *,
        count: int = 50,
        filters: Filters | None = None,
        weights: Mapping[str, float] | None = None,
    ) -> Ranking:
        """Weigh, filter, order and explain a prepared brief; one from before a change is prepared anew."""
        return self._ranked(self._current(prepared), count, filters, weights)

    def _ranked(
        self, prepared: Prepared, count: int, filters: Filters | None, weights: Mapping[str, float] | None
    ) -> Ranking:
        brief, columns = prepared.query.brief, prepared.columns
        started = perf_counter()
        with stage("terms"):
            terms = self._terms(prepared, filters)
            allowed, kept_out = terms.visible & ~terms.kept_out, terms.visible & terms.kept_out
        among = max(count, DIVERSIFY_AMONG) if brief.diversity else count
        with stage("select"):
            best, apart = prepared.best(self.weighing(brief, weights), [(allowed, among), (kept_out, SHOWN_APART)])
            if brief.diversity:
                best = best.taken(diversify(best.weighted.score, likeness(columns, best.rows), brief.diversity, count))
        with stage("explain"):
            candidates = explain(self.profiles, best)
            shown_apart = self._set_apart(apart)
        names = [component.name for component in best.scores.components]
        set_apart = int(kept_out.sum())
        spent = round(1000 * (perf_counter() - started), 1)
        log_event("ranking.made", brief=brief.id, considered=int(terms.visible.sum()), milliseconds=spent)
        return Ranking(
            brief=brief,
            candidates=candidates,
            set_apart=shown_apart,
            set_apart_count=set_apart,
            considered=int(terms.visible.sum()),
            matching=int(allowed.sum()),
            weights=dict(zip(names, best.weighted.weights.tolist(), strict=True)),
            caution=best.weighted.caution.share,
            notes=self._notes(prepared, terms, candidates, set_apart),
        )

    def weighing(self, brief: Brief, weights: Mapping[str, float] | None = None) -> Callable[[Scores], Weighted]:
        """Return how a brief weighs component values: its weights, caution, and what it takes to bring enough."""
        share = self.settings.caution if brief.caution is None else brief.caution
        chosen, caution = self.weights(brief, weights), Caution(share, self.settings.usual)
        return lambda scores: weigh(scores, chosen, caution, self.settings.holdbacks)

    def _terms(self, prepared: Prepared, filters: Filters | None) -> Terms:
        terms = apply_terms(prepared.at_most, filters or Filters(), self.settings.must_strength)
        return Terms(terms.visible, terms.kept_out | self.policies.excluded(prepared.at_most))

    def _set_apart(self, apart: Judged) -> tuple[SetApart, ...]:
        columns = apart.scored.columns
        numbers = columns.numbers[apart.rows].tolist()
        found = self.profiles.of(numbers, columns.last_change)
        organizations = [found[number].organization for number in numbers]
        by_policy = self.policies.reasons(apart.scored, [organization.id for organization in organizations])
        return tuple(
            SetApart(
                organization,
                100 * float(score),
                why_kept_out(apart.scored.query, organization, self.settings.must_strength)
                + by_policy.get(organization.id, ()),
            )
            for organization, score in zip(organizations, apart.weighted.score, strict=True)
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
        brief = prepared.query.brief
        number = self.kb.number_of(self.kb.get(organization_id).id)
        row = prepared.columns.row_of(number or 0)
        if row is None:
            return ()
        terms, weighing = self._terms(prepared, filters), self.weighing(brief, weights)
        allowed = terms.visible & ~terms.kept_out
        lifts: tuple[Lift, ...] = ()
        now = prepared.standing(weighing, allowed, row)
        if now is None or now[0] > rank:
            others = allowed.copy()
            others[row] = False
            (best,) = prepared.best(weighing, [(others, rank)])
            lifts = candidate_lifts(prepared.at(weighing, [row]), best.weighted.score, rank)

        def under(changed: Brief) -> tuple[int, float] | None:
            variant = self.prepare(changed)
            changed_terms = self._terms(variant, filters)
            visible = changed_terms.visible & ~changed_terms.kept_out
            return variant.standing(self.weighing(changed, changed.weights or weights), visible, row)

        used = self.weights(brief, weights)
        components = tuple(component.name for component in prepared.bounds.components)
        lowest = now[0] if now else int(allowed.sum()) + 1
        return lifts + seeker_lifts(brief, used, components, under, lowest)

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
        texts, alive = columns.profile_vectors[: columns.n], columns.alive[: columns.n]
        rows = nearest(texts, columns.profile_short, vector, 5 * count, alive).rows
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

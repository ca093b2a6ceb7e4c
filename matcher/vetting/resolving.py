"""Names that people ask about, looked up in the knowledge base: matched, to be chosen from, or new.

Nobody is picked silently: of two organizations that fit a name equally well, a person chooses.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from kb.duplicates import Identity
from kb.importing.parsed import Progress, no_progress
from matcher.errors import MatcherError
from matcher.vetting.asked_names import AskedName
from matcher.vetting.name_blocks import NameBlocks
from matcher.vetting.name_pairing import NameForm, pair_words
from matcher.vetting.names import (
    FORBIDDING_STRONG,
    NameComparison,
    compare_pairing,
    name_variants,
    read_name,
)
from matcher.vetting.resolving_evidence import Evidence
from matcher.vetting.resolving_names import holds_whole_name, is_enough_alone, is_telling
from matcher.vetting.screening import registration_key

MOST_OPTIONS = 5
LEAST_SCORE = 0.6
LEAST_NAME_SCORE = 0.2
SPELT_ALIKE = 0.85
REPORT_EVERY = 100
# How strongly facts bind a name to an organization; between two of them, the same by another name of it.
ALIKE, BY_NAME, IN_ONE_COUNTRY, ON_ONE_SITE, NUMBERED = 1, 3, 5, 7, 9
Outcome = Literal["match", "choose", "new"]
Confidence = Literal["high", "medium", "none"]
Tie = Literal["same", "part"]


@dataclass(frozen=True)
class Option:
    """An organization of the knowledge base that a name may be of.

    Attributes
    ----------
    organization_id, name : str
    known_as : str
        Its name or alias that is most like the one asked for.
    country : str or None
    score : float in 0..1
        How sure it is that the two are one, from name, country, website and number.
    tie : {"same", "part"}
        Whether the name may be the organization's own, or that of a branch or subsidiary, since it begins
        with the organization's name and goes on.
    reasons : tuple of str
        For a person to read.
    """

    organization_id: str
    name: str
    known_as: str
    country: str | None
    score: float
    tie: Tie
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Resolved:
    """What a name was found to be.

    Attributes
    ----------
    asked : AskedName
    outcome : {"match", "choose", "new"}
    options : tuple of Option
        The best first, at most five; of a match, the first is the one. Those of a new name are
        organizations that it may belong to.
    why : str
        In a sentence.
    confidence : {"high", "medium", "none"}
        Of a match: *high* when more than the name agrees.
    """

    asked: AskedName
    outcome: Outcome
    options: tuple[Option, ...]
    why: str
    confidence: Confidence = "none"

    @property
    def organization_id(self) -> str | None:
        """The organization that was matched; None when nobody was."""
        return self.options[0].organization_id if self.outcome == "match" else None

    def choose(self, organization_id: str) -> Resolved:
        """Return what a person made of it: one of the options, or with an empty id none of them.

        Raises
        ------
        MatcherError
            When it is not among the options.
        """
        if not organization_id:
            return replace(self, outcome="new", options=(), why="a person said that it is none of these")
        chosen = [option for option in self.options if option.organization_id == organization_id]
        if not chosen:
            known = ", ".join(option.organization_id for option in self.options) or "none"
            raise MatcherError(
                f"row {self.asked.row}: {organization_id!r} is no option for {self.asked.name!r}: {known}"
            )
        others = tuple(option for option in self.options if option.organization_id != organization_id)
        return replace(self, outcome="match", options=(*chosen, *others), why="chosen by a person", confidence="high")


@dataclass(frozen=True, slots=True)
class _Entry:
    at: int
    name: str
    form: NameForm
    alias: bool


@dataclass(frozen=True)
class _Judged:
    """An option with what speaks for it: `strength` 0 is not enough to match, higher is surer."""

    option: Option
    strength: int
    alias: bool
    exact: bool


class Resolver:
    """Looks names up among organizations, which are read and indexed once.

    Parameters
    ----------
    identities : sequence of Identity
    progress : Progress
    """

    def __init__(self, identities: Sequence[Identity], progress: Progress = no_progress) -> None:
        self._identities = identities
        self._entries: list[_Entry] = []
        self._by_id = {identity.id: at for at, identity in enumerate(identities)}
        self._by_number: dict[str, set[int]] = defaultdict(set)
        self._by_site: dict[str, list[int]] = defaultdict(list)
        for at, identity in enumerate(identities):
            for name, alias in ((identity.name, False), *((other, True) for other in identity.aliases)):
                form = read_name(name)
                if form.letters:
                    self._entries.append(_Entry(at, name, form, alias))
            for _, value in identity.registry_ids:
                if key := registration_key(value):
                    self._by_number[key].add(at)
            if identity.domain:
                self._by_site[identity.domain].append(at)
            if at % 5_000 == 0:
                progress("Reading the knowledge base's names", at, len(identities))
        progress("Reading the knowledge base's names", len(identities), len(identities))
        self._blocks = NameBlocks([entry.form for entry in self._entries])
        self._own_entry = {entry.at: entry for entry in reversed(self._entries) if not entry.alias}

    def resolve(self, asked: Sequence[AskedName], progress: Progress = no_progress) -> tuple[Resolved, ...]:
        """Look names up, in their order."""
        found = []
        for done, item in enumerate(asked):
            if done % REPORT_EVERY == 0:
                progress("Looking names up", done, len(asked))
            found.append(self.resolve_one(item))
        progress("Looking names up", len(asked), len(asked))
        return tuple(found)

    def resolve_one(self, asked: AskedName) -> Resolved:
        """Look one name up."""
        best: dict[int, _Judged] = {}
        linked = [self._own_entry[at] for at in sorted(self._linked(asked)) if at in self._own_entry]
        for name in (variant for full in (asked.name, *asked.aliases) for variant in name_variants(full)):
            form = read_name(name)
            near = [self._entries[at] for at in self._blocks.candidates(form)]
            same = [entry for entry in near if entry.form.letters == form.letters]
            self._judge_all(asked, name, [*same, *linked], best)
            if not _is_settled(best):
                self._judge_all(asked, name, near, best)
        return _decide(asked, sorted(best.values(), key=_order))

    def _judge_all(self, asked: AskedName, name: str, entries: Sequence[_Entry], best: dict[int, _Judged]) -> None:
        """Judge candidates, keeping in `best` the name of each organization that speaks most for it."""
        for entry in entries:
            judged = self._judge(asked, name, entry)
            if judged and (entry.at not in best or _order(judged) < _order(best[entry.at])):
                best[entry.at] = judged

    def _linked(self, asked: AskedName) -> set[int]:
        """Return who shares a number, a website or the id, whatever the name."""
        found = {at for _, value in asked.numbers for at in self._by_number.get(registration_key(value), ())}
        on_site = self._by_site.get(asked.domain, []) if asked.domain else []
        found.update(on_site[:MOST_OPTIONS])
        return found | ({self._by_id[asked.id]} if asked.id in self._by_id else set())

    def _judge(self, asked: AskedName, name: str, entry: _Entry) -> _Judged | None:
        """Weigh what speaks for one organization; None when it is too little to show."""
        form = read_name(name)
        identity = self._identities[entry.at]
        left, right = sorted((form, entry.form), key=lambda found: (found.letters, found.spelt))
        comparison = compare_pairing(pair_words(left, right))
        evidence = Evidence(asked, identity)
        exact = form.letters == entry.form.letters and not _named(comparison, "other_legal_form")
        log_odds = _log_odds(comparison.score) + evidence.log_odds
        score = 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, log_odds))))
        part = not exact and holds_whole_name(form, entry.form)
        if comparison.score < LEAST_NAME_SCORE and not (part or evidence.number or evidence.given or evidence.site):
            return None
        if score < LEAST_SCORE and not (exact or part or evidence.site):
            return None
        if part and comparison.score < SPELT_ALIKE and not evidence.number:
            words = f"the name begins with that of {entry.name!r}: perhaps a branch, subsidiary or namesake"
            tie: Tie = "part"
        else:
            words, tie = _about_name(exact, entry, comparison), "same"
        own = tie == "same" and name not in asked.aliases
        strength = _strength(form, comparison, evidence, exact, part) if own else 0
        if (
            strength
            and not evidence.confirmed
            and not is_enough_alone(name, form, entry.name, entry.form, alias=entry.alias)
        ):
            strength = 0
        strength -= entry.alias and strength > ALIKE
        reasons = (words, *evidence.words)
        option = Option(identity.id, identity.name, entry.name, identity.country, score, tie, reasons)
        return _Judged(option, strength, entry.alias, exact)


def _strength(form: NameForm, comparison: NameComparison, evidence: Evidence, exact: bool, part: bool) -> int:
    """Return 0 when a person must choose, else how strongly the facts bind the name to the organization."""
    forbidding = any(_named(comparison, name) for name in (*FORBIDDING_STRONG, "other_legal_form"))
    alike = comparison.score >= SPELT_ALIKE and not forbidding
    if (evidence.number or evidence.given) and (part or comparison.score >= LEAST_NAME_SCORE):
        return NUMBERED
    if evidence.contradicted:
        return 0
    if evidence.site and (exact or alike):
        return ON_ONE_SITE
    if exact and evidence.country:
        return IN_ONE_COUNTRY
    if exact and is_telling(form):
        return BY_NAME
    added = _named(comparison, "added_telling_word") or _named(comparison, "other_word")
    return ALIKE if alike and evidence.country and not added else 0


def _is_settled(best: Mapping[int, _Judged]) -> bool:
    """Whether one organization of just this name is bound to it more strongly than any other could be."""
    strengths = sorted((judged.strength for judged in best.values()), reverse=True)
    return bool(strengths) and strengths[0] >= BY_NAME and (len(strengths) == 1 or strengths[0] > strengths[1])


def _named(comparison: NameComparison, name: str) -> bool:
    return any(feature.name == name for feature in comparison.features)


def _log_odds(score: float) -> float:
    kept = min(1 - 1e-6, max(1e-6, score))
    return math.log(kept / (1 - kept))


def _about_name(exact: bool, entry: _Entry, comparison: NameComparison) -> str:
    what = "another name of it" if entry.alias else "name"
    if exact:
        return f"same {what} {entry.name!r}" if not entry.alias else f"{what} is {entry.name!r}"
    helping = next((item.text for item in comparison.features if item.contribution > 0), "")
    against = next((item.text for item in comparison.features if item.contribution < 0), "")
    about = f"like {'its other name' if entry.alias else 'its name'} {entry.name!r} ({comparison.score:.0%})"
    return " ".join(part for part in (about, helping, f"But: {against}" if against else "") if part)


def _order(judged: _Judged) -> tuple[int, bool, float, bool, str]:
    option = judged.option
    return -judged.strength, option.tie == "part", -round(option.score, 2), judged.alias, option.organization_id


def _decide(asked: AskedName, judged: list[_Judged]) -> Resolved:
    options = tuple(item.option for item in judged[:MOST_OPTIONS])
    if not judged:
        return Resolved(asked, "new", (), "nobody in the knowledge base has a name like it")
    top = judged[0]
    equals = [item for item in judged if item.strength == top.strength]
    # Somebody else of just this name is known elsewhere: the name alone does not say which of them is meant.
    rival = top.alias and any(item.exact and not item.alias and not item.strength for item in judged)
    if top.strength and rival and top.strength <= BY_NAME:
        return Resolved(asked, "choose", options, "others have this name elsewhere; choose one")
    if top.strength and len(equals) == 1:
        sure = top.strength >= IN_ONE_COUNTRY - 1
        doubt = "" if sure else "; no country, website or number was given to confirm it"
        doubt = doubt if top.exact or sure else "; spelt differently"
        return Resolved(asked, "match", options, "; ".join(top.option.reasons) + doubt, "high" if sure else "medium")
    if top.strength:
        return Resolved(asked, "choose", options, f"{len(equals)} organizations fit equally well; choose one")
    if all(option.tie == "part" and option.score < LEAST_SCORE for option in options):
        why = f"not known under this name; {options[0].reasons[0]}"
        return Resolved(asked, "new", options, why)
    return Resolved(asked, "choose", options, "possible, and not sure enough to match without a person")

"""Screening organizations against watchlists: candidates by shared words, then name, country and number compared."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kb.importing.parsed import Progress, no_progress
from kb.watchlists import ListedEntity, Watchlist
from matcher.vetting.name_blocks import NameBlocks
from matcher.vetting.name_pairing import NameForm, pair_words
from matcher.vetting.names import (
    DEFAULT_THRESHOLD,
    FORBIDDING_STRONG,
    STRONG_THRESHOLD,
    Level,
    NameComparison,
    compare_pairing,
    name_variants,
    read_name,
)

SAME_COUNTRY = 0.7
OTHER_COUNTRY = -2.5
MANY_NAMES = -1.0
WEAK_ALIAS = -6.0
WEAK_ALIAS_SAME_COUNTRY = -2.0
SHORTEST_NUMBER = 6
MOST_ALIASES = 50
REPORT_EVERY = 500
CERTAIN = 30.0
SHORT_CORE = 6
"""Letters and digits of a name without its common words, up to which a misspelling is never a strong hit."""


@dataclass(frozen=True)
class Subject:
    """An organization to be screened; `country` is ISO 3166-1 alpha-2, what is unknown stays empty."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    country: str | None = None
    registration: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reason:
    """Something that speaks for or against a hit; the contributions, with `Hit.base`, are the log-odds of the score."""

    code: str
    text: str
    contribution: float


@dataclass(frozen=True)
class Hit:
    """An organization that is, or may be, on a watchlist. A person decides; a hit is never a finding.

    Attributes
    ----------
    subject_id : str
    entity : ListedEntity
        Also one whose debarment has run out: ask `entity.in_force`.
    subject_name, listed_name : str
        The two names, of all that both sides bear, that are most alike.
    score : float in 0..1
    level : {"strong", "possible"}
    base : float
        Log-odds before any reason.
    reasons : tuple of Reason
        The weightiest first.
    """

    subject_id: str
    entity: ListedEntity
    subject_name: str
    listed_name: str
    score: float
    level: Level
    base: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class _Listed:
    entity: ListedEntity
    name: str
    form: NameForm
    weak: bool


class Screener:
    """Screens organizations against watchlists, which are read and indexed once.

    Parameters
    ----------
    watchlists : iterable of Watchlist
    threshold, strong : float in 0..1
        From which score on a hit is possible, and strong.
    kinds : collection of str
        What kinds of entity can be an organization: vessels, aircraft and persons are left out.
    """

    def __init__(
        self,
        watchlists: Iterable[Watchlist],
        *,
        threshold: float = DEFAULT_THRESHOLD,
        strong: float = STRONG_THRESHOLD,
        kinds: Iterable[str] = ("organization", "other"),
    ) -> None:
        self.threshold, self.strong = threshold, strong
        wanted = frozenset(kinds)
        entities = [entity for found in watchlists for entity in found.entities if entity.kind in wanted]
        self._listed = list(_names_of(entities))
        self._blocks = NameBlocks([listed.form for listed in self._listed])
        self._by_number: dict[str, list[ListedEntity]] = defaultdict(list)
        for entity in entities:
            for number in filter(None, map(registration_key, entity.registration_numbers)):
                self._by_number[number].append(entity)

    def screen(self, organizations: Sequence[Subject], progress: Progress = no_progress) -> list[Hit]:
        """Return all hits, in the order of the organizations, the highest score of each first.

        Parameters
        ----------
        organizations : sequence of Subject
        progress : Progress
            Called with what is being done, how many organizations are done, and of how many.
        """
        hits: list[Hit] = []
        for at, subject in enumerate(organizations):
            hits.extend(self.screen_one(subject))
            if at % REPORT_EVERY == 0:
                progress("screening", at, len(organizations))
        progress("screening", len(organizations), len(organizations))
        return hits

    def screen_one(self, subject: Subject) -> list[Hit]:
        """Return the hits of one organization, the highest score first, one per listed entity."""
        best: dict[tuple[str, str], Hit] = {}
        for hit in (*self._by_registration(subject), *self._by_name(subject)):
            key = hit.entity.list_code, hit.entity.entity_id
            if key not in best or hit.score > best[key].score:
                best[key] = hit
        return sorted(best.values(), key=lambda hit: (-hit.score, hit.entity.list_code, hit.entity.entity_id))

    def _by_registration(self, subject: Subject) -> Iterator[Hit]:
        for number in filter(None, map(registration_key, subject.registration)):
            for entity in self._by_number.get(number, ()):
                reason = Reason("same_registration", f"Both have the registration number {number}.", CERTAIN)
                yield Hit(subject.id, entity, subject.name, entity.name, 1.0, "strong", 0.0, (reason,))

    def _by_name(self, subject: Subject) -> Iterator[Hit]:
        for name in dict.fromkeys((subject.name, *subject.aliases[:MOST_ALIASES])):
            for variant in name_variants(name):
                form = read_name(variant)
                for at in self._blocks.candidates(form):
                    hit = self._hit(subject, name, form, self._listed[at])
                    if hit is not None:
                        yield hit

    def _hit(self, subject: Subject, name: str, form: NameForm, listed: _Listed) -> Hit | None:
        # The features do not depend on which side is which but for rounding; the order is the one of `compare`.
        left, right = sorted((form, listed.form), key=lambda found: (found.letters, found.spelt))
        comparison = compare_pairing(pair_words(left, right))
        if comparison.score < self.threshold / 10:
            return None
        reasons = [*_name_reasons(comparison), *_context_reasons(subject, form, listed)]
        log_odds = comparison.base + sum(reason.contribution for reason in reasons)
        score = 1.0 / (1.0 + math.exp(-max(-CERTAIN, min(CERTAIN, log_odds))))
        if score < self.threshold:
            return None
        forbidding = {*FORBIDDING_STRONG, "other_country", "weak_alias"} & {reason.code for reason in reasons}
        # In a short name one other letter makes another name, as often as a misspelt one.
        short = form.core != listed.form.core and min(len(form.core), len(listed.form.core)) <= SHORT_CORE
        level: Level = "possible" if forbidding or short or score < self.strong else "strong"
        ranked = tuple(sorted(reasons, key=lambda reason: -abs(reason.contribution)))
        return Hit(subject.id, listed.entity, name, listed.name, score, level, comparison.base, ranked)


def registration_key(number: str) -> str:
    """Return a registration number as it is compared; empty when it is too short to tell anybody apart."""
    key = "".join(sign for sign in number.upper()[:200] if sign.isascii() and sign.isalnum())
    digits = sum(map(str.isdigit, key))
    return key if len(key) >= SHORTEST_NUMBER and digits >= SHORTEST_NUMBER - 2 and len(set(key)) > 2 else ""


def _names_of(entities: Iterable[ListedEntity]) -> Iterator[_Listed]:
    for entity in entities:
        names = [(name, False) for name in (entity.name, *entity.aliases)]
        names += [(name, True) for name in entity.weak_aliases]
        seen: set[str] = set()
        for name, weak in names:
            for variant in name_variants(name):
                form = read_name(variant)
                if form.letters and form.letters not in seen:
                    seen.add(form.letters)
                    yield _Listed(entity, name, form, weak)


def _name_reasons(comparison: NameComparison) -> Iterator[Reason]:
    for feature in comparison.features:
        if feature.contribution:
            yield Reason(feature.name, feature.text, feature.contribution)


def _context_reasons(subject: Subject, form: NameForm, listed: _Listed) -> Iterator[Reason]:
    country, known = (subject.country or "").upper(), listed.entity.countries
    same = country in known
    if country and known:
        where = ", ".join(known)
        if same:
            yield Reason("same_country", f"Both are of {country}.", SAME_COUNTRY)
        else:
            yield Reason("other_country", f"The organization is of {country}, the entry of {where}.", OTHER_COUNTRY)
    if not same and listed.form.letters != form.letters and listed.form.core != form.core:
        yield Reason("many_names", "Among thousands of listed names, some are alike by chance.", MANY_NAMES)
    if listed.weak:
        text = f"{listed.name} is an acronym or nickname on the list, which others bear too."
        yield Reason("weak_alias", text, WEAK_ALIAS_SAME_COUNTRY if same else WEAK_ALIAS)

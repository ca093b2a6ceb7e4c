"""The facets of a text: which capacities, audiences, places and causes it names, and how those of two texts relate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

from kb.organization import ClaimKind
from kb.vocabulary import Term, Vocabulary, load_vocabulary
from matcher.errors import MatcherError
from matcher.inference import infer
from matcher.reading.phrases import Found, PhraseIndex, entry, tokenize
from matcher.reading.rules import load_reading_rules
from matcher.reading.scanning import Scan

GAZETTEER = Path(__file__).with_name("gazetteer.yaml")
KINDS = (ClaimKind.CAPACITY, ClaimKind.AUDIENCE, ClaimKind.PLACE, ClaimKind.CAUSE)
EVERYONE = frozenset({"general_public", "intermediaries"})
NO_PLACE = "-"
BROADER_SHARE = 0.5
REGION_SHARE = 0.6
WORLD_SHARE = 0.3
MANY_COUNTRIES = 100
MIN_REST = 8


@dataclass(frozen=True)
class Mention:
    """A term that a text names, with the words that name it and where they stand."""

    kind: ClaimKind
    code: str
    quote: str
    start: int = -1
    end: int = -1


@dataclass(frozen=True)
class Facets:
    """What a text names, by kind and code; the first mention of each code is kept.

    Attributes
    ----------
    without_places : str
        The text with its place names taken out, so that what is done can be compared apart from where.
    place_names : tuple of str
        What was taken out, as written.
    """

    text: str
    mentions: Mapping[ClaimKind, Mapping[str, Mention]] = field(default_factory=dict)
    without_places: str = ""
    place_names: tuple[str, ...] = ()

    def codes(self, kind: ClaimKind) -> frozenset[str]:
        """Return the codes of one kind."""
        return frozenset(self.mentions.get(kind, {}))


@cache
def load_gazetteer(path: Path = GAZETTEER) -> PhraseIndex:
    """Read the place names beyond those that briefs are read with.

    Raises
    ------
    MatcherError
        With one line per entry that is no list of names or names an unknown place.
    """
    places = load_vocabulary().places
    try:
        body = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise MatcherError(f"{path.name}: {error}") from error
    if not isinstance(body, dict):
        raise MatcherError(f"{path.name}: must be a mapping of place codes to names")
    problems = [f"{path.name}: {code!r} is not a place of the vocabulary" for code in body if code not in places]
    problems += [
        f"{path.name}: {code}: must be a list of names; put doubtful ones in quotes"
        for code, names in body.items()
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names)
    ]
    if problems:
        raise MatcherError("\n".join(problems))
    return PhraseIndex(entry("place", code, name) for code, names in body.items() for name in names)


def read_facets(text: str) -> Facets:
    """Read the facets of a need or of what an organization says about itself.

    Parameters
    ----------
    text : str
        English; of other languages only the place names are understood.
    """
    vocabulary = load_vocabulary()
    scan = Scan(text, load_reading_rules(vocabulary))
    found: dict[ClaimKind, dict[str, Mention]] = {kind: {} for kind in KINDS}
    located = _places(text, scan)
    for mention in (*located, *_named(text, scan), *_inferred(text)):
        found[mention.kind].setdefault(mention.code, mention)
    for kind, terms in ((ClaimKind.AUDIENCE, vocabulary.audiences), (ClaimKind.CAUSE, vocabulary.causes)):
        above = {broader for code in found[kind] for broader in vocabulary.broader(terms, code)}
        found[kind] = {code: mention for code, mention in found[kind].items() if code not in above}
    places = [item for item in located if item.code != "world"]
    names = tuple(dict.fromkeys(item.quote for item in places))
    return Facets(text, found, _without(text, places), names)


def _places(text: str, scan: Scan) -> list[Mention]:
    tokens = tokenize(text)
    known = [item for item in scan.found if item.entries[0].group == "place"]
    more = load_gazetteer().find(text, tokens)
    known = [item for item in known if not any(_holds(longer, item) for longer in more)]
    more = [item for item in more if not any(_holds(longer, item) for longer in known)]
    return [
        Mention(ClaimKind.PLACE, item.entries[0].code, text[item.start : item.end], item.start, item.end)
        for item in sorted((*known, *more), key=lambda item: item.start)
        if item.entries[0].code != NO_PLACE
    ]


def _holds(longer: Found, item: Found) -> bool:
    """Tell whether a phrase lies within a longer one: Benin within Benin City."""
    return longer.words > item.words and longer.first <= item.first and item.last <= longer.last


def _named(text: str, scan: Scan) -> Iterable[Mention]:
    groups = {"audience": ClaimKind.AUDIENCE, "cause": ClaimKind.CAUSE}
    for item in scan.found:
        kind = groups.get(item.entries[0].group)
        if kind is not None:
            for named in item.entries:
                yield Mention(kind, named.code, text[item.start : item.end], item.start, item.end)


def _inferred(text: str) -> Iterable[Mention]:
    for claim in infer(text):
        if claim.kind in KINDS and claim.kind is not ClaimKind.PLACE and claim.evidence:
            yield Mention(claim.kind, claim.code, claim.evidence[0].text)


def _without(text: str, places: Iterable[Mention]) -> str:
    kept, last = [], 0
    for place in places:
        kept.append(text[last : place.start])
        last = max(last, place.end)
    rest = " ".join("".join((*kept, text[last:])).split())
    return rest if len(rest) >= MIN_REST else text


def relation(kind: ClaimKind, need: Facets, text: Facets) -> float | None:
    """Return how what a need names relates to what a text names of the same kind.

    Returns
    -------
    float or None
        1 the same or narrower; between 0 and 1 broader; -1 something else only; None where one names nothing.
    """
    wanted, given = need.codes(kind), text.codes(kind)
    if kind is ClaimKind.AUDIENCE:
        wanted, given = wanted - EVERYONE, given - EVERYONE
    if not wanted or not given:
        return None
    vocabulary = load_vocabulary()
    if kind is ClaimKind.PLACE:
        return _place_relation(vocabulary, wanted, given)
    terms = {ClaimKind.AUDIENCE: vocabulary.audiences, ClaimKind.CAUSE: vocabulary.causes}.get(kind, {})
    return _term_relation(vocabulary, terms, wanted, given)


def _place_relation(vocabulary: Vocabulary, wanted: frozenset[str], given: frozenset[str]) -> float:
    asked = vocabulary.countries(wanted)
    best = -1.0
    for code in given:
        covered = vocabulary.places[code].countries
        if covered <= asked:
            return 1.0
        if covered & asked:
            best = max(best, WORLD_SHARE if len(covered) > MANY_COUNTRIES else REGION_SHARE)
    return best


def _term_relation(
    vocabulary: Vocabulary, terms: Mapping[str, Term], wanted: frozenset[str], given: frozenset[str]
) -> float:
    shares = []
    for code in wanted:
        below = vocabulary.narrower(terms, code) if code in terms else {code}
        above = set(vocabulary.broader(terms, code)) - EVERYONE
        shares.append(1.0 if given & below else BROADER_SHARE if given & above else -1.0)
    return max(shares)

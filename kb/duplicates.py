"""Which records are the same organization: by registry number, name, website and country.

Pure functions over identities. Candidates come from shared keys, so the cost grows with the number of
records and not with its square.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml
from rapidfuzz import fuzz

TABLES_FILE = Path(__file__).with_name("importing") / "names.yaml"
SINGLE_LETTERS = re.compile(r"\b(?:[^\W\d] )+[^\W\d]\b")
NOT_WORD = re.compile(r"[\W_]+")
NUMBER = re.compile(r"\d+|\b[ivx]{1,4}\b")
SIMILAR = 92.0
SIMILAR_ON_ONE_SITE = 90.0
SIMILAR_WHEN_SHORT = 95.0
SIMILAR_DESPITE_SITES = 96.0
SIMILAR_WORDS = 75.0
SIMILAR_WORDS_ON_ONE_SITE = 88.0
SHORT = 12
SHORTEST = 6
LARGEST_BLOCK = 150
LARGEST_LIST = 600
MOST_ON_ONE_SITE = 8
MOST_WITH_ALIAS = 2
Certainty = Literal["same", "possible"]


@cache
def _tables() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(TABLES_FILE.read_text(encoding="utf-8"))
    return loaded


@cache
def _listed(table: str) -> frozenset[str]:
    return frozenset(_tables()[table])


@cache
def _letters(table: str) -> dict[int, str]:
    return str.maketrans(_tables()[table])


@cache
def _long_forms() -> tuple[tuple[str, ...], ...]:
    return tuple(sorted((tuple(form.split()) for form in _tables()["long_legal_forms"]), key=len, reverse=True))


@cache
def _is_latin(letter: str) -> bool:
    return "LATIN" in unicodedata.name(letter, "")


def _unmask(text: str) -> str:
    """Replace letters of other scripts that stand in for Latin ones; leave words that are truly in another script."""
    if not any(_is_latin(letter) for letter in text):
        return text
    words = text.split(" ")
    for at, word in enumerate(words):
        if word.isascii():
            continue
        replaced = word.translate(_letters("look_alikes"))
        mixed = any(_is_latin(letter) for letter in word)
        if mixed or all(_is_latin(letter) or not letter.isalpha() for letter in replaced):
            words[at] = replaced
    return " ".join(words)


def _fold(text: str) -> str:
    """Return the text in lower-case Latin letters without accents and invisible characters."""
    if text.isascii():
        return text.casefold()
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    text = "".join(letter for letter in text if unicodedata.category(letter) not in {"Cf", "Mn"})
    return _unmask(text).translate(_letters("transliteration")).casefold()


@lru_cache(maxsize=200_000)
def normalize_name(name: str) -> str:
    """Return a name as it is compared: no case, accents, punctuation or legal form, look-alike letters unmasked.

    Whatever the name, normalizing twice changes nothing.
    """
    folded = _fold(name).replace("&", " and ").replace("+", " and ")
    folded = re.sub(r"['\u2019`\u00b4]", "", folded)
    text = NOT_WORD.sub(" ", folded).strip()
    text = SINGLE_LETTERS.sub(lambda match: match[0].replace(" ", ""), text)
    words = text.split()
    while (shorter := _without_form(words)) != words:
        words = shorter
    return " ".join(words)


def _without_form(words: list[str]) -> list[str]:
    """Return the words without one legal form, as long as something is left."""
    if len(words) < 2:
        return words
    for form in _long_forms():
        if len(words) > len(form) and tuple(words[-len(form) :]) == form:
            return words[: -len(form)]
    if words[-1] in _listed("legal_forms"):
        return words[:-1]
    if words[0] in _listed("legal_prefixes"):
        return words[1:]
    if words[-1] == "and":
        return words[:-1]
    return words


def website_domain(url: str) -> str:
    """Return the domain that a website belongs to, e.g. ``oxfam.org.uk`` for ``https://www.oxfam.org.uk/shop``."""
    authority = re.split(r"[/?#\s]", re.sub(r"^[a-z][a-z0-9+.-]*:/+", "", url.strip().casefold()))[0]
    host = authority.rpartition("@")[2].partition(":")[0].strip(".").removeprefix("www.")
    labels = host.split(".")
    if len(labels) < 2 or not all(labels) or host.replace(".", "").isdigit():
        return ""
    if len(labels[-1]) != 2:
        return ".".join(labels[-2:])
    if labels[-2] == "sch":
        return ".".join(labels[-4:])
    deep = labels[-2] in _listed("second_level") or (len(labels) > 2 and len(labels[-2]) <= 2)
    return ".".join(labels[-3:] if deep else labels[-2:])


@dataclass(frozen=True)
class Identity:
    """What is known of who an organization is.

    `country` is an ISO 3166-1 alpha-2 code, `domain` comes from `website_domain` (empty when unknown), and
    `registry_ids` are pairs of scheme and value.
    """

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    country: str | None = None
    domain: str = ""
    registry_ids: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Match:
    """Two records that are, or may be, one organization; `reasons` say why, for a person to read."""

    incoming_id: str
    existing_id: str
    certainty: Certainty
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """An identity with what is computed from it once; `numbers` are those in its name."""

    at: int
    identity: Identity
    name: str
    tokens: tuple[str, ...]
    aliases: frozenset[str]
    numbers: tuple[str, ...]
    domain: str


@dataclass
class _Index:
    """The existing identities by everything they can be found by, and how common words and websites are."""

    tokens: Counter[str]
    domains: Counter[str]
    by_registry: dict[tuple[str, str], list[_Known]] = field(default_factory=lambda: defaultdict(list))
    by_name: dict[str, list[_Known]] = field(default_factory=lambda: defaultdict(list))
    by_domain: dict[str, list[_Known]] = field(default_factory=lambda: defaultdict(list))
    by_block: dict[tuple[str, str], list[_Known]] = field(default_factory=lambda: defaultdict(list))


def find_matches(incoming: Sequence[Identity], existing: Sequence[Identity]) -> list[Match]:
    """Find which incoming records are already there.

    *Same* needs an equal registry number; or an equal name in the same country (or one of the two
    unknown) with no contradicting website; or one website and a strongly similar name. *Possible* is one
    website with different names, an alias in common, or very similar names in one country.

    Returns
    -------
    list of Match
        At most one per pair, in the order of `incoming`, certain ones first.
    """
    known_incoming, known_existing = _prepare(incoming), _prepare(existing)
    index = _index(known_existing, known_incoming)
    return [match for known in known_incoming for match in _matches_of(known, index, len(known_existing))]


def find_duplicates(identities: Sequence[Identity]) -> list[Match]:
    """Find the records that are there twice; each pair once, the later record as the incoming one."""
    known_all = _prepare(identities)
    index = _index(known_all, ())
    return [match for known in known_all for match in _matches_of(known, index, known.at)]


def _prepare(identities: Sequence[Identity]) -> list[_Known]:
    prepared = []
    for at, identity in enumerate(identities):
        name = normalize_name(identity.name)
        aliases = frozenset(alias for raw in identity.aliases if _telling(alias := normalize_name(raw)))
        domain = identity.domain.casefold().removeprefix("www.")
        domain = "" if domain in _listed("shared_hosts") else domain
        numbers = tuple(NUMBER.findall(name))
        prepared.append(_Known(at, identity, name, tuple(name.split()), aliases - {name}, numbers, domain))
    return prepared


def _telling(alias: str) -> bool:
    """Whether an alias says enough to match on: an acronym of a few letters does not."""
    return len(alias) >= 9 or (" " in alias and len(alias) >= 7)


def _index(existing: Sequence[_Known], incoming: Sequence[_Known]) -> _Index:
    everyone = {id(known.identity): known for known in (*existing, *incoming)}.values()
    index = _Index(
        Counter(token for known in everyone for token in set(known.tokens)), Counter(known.domain for known in everyone)
    )
    for known in existing:
        for number in known.identity.registry_ids:
            index.by_registry[number].append(known)
        for name in {known.name, *known.aliases} - {""}:
            index.by_name[name].append(known)
        if known.domain:
            index.by_domain[known.domain].append(known)
        for block in _blocks(known, index):
            index.by_block[block].append(known)
    return index


def _blocks(known: _Known, index: _Index) -> set[tuple[str, str]]:
    """Return keys that very similar names share: beginnings of their rarest words, and both ends of the whole."""
    country = known.identity.country
    if not country or len(known.name) < SHORTEST:
        return set()
    joined = "".join(known.tokens)
    rare = sorted(set(known.tokens), key=lambda token: (index.tokens[token], token))[:3]
    words = {(country, token[:5]) for token in rare if len(token) > 2}
    return words | {(country, "^" + joined[:9]), (country, "$" + joined[-9:])}


def _matches_of(known: _Known, index: _Index, before: int) -> list[Match]:
    """Return the matches of one record with existing ones that come before a position."""
    linked: dict[int, _Known] = {}
    lists = [index.by_registry.get(number, []) for number in known.identity.registry_ids]
    lists += [index.by_name.get(name, []) for name in (known.name, *known.aliases)]
    lists.append(index.by_domain.get(known.domain, []))
    for others in lists:
        if len(others) <= LARGEST_LIST:
            linked.update((other.at, other) for other in others)
    found = [(other, verdict) for other in linked.values() if (verdict := _compare(known, other, index))]
    similar: dict[int, _Known] = {}
    for key in _blocks(known, index):
        block = index.by_block.get(key, [])
        if len(block) <= LARGEST_BLOCK:
            similar.update((other.at, other) for other in block)
    words = (f"similar names in {known.identity.country}",)
    for at, other in similar.items():
        if at < before and at not in linked and _very_similar(known, other):
            found.append((other, ("possible", words)))
    found.sort(key=lambda pair: (pair[1][0] != "same", pair[0].at))
    own = known.identity.id
    return [
        Match(own, other.identity.id, *verdict)
        for other, verdict in found
        if other.at < before and other.identity.id != own
    ]


def _compare(one: _Known, two: _Known, index: _Index) -> tuple[Certainty, tuple[str, ...]] | None:
    """Judge a pair that has a number, a name or a website in common; None when that says too little."""
    shared_numbers = sorted(set(one.identity.registry_ids) & set(two.identity.registry_ids))
    certain = [f"same {scheme} number {value}" for scheme, value in shared_numbers]
    possible: list[str] = []
    countries = {one.identity.country, two.identity.country} - {None, ""}
    same_site = bool(one.domain) and one.domain == two.domain
    other_site = bool(one.domain and two.domain) and not same_site
    if len(countries) < 2 or same_site:
        sure, words = _shared_name(one, two, index)
        if words:
            sure = sure and not other_site and len(countries) < 2 and not _is_in_several_countries(one, two, index)
            (certain if sure or (same_site and len(countries) < 2) else possible).append(words)
            if other_site:
                possible.append(f"different websites {one.domain} and {two.domain}")
    if same_site:
        if len(countries) < 2 and _strongly_similar(one, two):
            certain.append(f"same website {one.domain} and similar name")
        elif index.domains[one.domain] <= MOST_ON_ONE_SITE:
            possible.append(f"same website {one.domain}")
    if certain:
        return "same", tuple(certain)
    return ("possible", tuple(possible)) if possible else None


def _shared_name(one: _Known, two: _Known, index: _Index) -> tuple[bool, str]:
    """Return whether the names themselves are equal, and the words for it or for an alias in common."""
    if one.name and one.name == two.name:
        return True, f"same name {one.name!r}"
    shared = ({one.name} | one.aliases) & ({two.name} | two.aliases)
    telling = [alias for alias in shared if alias and len(index.by_name[alias]) <= MOST_WITH_ALIAS]
    return (False, f"alias in common {max(telling)!r}") if telling else (False, "")


def _is_in_several_countries(one: _Known, two: _Known, index: _Index) -> bool:
    """Whether the name is known in several countries, so that a record without one may be any of them."""
    if one.identity.country and two.identity.country:
        return False
    return len({other.identity.country for other in index.by_name.get(one.name, ())} - {None, ""}) > 1


def _strongly_similar(one: _Known, two: _Known) -> bool:
    """Whether the names of two records with one website differ in spelling only."""
    least = SIMILAR_ON_ONE_SITE if min(len(one.name), len(two.name)) >= SHORT else SIMILAR_WHEN_SHORT
    return bool(fuzz.ratio(one.name, two.name, score_cutoff=least)) and _differ_in_spelling(
        one, two, SIMILAR_WORDS_ON_ONE_SITE, extra=False
    )


def _very_similar(one: _Known, two: _Known) -> bool:
    likeness = fuzz.ratio(one.name, two.name)
    if likeness < SIMILAR and (likeness < 50 or fuzz.token_sort_ratio(one.name, two.name) < SIMILAR):
        return False
    other_site = bool(one.domain and two.domain and one.domain != two.domain)
    return _differ_in_spelling(one, two) and not (other_site and likeness < SIMILAR_DESPITE_SITES)


def _differ_in_spelling(one: _Known, two: _Known, alike: float = SIMILAR_WORDS, *, extra: bool = True) -> bool:
    """Whether numbers are equal (Fund 2 is not Fund 3) and the words that differ are alike; `extra` allows one more."""
    if one.numbers != two.numbers:
        return False
    left, right = set(one.tokens), set(two.tokens)
    mine, theirs = "".join(sorted(left - right)), "".join(sorted(right - left))
    return fuzz.ratio(mine, theirs) >= alike if mine and theirs else extra or mine == theirs

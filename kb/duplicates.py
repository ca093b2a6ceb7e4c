"""Which records are the same organization: by registry number, name, website and country.

Pure functions over identities. Candidates come from shared keys, so the cost grows with the number of
records and not with its square.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from rapidfuzz import fuzz

TABLES_FILE = Path(__file__).with_name("importing") / "names.yaml"
SINGLE_LETTERS = re.compile(r"\b(?:\w )+\w\b")
NOT_WORD = re.compile(r"[^\w]+|_+")
SIMILAR = 92.0
SIMILAR_ON_ONE_SITE = 90.0
LARGEST_BLOCK = 150
MOST_ON_ONE_SITE = 12
Certainty = Literal["same", "possible"]


@dataclass(frozen=True)
class _Tables:
    """The lists of names.yaml."""

    legal_forms: frozenset[str]
    long_legal_forms: tuple[tuple[str, ...], ...]
    legal_prefixes: frozenset[str]
    second_level: frozenset[str]
    shared_hosts: frozenset[str]
    look_alikes: dict[int, str]
    transliteration: dict[int, str]


@cache
def _tables() -> _Tables:
    loaded = yaml.safe_load(TABLES_FILE.read_text(encoding="utf-8"))
    long_forms = sorted((tuple(form.split()) for form in loaded["long_legal_forms"]), key=len, reverse=True)
    return _Tables(
        frozenset(loaded["legal_forms"]),
        tuple(long_forms),
        frozenset(loaded["legal_prefixes"]),
        frozenset(loaded["second_level"]),
        frozenset(loaded["shared_hosts"]),
        str.maketrans(loaded["look_alikes"]),
        str.maketrans(loaded["transliteration"]),
    )


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
        replaced = word.translate(_tables().look_alikes)
        mixed = any(_is_latin(letter) for letter in word)
        if mixed or all(_is_latin(letter) or not letter.isalpha() for letter in replaced):
            words[at] = replaced
    return " ".join(words)


def _fold(text: str) -> str:
    """Return the text in lower-case Latin letters without accents and invisible characters."""
    if text.isascii():
        return text.casefold()
    text = unicodedata.normalize("NFKC", text)
    text = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    text = _unmask(text.casefold()).translate(_tables().transliteration)
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


@cache
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
    tables = _tables()
    for form in tables.long_legal_forms:
        if len(words) > len(form) and tuple(words[-len(form) :]) == form:
            return words[: -len(form)]
    if words[-1] in tables.legal_forms:
        return words[:-1]
    if words[0] in tables.legal_prefixes:
        return words[1:]
    if words[-1] == "and":
        return words[:-1]
    return words


def website_domain(url: str) -> str:
    """Return the domain that a website belongs to, e.g. ``oxfam.org.uk`` for ``https://www.oxfam.org.uk/shop``."""
    host = re.sub(r"^[a-z][a-z0-9+.-]*:/*", "", url.strip().casefold())
    host = re.split(r"[/?#:\s]", host.rpartition("@")[2] if "/" not in host.partition("@")[0] else host)[0].strip(".")
    labels = host.split(".")
    if len(labels) < 2 or not all(labels) or host.replace(".", "").isdigit():
        return ""
    deep = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _tables().second_level
    return ".".join(labels[-3:] if deep else labels[-2:])


@dataclass(frozen=True)
class Identity:
    """What is known of who an organization is.

    Attributes
    ----------
    id : str
    name : str
    aliases : tuple of str
    country : str or None
        ISO 3166-1 alpha-2.
    domain : str
        Of its website, from `website_domain`; empty when unknown.
    registry_ids : tuple of (scheme, value)
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


@dataclass(frozen=True)
class _Known:
    """An identity with what is computed from it once."""

    at: int
    identity: Identity
    name: str
    aliases: frozenset[str]
    domain: str

    @property
    def tokens(self) -> list[str]:
        return self.name.split()


@dataclass
class _Index:
    """The existing identities by everything they can be found by."""

    by_registry: dict[tuple[str, str], list[_Known]] = field(default_factory=lambda: defaultdict(list))
    by_name: dict[str, list[_Known]] = field(default_factory=lambda: defaultdict(list))
    by_domain: dict[str, list[_Known]] = field(default_factory=lambda: defaultdict(list))
    by_block: dict[tuple[str, str], list[_Known]] = field(default_factory=lambda: defaultdict(list))


def find_matches(incoming: Sequence[Identity], existing: Sequence[Identity]) -> list[Match]:
    """Find which incoming records are already there.

    *Same* needs an equal registry number; or an equal name in the same country (or one of the two
    unknown) with no contradicting website; or one website and a strongly similar name. *Possible* is one
    website with different names, or very similar names in one country.

    Parameters
    ----------
    incoming, existing : sequence of Identity

    Returns
    -------
    list of Match
        At most one per pair, in the order of `incoming`, certain ones first.
    """
    known_existing, known_incoming = _prepare(existing), _prepare(incoming)
    frequency = Counter(token for known in (*known_existing, *known_incoming) for token in set(known.tokens))
    index = _index(known_existing, frequency)
    matches: list[Match] = []
    for known in known_incoming:
        matches.extend(_matches_of(known, _candidates(known, index, frequency), index))
    return matches


def find_duplicates(identities: Sequence[Identity]) -> list[Match]:
    """Find the records that are there twice; each pair once, the later record as the incoming one."""
    known_all = _prepare(identities)
    frequency = Counter(token for known in known_all for token in set(known.tokens))
    index = _index(known_all, frequency)
    matches: list[Match] = []
    for known in known_all:
        earlier = {at: other for at, other in _candidates(known, index, frequency).items() if at < known.at}
        matches.extend(_matches_of(known, earlier, index))
    return matches


def _prepare(identities: Sequence[Identity]) -> list[_Known]:
    prepared = []
    for at, identity in enumerate(identities):
        name = normalize_name(identity.name)
        aliases = frozenset(alias for raw in identity.aliases if _telling(alias := normalize_name(raw)))
        domain = identity.domain.casefold().removeprefix("www.")
        prepared.append(
            _Known(at, identity, name, aliases - {name}, "" if domain in _tables().shared_hosts else domain)
        )
    return prepared


def _telling(alias: str) -> bool:
    """Whether an alias says enough to match on: an acronym of a few letters does not."""
    return len(alias) >= 9 or (" " in alias and len(alias) >= 7)


def _index(known_all: Iterable[_Known], frequency: Counter[str]) -> _Index:
    index = _Index()
    for known in known_all:
        for number in known.identity.registry_ids:
            index.by_registry[number].append(known)
        for name in (known.name, *known.aliases):
            if name:
                index.by_name[name].append(known)
        if known.domain:
            index.by_domain[known.domain].append(known)
        for block in _blocks(known, frequency):
            index.by_block[block].append(known)
    return index


def _blocks(known: _Known, frequency: Counter[str]) -> Iterator[tuple[str, str]]:
    """Yield keys that very similar names share: their rarest words' beginnings, and the beginning of the whole."""
    country = known.identity.country
    if not country or len(known.name) < 5:
        return
    rare = sorted(set(known.tokens), key=lambda token: (frequency[token], token))[:3]
    yield from {(country, token[:5]) for token in rare if len(token) > 2}
    yield country, "^" + known.name.replace(" ", "")[:9]
    yield country, "$" + known.name.replace(" ", "")[-9:]


def _candidates(known: _Known, index: _Index, frequency: Counter[str]) -> dict[int, _Known]:
    found: dict[int, _Known] = {}
    lists = [index.by_registry.get(number, ()) for number in known.identity.registry_ids]
    lists += [index.by_name.get(name, ()) for name in (known.name, *known.aliases) if name]
    if known.domain:
        lists.append(index.by_domain.get(known.domain, ()))
    lists += [block for key in _blocks(known, frequency) if len(block := index.by_block.get(key, [])) <= LARGEST_BLOCK]
    for others in lists:
        if len(others) <= 4 * LARGEST_BLOCK:
            found.update((other.at, other) for other in others)
    return found


def _matches_of(known: _Known, candidates: dict[int, _Known], index: _Index) -> list[Match]:
    found = [
        Match(known.identity.id, other.identity.id, *verdict)
        for _, other in sorted(candidates.items())
        if other.identity.id != known.identity.id and (verdict := _compare(known, other, index))
    ]
    return sorted(found, key=lambda match: match.certainty != "same")


def _compare(one: _Known, two: _Known, index: _Index) -> tuple[Certainty, tuple[str, ...]] | None:
    """Judge a pair; None when nothing speaks for it."""
    certain = [f"same {scheme} number {value}" for scheme, value in _shared_numbers(one, two)]
    possible: list[str] = []
    countries = {country for country in (one.identity.country, two.identity.country) if country}
    one_country, contradicted = len(countries) < 2, bool(one.domain and two.domain and one.domain != two.domain)
    same_site = bool(one.domain) and one.domain == two.domain
    if shared := _shared_name(one, two):
        ambiguous = len(countries) == 1 and _in_several_countries(one, two, index)
        certainly = one_country and not contradicted and not ambiguous
        (certain if certainly else possible).append(
            f"same name {shared!r}" + ("" if one_country else ", other country")
        )
        if contradicted:
            possible.append(f"different websites {one.domain} and {two.domain}")
        if not one_country and not same_site and not certain:
            return None
    likeness = fuzz.ratio(one.name, two.name) if one.name and two.name else 0.0
    if same_site:
        if likeness >= SIMILAR_ON_ONE_SITE and one_country and not _numbered_apart(one, two):
            certain.append(f"same website {one.domain} and similar name")
        elif len(index.by_domain[one.domain]) <= MOST_ON_ONE_SITE or likeness >= SIMILAR:
            possible.append(f"same website {one.domain}")
    elif (
        not shared
        and one.identity.country
        and one.identity.country == two.identity.country
        and _very_similar(one, two, likeness)
    ):
        possible.append(f"similar names in {one.identity.country}")
    if certain:
        return "same", tuple(certain)
    return ("possible", tuple(possible)) if possible else None


def _shared_numbers(one: _Known, two: _Known) -> list[tuple[str, str]]:
    if not one.identity.registry_ids or not two.identity.registry_ids:
        return []
    return sorted(set(one.identity.registry_ids) & set(two.identity.registry_ids))


def _shared_name(one: _Known, two: _Known) -> str:
    if one.name and one.name == two.name:
        return one.name
    shared = ({one.name} | one.aliases) & ({two.name} | two.aliases)
    return max(shared, key=len, default="") if any(map(_telling, shared)) else ""


def _in_several_countries(one: _Known, two: _Known, index: _Index) -> bool:
    """Whether the name is known in several countries, so that a record without one may be any of them."""
    if one.identity.country and two.identity.country:
        return False
    return len({other.identity.country for other in index.by_name.get(one.name, ()) if other.identity.country}) > 1


def _very_similar(one: _Known, two: _Known, likeness: float) -> bool:
    if min(len(one.name), len(two.name)) < 6 or _numbered_apart(one, two):
        return False
    if max(likeness, fuzz.token_sort_ratio(one.name, two.name)) < SIMILAR:
        return False
    left, right = set(one.tokens), set(two.tokens)
    mine, theirs = " ".join(sorted(left - right)), " ".join(sorted(right - left))
    if mine and theirs and fuzz.ratio(mine.replace(" ", ""), theirs.replace(" ", "")) < 75:
        return False
    return not (one.domain and two.domain and likeness < 96)


def _numbered_apart(one: _Known, two: _Known) -> bool:
    """Whether numbers tell the names apart: Fund 2 and Fund 3, 4th and 5th Scout Group."""
    return re.findall(r"\d+|\b[ivx]{1,4}\b", one.name) != re.findall(r"\d+|\b[ivx]{1,4}\b", two.name)

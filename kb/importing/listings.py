"""Listings on exchanges: which are one company, which is its main one, and what is no company at all."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from kb.duplicates import website_domain
from kb.errors import VocabularyError
from kb.vocabulary import load_vocabulary

TABLES_FILE = Path(__file__).with_name("financedatabase.yaml")
ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")
SHARED_START = 4


@dataclass(frozen=True, slots=True)
class Listing:
    """One row: a company's security on one exchange; `key` is the name as names are compared."""

    row: int
    symbol: str
    name: str
    key: str
    summary: str
    industry: str | None
    country: str | None
    city: str
    website: str
    isin: str
    share_class: str
    delisted: bool
    filled: int

    @property
    def rank(self) -> tuple[bool, bool, int, int, str]:
        """What orders listings wherever they are: live common shares first, then those with most information."""
        return (self.delisted, "^" in self.symbol, -self.filled, len(self.symbol), self.symbol)


@dataclass(frozen=True)
class Tables:
    """The tables of financedatabase.yaml."""

    industries: Mapping[str, str | None]
    industry_groups: Mapping[str, str | None]
    sectors: Mapping[str, str | None]
    securities: tuple[re.Pattern[str], ...]
    funds: re.Pattern[str]
    not_funds: re.Pattern[str]
    homes: Mapping[str, str]
    offshore: frozenset[str]

    def industry(self, sector: str, group: str, industry: str) -> str | None:
        """Return our industry for the finest class that is given."""
        if industry in self.industries:
            return self.industries[industry]
        return self.industry_groups[group] if group in self.industry_groups else self.sectors.get(sector)

    def is_fund(self, name: str) -> bool:
        """Whether the name is that of a fund or another listed product."""
        return bool(self.funds.search(name)) and not self.not_funds.search(name)

    def issuer(self, name: str) -> str:
        """Return the name without what belongs to the security."""
        previous = ""
        while name != previous:
            previous = name
            for pattern in self.securities:
                shorter = pattern.sub(_kept, name).strip(" ,-\u2013:")
                name = shorter or name
        return name

    def home(self, symbol: str) -> str:
        """Return the country of the exchange."""
        _, dot, suffix = symbol.rpartition(".")
        return self.homes.get(suffix, "") if dot else "US"

    def trusted_isin(self, listings: Sequence[Listing], country: str | None, owners: Mapping[str, int]) -> str:
        """Return the first ISIN that fits the country and belongs to no other company here, else nothing.

        The source fills in some ISINs by ticker alone, so the same one stands beside unrelated companies.
        """
        for listing in listings:
            isin = listing.isin
            if ISIN.fullmatch(isin) and owners.get(isin, 0) == 1:
                at_home = isin[:2] == country
                if at_home or (isin[:2] in self.offshore - {"US", "GB"} and self.home(listing.symbol) == country):
                    return isin
        return ""


def _kept(match: re.Match[str]) -> str:
    """Return the part of a match that a pattern keeps, by default nothing."""
    return match.groupdict().get("keep") or ""


@cache
def load_tables() -> Tables:
    """Read and check the tables.

    Raises
    ------
    VocabularyError
        When an industry is not in the vocabulary; all are listed.
    """
    loaded = yaml.safe_load(TABLES_FILE.read_text(encoding="utf-8"))
    known = load_vocabulary().industries
    named = {code for part in ("industries", "industry_groups", "sectors") for code in loaded[part].values() if code}
    if unknown := sorted(named - set(known)):
        raise VocabularyError(f"{TABLES_FILE.name}: unknown industries {', '.join(unknown)}")
    return Tables(
        loaded["industries"],
        loaded["industry_groups"],
        loaded["sectors"],
        tuple(re.compile(pattern, re.IGNORECASE) for pattern in loaded["securities"]),
        re.compile(loaded["funds"], re.IGNORECASE),
        re.compile(loaded["not_funds"], re.IGNORECASE),
        loaded["homes"],
        frozenset(loaded["offshore"]),
    )


def merge_listings(listings: Sequence[Listing]) -> list[list[Listing]]:
    """Put the listings of one company together.

    They are one company when their names are equal and website or country are too; when they are the same
    security and the names have a word in common; or when nothing but the name is known of a listing, and
    only one company has it.
    """
    parent = list(range(len(listings)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    def join(
        key: Callable[[Listing], Hashable | None], agree: Callable[[Listing, Listing], bool] | None = None
    ) -> None:
        first: dict[Hashable, int] = {}
        for at, listing in enumerate(listings):
            value = key(listing)
            if value is None:
                continue
            other = first.setdefault(value, at)
            if other != at and (agree is None or agree(listings[other], listing)):
                parent[max(root(at), root(other))] = min(root(at), root(other))

    domains = {website: website_domain(website) for website in {listing.website for listing in listings}}
    join(lambda listing: (listing.key, domains[listing.website]) if listing.key and domains[listing.website] else None)
    join(lambda listing: (listing.key, listing.country) if listing.key and listing.country else None)
    join(lambda listing: listing.isin or None, _agree)
    join(lambda listing: listing.share_class or None, _agree)
    _join_bare(listings, parent, root)
    groups: dict[int, list[Listing]] = defaultdict(list)
    for at, listing in enumerate(listings):
        groups[root(at)].append(listing)
    return list(groups.values())


def _join_bare(listings: Sequence[Listing], parent: list[int], root: Callable[[int], int]) -> None:
    """Join listings of which only the name is known to the one company of that name."""
    roots: dict[str, set[int]] = defaultdict(set)
    bare: dict[str, list[int]] = defaultdict(list)
    for at, listing in enumerate(listings):
        if listing.country or listing.website:
            roots[listing.key].add(root(at))
        elif listing.key:
            bare[listing.key].append(at)
    for key, places in bare.items():
        targets = roots.get(key) or {root(places[0])}
        if len({root(target) for target in targets}) == 1:
            goal = root(next(iter(targets)))
            for at in places:
                parent[root(at)] = goal


def _agree(one: Listing, two: Listing) -> bool:
    """Whether two listings of one security can be one company: not in two countries, and with a word in common."""
    if one.country and two.country and one.country != two.country:
        return False
    return bool(_starts(one.key) & _starts(two.key))


def _starts(key: str) -> set[str]:
    return {word[:SHARED_START] for word in key.split() if len(word) >= SHARED_START - 1}


def primary_listing(group: Iterable[Listing], country: str | None, tables: Tables) -> Listing:
    """Return the main listing: at home, live, with most information; of equals that with the shortest symbol."""
    return min(group, key=lambda listing: (tables.home(listing.symbol) != country, listing.rank))

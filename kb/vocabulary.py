"""The controlled vocabularies: capacities, assets, concerns, values, audiences, causes, sectors, places.

Each is a YAML file under ``vocabulary/``; all problems of all files are reported at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import pycountry

from kb.errors import VocabularyError
from kb.organization import Claim, ClaimKind
from kb.yaml_files import read_mapping

FOLDER = Path(__file__).with_name("vocabulary")
TERM_FIELDS = {
    "label",
    "definition",
    "synonyms",
    "broader",
    "opposes",
    "inverse_label",
    "symmetric",
    "place_bound",
    "by_finding",
}


@dataclass(frozen=True)
class Term:
    """One entry of a vocabulary.

    Attributes
    ----------
    by_finding : bool
        Of concerns: only courts, authorities or the press tell, never what an organization says of itself, so that a
        profile without it says nothing.
    below, above : codes
        All narrower and all broader terms.
    """

    code: str
    label: str
    definition: str = ""
    synonyms: tuple[str, ...] = ()
    broader: str | None = None
    opposes: tuple[str, ...] = ()
    inverse_label: str = ""
    symmetric: bool = False
    place_bound: bool = False
    by_finding: bool = False
    below: frozenset[str] = frozenset()
    above: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """A country or a region, with the countries in it as ISO 3166-1 alpha-2 codes."""

    code: str
    label: str
    countries: frozenset[str]
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    """All vocabularies, loaded and validated. Every mapping keeps the order of its file."""

    capacities: Mapping[str, Term]
    assets: Mapping[str, Term]
    concerns: Mapping[str, Term]
    values: Mapping[str, Term]
    audiences: Mapping[str, Term]
    causes: Mapping[str, Term]
    industries: Mapping[str, Term]
    relations: Mapping[str, Term]
    sectors: Mapping[str, str]
    kinds: Mapping[str, Term]
    places: Mapping[str, Place] = field(repr=False)

    @property
    def lendable(self) -> Mapping[str, Term]:
        """Capacities and assets: what can be needed and offered."""
        return {**self.capacities, **self.assets}

    def terms(self, kind: ClaimKind) -> Mapping[str, Term] | Mapping[str, Place]:
        """Return the vocabulary that the codes of a claim kind come from."""
        by_kind: dict[ClaimKind, Mapping[str, Term] | Mapping[str, Place]] = {
            ClaimKind.CAPACITY: self.capacities,
            ClaimKind.NEED: self.lendable,
            ClaimKind.OFFER: self.lendable,
            ClaimKind.VALUE: self.values,
            ClaimKind.AUDIENCE: self.audiences,
            ClaimKind.CAUSE: self.causes,
            ClaimKind.PLACE: self.places,
            ClaimKind.CONCERN: self.concerns,
            ClaimKind.RED_LINE: self.concerns,
            ClaimKind.REGULATES: self.industries,
            ClaimKind.ASSET: self.assets,
        }
        return by_kind[kind]

    def label(self, kind: ClaimKind, code: str) -> str:
        """Return the words for a code; the code itself when the vocabulary does not know it."""
        term = self.terms(kind).get(code)
        return term.label if term else code

    def check(self, claims: Iterable[Claim]) -> list[str]:
        """List the claims whose code is unknown, each with the nearest known codes."""
        return [
            self.unknown(claim.kind.value, claim.code, self.terms(claim.kind))
            for claim in claims
            if claim.code not in self.terms(claim.kind)
        ]

    @staticmethod
    def unknown(what: str, code: str, known: Iterable[str]) -> str:
        """Word an unknown code, with the nearest known ones."""
        from difflib import get_close_matches

        near = get_close_matches(code, list(known), n=3, cutoff=0.5)
        hint = f"did you mean {', '.join(near)}?" if near else f"known: {', '.join(sorted(known)[:25])}"
        return f"{what} {code!r} is not in the vocabulary; {hint}"

    def countries(self, places: Iterable[str]) -> frozenset[str]:
        """Return the countries covered by several places."""
        return frozenset().union(*(self.places[place].countries for place in places))

    def narrower(self, terms: Mapping[str, Term], code: str) -> frozenset[str]:
        """Return `code` with every term below it."""
        return terms[code].below | {code} if code in terms else frozenset({code})

    def broader(self, terms: Mapping[str, Term], code: str) -> tuple[str, ...]:
        """Return the terms above `code`, nearest first."""
        return terms[code].above if code in terms else ()


def _terms(folder: Path, name: str, problems: list[str]) -> dict[str, Term]:
    terms: dict[str, Term] = {}
    for code, body in read_mapping(folder / f"{name}.yaml", problems).items():
        where = f"{name}.yaml: {code}"
        if not isinstance(body, dict) or not isinstance(body.get("label"), str):
            problems.append(f"{where}: needs a label")
            continue
        problems.extend(f"{where}: unknown field {extra}" for extra in sorted(set(body) - TERM_FIELDS))
        terms[code] = Term(
            code=code,
            label=body["label"],
            definition=str(body.get("definition", "")),
            synonyms=tuple(str(word) for word in body.get("synonyms", ())),
            broader=body.get("broader"),
            opposes=tuple(body.get("opposes", ())),
            inverse_label=str(body.get("inverse_label", "")),
            symmetric=bool(body.get("symmetric", False)),
            place_bound=bool(body.get("place_bound", False)),
            by_finding=bool(body.get("by_finding", False)),
        )
    for term in terms.values():
        linked = [*term.opposes, *([term.broader] if term.broader else [])]
        problems.extend(f"{name}.yaml: {term.code}: unknown code {other}" for other in linked if other not in terms)
    above = {code: _above(terms, code) for code in terms}
    problems.extend(f"{name}.yaml: {code}: is broader than itself" for code, found in above.items() if code in found)
    return {
        code: replace(term, above=above[code], below=frozenset(other for other in terms if code in above[other]))
        for code, term in terms.items()
    }


def _above(terms: Mapping[str, Term], code: str) -> tuple[str, ...]:
    above: list[str] = []
    term: Term | None = terms[code]
    while term and term.broader and term.broader not in above:
        above.append(term.broader)
        term = terms.get(term.broader)
    return tuple(above)


def _places(folder: Path, problems: list[str]) -> dict[str, Place]:
    names = {country.alpha_2: country for country in pycountry.countries} | {"XK": None}
    places: dict[str, Place] = {}
    for code, country in names.items():
        label = "Kosovo" if country is None else getattr(country, "common_name", country.name)
        other = (
            () if country is None else tuple({country.name, getattr(country, "official_name", country.name)} - {label})
        )
        places[code] = Place(code, label, frozenset({code}), other)
    raw = read_mapping(folder / "places.yaml", problems)

    def expand(code: str, trail: tuple[str, ...]) -> frozenset[str]:
        if code in trail or not isinstance(raw.get(code), dict):
            problems.append(f"places.yaml: {code}: unknown or circular region")
            return frozenset()
        listed = raw[code].get("countries", [])
        if listed == "all":
            return frozenset(names)
        problems.extend(f"places.yaml: {code}: unknown country {item}" for item in listed if item not in names)
        inner = [expand(region, (*trail, code)) for region in raw[code].get("regions", [])]
        return frozenset(listed).union(*inner)

    for code, body in raw.items():
        if isinstance(body, dict) and "label" in body:
            synonyms = tuple(str(word) for word in body.get("synonyms", ()))
            places[code] = Place(code, body["label"], expand(code, ()), synonyms)
        else:
            problems.append(f"places.yaml: {code}: needs a label")
    return places


def _sectors(folder: Path, problems: list[str]) -> tuple[dict[str, str], dict[str, Term]]:
    sectors: dict[str, str] = {}
    kinds: dict[str, Term] = {}
    for code, body in read_mapping(folder / "sectors.yaml", problems).items():
        if not isinstance(body, dict) or "label" not in body or not isinstance(body.get("kinds"), dict):
            problems.append(f"sectors.yaml: {code}: needs a label and kinds")
            continue
        sectors[code] = body["label"]
        kinds |= {kind: Term(kind, label, broader=code) for kind, label in body["kinds"].items()}
    return sectors, kinds


@cache
def load_vocabulary(folder: Path = FOLDER) -> Vocabulary:
    """Read and check every vocabulary file.

    Raises
    ------
    VocabularyError
        With one line per problem, over all files.
    """
    problems: list[str] = []
    sectors, kinds = _sectors(folder, problems)
    vocabulary = Vocabulary(
        capacities=_terms(folder, "capacities", problems),
        assets=_terms(folder, "assets", problems),
        concerns=_terms(folder, "concerns", problems),
        values=_terms(folder, "values", problems),
        audiences=_terms(folder, "audiences", problems),
        causes=_terms(folder, "causes", problems),
        industries=_terms(folder, "industries", problems),
        relations=_terms(folder, "relations", problems),
        sectors=sectors,
        kinds=kinds,
        places=_places(folder, problems),
    )
    if problems:
        raise VocabularyError("the vocabulary cannot be used:\n" + "\n".join(problems))
    return vocabulary

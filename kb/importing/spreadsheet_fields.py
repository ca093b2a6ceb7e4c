"""One row's cells to fields; what cannot be used is left out and reported."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from kb.importing.cells import clean_line, clean_text, cut_text, is_formula, is_nothing, normalize_url, split_list
from kb.importing.countries import country_code, nearest_country
from kb.importing.parsed import Rejection
from kb.importing.vocabulary_words import Words, claim_words, words_key, words_of
from kb.organization import MAX_NAME, MAX_TEXT, Claim, ClaimKind, ConcernRole, Evidence, RegistryId, Source
from kb.vocabulary import Term, Vocabulary, load_vocabulary

MOST_ITEMS = 1_000
MOST_HINTS = 2_000
"""Rejections after which no nearest word is looked for any more: a file with so many is of another kind."""
CLAIM_FIELDS = {
    "capacities": ClaimKind.CAPACITY,
    "needs": ClaimKind.NEED,
    "offers": ClaimKind.OFFER,
    "values": ClaimKind.VALUE,
    "audiences": ClaimKind.AUDIENCE,
    "causes": ClaimKind.CAUSE,
    "places": ClaimKind.PLACE,
    "concerns": ClaimKind.CONCERN,
    "red_lines": ClaimKind.RED_LINE,
}
SECTOR_WORDS = {
    "public": ("government", "governmental", "state", "public sector", "publico", "oeffentlich", "offentlich"),
    "voluntary": (
        "nonprofit",
        "non profit",
        "not for profit",
        "third sector",
        "civil society",
        "charity sector",
        "associatif",
    ),
    "private": ("business", "commercial", "for profit", "private sector", "corporate", "prive", "privado", "privat"),
    "other": ("academia", "research", "higher education"),
}
KIND_WORDS = {
    "ngo": (
        "ngo",
        "ingo",
        "ong",
        "nro",
        "non profit organization",
        "nonprofit organization",
        "non governmental organisation",
    ),
    "charity": ("charity", "charitable organization"),
    "foundation": ("trust", "fondation", "fundacion", "stiftung"),
    "company": ("corporation", "firm", "enterprise", "entreprise", "empresa", "unternehmen", "business"),
    "association": ("society", "federation", "asociacion", "verein"),
    "academic": ("university", "college", "school", "universite", "universidad", "universitat"),
    "ministry": ("department", "ministere", "ministerio", "ministerium"),
    "government_agency": ("agency", "agence", "agencia", "behorde"),
    "multilateral": ("un agency", "intergovernmental organization"),
    "local_government": ("municipality", "council", "local authority"),
}
SCHEME_COLUMNS = {
    "ein": "US-EIN",
    "charity number": "GB-CHC",
    "lei": "XI-LEI",
    "siren": "FR-RCS",
    "company number": "GB-COH",
}
GB_SCHEMES = {"GB-CHC", "GB-COH"}
SCHEME = re.compile(r"([A-Z]{2}-[A-Z0-9]{2,10}|[A-Z]{2,12})\s*[:\s]\s*(\S.*)|([A-Z]{2}-[A-Z]{2,10})-(\S.*)")
ROLE = re.compile(r"(.*\S)\s*[(\[:]\s*(core|minor)\s*[)\]]?", re.IGNORECASE)


@cache
def _words(kind: ClaimKind) -> Words:
    return claim_words(load_vocabulary(), kind)


@cache
def _plain_words(which: str) -> Words:
    vocabulary = load_vocabulary()
    if which == "industry":
        return words_of(vocabulary.industries)
    if which == "kind":
        labels, synonyms = {code: term.label for code, term in vocabulary.kinds.items()}, KIND_WORDS
    else:
        labels, synonyms = dict(vocabulary.sectors), SECTOR_WORDS
    return words_of({code: Term(code, label, synonyms=synonyms.get(code, ())) for code, label in labels.items()})


class FieldReader:
    """Reads the fields of one row, adding to `rejections` what has to be left out."""

    def __init__(
        self, file: str, row: int, columns: Mapping[str, str], vocabulary: Vocabulary, rejections: list[Rejection]
    ) -> None:
        self.file = file
        self.row = row
        self.columns = columns
        self.vocabulary = vocabulary
        self.rejections = rejections

    def reject(self, field: str, value: str, problem: str, suggestion: str = "", *, fatal: bool = False) -> None:
        """Report a field that is left out, or the whole row when fatal."""
        column = self.columns.get(field, field)
        self.rejections.append(Rejection(self.row, column, value[:200], problem, suggestion, fatal))

    def without_formulas(self, cells: Mapping[str, str]) -> dict[str, str]:
        """Return the cells without those that a spreadsheet program would run."""
        kept = {}
        for field, cell in cells.items():
            if is_formula(cell):
                self.reject(field, cell, "the cell is a formula or a spreadsheet's error", "give its value, as text")
            else:
                kept[field] = cell
        return kept

    def country(self, cell: str) -> str | None:
        """Return the country's code."""
        text = clean_line(cell)
        if is_nothing(text) and text.casefold() != "na":
            return None
        code = country_code(text)
        if code is None:
            near = nearest_country(text) if len(self.rejections) < MOST_HINTS else ""
            remedy = f"did you mean {near}?" if near else "write the country's English name"
            self.reject("country", cell, "no country of this name or code is known", remedy)
        return code

    def term(self, which: str, cell: str) -> str | None:
        """Return the code of an industry, kind or sector."""
        text = clean_line(cell)
        if is_nothing(text):
            return None
        words = _plain_words(which)
        code = words.code(text)
        if code is None:
            self.reject(which, cell, f"no {which} of this name is known", self._hint(words, text))
        return code

    def sector_and_kind(self, sector_cell: str, kind_cell: str) -> tuple[str | None, str | None]:
        """Return sector and kind; a kind in the sector's column is understood, and a kind implies its sector."""
        sector_text = clean_line(sector_cell)
        sector = _plain_words("sector").code(sector_text)
        kind = _plain_words("kind").code(sector_text) if sector_text and sector is None else None
        if sector is None and kind is None:
            self.term("sector", sector_cell)
        kind = (self.term("kind", kind_cell) or kind) if kind_cell else kind
        implied = self.vocabulary.kinds[kind].broader if kind else None
        if sector and implied and sector != implied:
            self.reject(
                "kind",
                kind_cell,
                f"a {self.vocabulary.kinds[kind or ''].label.lower()} is not in the {sector} sector",
                f"check which is right; the sector was kept and the kind left out ({implied} would go with it)",
            )
            return sector, None
        return sector or implied, kind

    def website(self, cell: str) -> str:
        """Return the web address."""
        first = re.split(r"[;,\s|]+", cell.strip(), maxsplit=1)[0] if cell.strip() else ""
        try:
            return normalize_url(first)[:MAX_NAME]
        except ValueError:
            self.reject("website", cell, "this is not a web address", "write it like https://www.example.org")
            return ""

    def registry_ids(self, cell: str, country: str | None) -> tuple[RegistryId, ...]:
        """Return registry numbers; a number without its registry is left out, as it could be anyone's."""
        found = []
        for item in map(clean_line, self._items("registry_id", cell)):
            if is_nothing(item):
                continue
            match = SCHEME.fullmatch(item)
            scheme = SCHEME_COLUMNS.get(words_key(self.columns.get("registry_id", "")))
            if match:
                found.append(RegistryId(scheme=match[1] or match[3], value=(match[2] or match[4])[:MAX_NAME]))
            elif scheme and (scheme not in GB_SCHEMES or country == "GB"):
                found.append(RegistryId(scheme=scheme, value=item[:MAX_NAME]))
            else:
                problem = "it is not said which registry the number is from"
                self.reject("registry_id", item, problem, "write it like GB-CHC-1000116")
        return tuple(dict.fromkeys(found))

    def _items(self, field: str, cell: str) -> list[str]:
        """Return the items of a list, up to as many as anybody would write."""
        items = split_list(cell)
        if len(items) > MOST_ITEMS:
            problem = f"the cell lists {len(items):,} items; the first {MOST_ITEMS:,} were read"
            self.reject(field, cell, problem, "look for a column that holds something else")
        return items[:MOST_ITEMS]

    def _hint(self, words: Words, text: str) -> str:
        return words.suggestion(text) if len(self.rejections) < MOST_HINTS else ""

    def aliases(self, cell: str, name: str) -> tuple[str, ...]:
        """Return other names."""
        items = dict.fromkeys(clean_line(item)[:MAX_NAME].strip() for item in self._items("aliases", cell))
        return tuple(item for item in items if not is_nothing(item) and item != name and not is_formula(item))

    def text(self, field: str, cell: str) -> str:
        """Return a text, cut to the length that is kept."""
        text = clean_text(cell)
        if len(text) > MAX_TEXT:
            problem = f"the text has {len(text):,} characters; the first {MAX_TEXT:,} were kept"
            self.reject(field, text[:80], problem, "shorten it")
        return "" if is_nothing(text) else cut_text(text)

    def claims(self, field: str, kind: ClaimKind, cell: str, source: Source) -> list[Claim]:
        """Return one claim per code, each with the cell's words as evidence."""
        quoted: dict[str, list[str]] = {}
        roles: dict[str, ConcernRole] = {}
        for item in self._items(field, cell):
            for words, code, role in self._codes(field, kind, item):
                if words not in quoted.setdefault(code, []):
                    quoted[code].append(words)
                if role:
                    roles[code] = role
        where = self.columns[field][:MAX_NAME]
        return [
            Claim(
                kind=kind,
                code=code,
                evidence=tuple(Evidence(text=words[:MAX_TEXT], verbatim=True, where=where) for words in items),
                source=source,
                role=roles.get(code),
            )
            for code, items in quoted.items()
        ]

    def _codes(self, field: str, kind: ClaimKind, item: str) -> list[tuple[str, str, ConcernRole | None]]:
        """Return (words, code, role) of an item; one that is unknown as a whole is tried at its commas."""
        words = _words(kind)
        role: ConcernRole | None = None
        plain = item
        if kind is ClaimKind.CONCERN and (match := ROLE.fullmatch(item)):
            plain, role = match[1], ConcernRole(match[2].lower())
        if is_nothing(plain):
            return []
        if code := words.code(plain):
            return [(item, code, role)]
        parts = [part.strip() for part in item.split(",", MOST_ITEMS)[:MOST_ITEMS] if part.strip()]
        if len(parts) > 1:
            return [found for part in parts for found in self._codes(field, kind, part)]
        if is_formula(item):
            self.reject(field, item, "this is a formula", "give its value, as text")
        else:
            problem = f"this is not in the vocabulary of {field.replace('_', ' ')}"
            self.reject(field, item, problem, self._hint(words, plain))
        return []

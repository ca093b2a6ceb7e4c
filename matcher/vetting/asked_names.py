"""Lists of names that people paste or upload, read into names with what is told about them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb.duplicates import website_domain
from kb.errors import ImportFileError
from kb.importing.cells import clean_line, is_formula, is_nothing, normalize_url, split_list
from kb.importing.columns import check_mapping, guess_mapping, known_columns
from kb.importing.countries import country_code
from kb.importing.files import open_table
from kb.importing.parsed import Rejection
from kb.importing.spreadsheet_fields import SCHEME, SCHEME_COLUMNS
from kb.importing.vocabulary_words import words_key
from kb.organization import MAX_NAME
from matcher.errors import MatcherError

MOST_NAMES = 5_000
MOST_LETTERS = 5_000_000
SHOWN = 120
LOOK_ALIKE_SCRIPTS = frozenset({"CYRILLIC", "GREEK", "CHEROKEE", "ARMENIAN", "FULLWIDTH", "MATHEMATICAL"})


class NameListError(MatcherError):
    """A list of names cannot be used as a whole."""


@dataclass(frozen=True)
class AskedName:
    """One name that somebody asks about.

    Attributes
    ----------
    row : int
        Line of the text, or row of the file with the header as row 1.
    name : str
        On one line, without invisible characters.
    country : str or None
        ISO 3166-1 alpha-2.
    domain : str
        Of the website, e.g. ``oxfam.org.uk``; empty when unknown.
    numbers : tuple of (scheme, value)
        Registry numbers; the scheme is empty when nobody said which registry.
    aliases : tuple of str
    id : str
        The organization's id in the knowledge base, when the list has it.
    """

    row: int
    name: str
    country: str | None = None
    domain: str = ""
    numbers: tuple[tuple[str, str], ...] = ()
    aliases: tuple[str, ...] = ()
    id: str = ""


@dataclass(frozen=True)
class NameList:
    """Names that can be looked up, and rows that cannot, each with the reason."""

    names: tuple[AskedName, ...]
    rejections: tuple[Rejection, ...] = ()


def read_names_text(text: str) -> NameList:
    """Read names that were pasted: one a line, or a table copied out of a spreadsheet, with or without a header.

    After a tab or semicolon may follow the country, website or registry number, in any order.

    Raises
    ------
    NameListError
        When there is no usable name, or there are more than 5,000 lines.
    """
    if len(text) > MOST_LETTERS:
        raise NameListError(f"the text has {len(text):,} characters, more than {MOST_LETTERS:,}; paste a part of it")
    text = text.encode("utf-8", "ignore").decode("utf-8")
    lines = [(row, line) for row, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1) if line.strip()]
    _refuse_too_many(len(lines))
    header: dict[str, int] = {}
    if lines:
        cells = [clean_line(cell) for cell in _cells(lines[0][1])]
        if len(set(cells)) == len(cells) and len(cells) > 1:
            header = {field: cells.index(column) for field, column in guess_mapping(cells).items()}
    header = header if "name" in header else {}
    names: list[AskedName] = []
    rejections: list[Rejection] = []
    for row, line in lines[1:] if header else lines:
        cells = _cells(line)
        fields = {field: cells[at] for field, at in header.items() if at < len(cells)} or _sorted_cells(cells)
        _read(row, fields, "", names, rejections)
    return _checked(names, rejections)


def read_names_file(path: Path, *, mapping: Mapping[str, str] | None = None) -> NameList:
    """Read names from a CSV file or workbook with columns of any name, or a text file with one name a line.

    Parameters
    ----------
    path : Path
    mapping : mapping of str to str, optional
        From field (name, country, website, registry_id, aliases, id) to column, over the guess.

    Raises
    ------
    kb.errors.ImportFileError
        When the file cannot be read, or no column holds names.
    NameListError
        When there is no usable name, or there are more than 5,000.
    """
    path = Path(path)
    if path.suffix.lower() == ".txt" and not mapping:
        return read_names_text(_text_of(path))
    table = open_table(path)
    columns = _guessed(table.header) | dict(mapping or {})
    names: list[AskedName] = []
    rejections: list[Rejection] = []
    if "name" not in columns and len(table.header) == 1:
        columns["name"] = table.header[0]
        note = "the first row was taken as a name, since it does not read like a header"
        rejections.append(Rejection(1, "", table.header[0][:SHOWN], note, "call the column 'name'", fatal=False))
        _read(1, {"name": table.header[0]}, "", names, rejections)
    columns = check_mapping(columns, table.header, path.name)
    number_column = columns.get("registry_id", "")
    for row, raw in table.rows():
        _refuse_too_many(len(names))
        _read(row, {field: raw[column] for field, column in columns.items()}, number_column, names, rejections)
    return _checked(names, [*rejections, *table.rejections])


def _guessed(header: Sequence[str]) -> dict[str, str]:
    """Guess the columns; a header such as *Supplier name* will do where no better one holds names."""
    columns = guess_mapping(header)
    if "name" in columns or len(header) == 1:
        return columns
    words = {word for name in known_columns()["name"] for word in name.split() if len(word) > 2}
    likely = [item for item in header if item not in columns.values() and words & set(words_key(item).split())]
    return {"name": likely[0], **columns} if likely else columns


def _text_of(path: Path) -> str:
    try:
        if path.exists() and not path.is_file():
            raise ImportFileError(f"{path.name}: this is not an ordinary file")
        if path.stat().st_size > MOST_LETTERS:
            raise ImportFileError(f"{path.name}: the file is too long for a list of names; split it")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ImportFileError(f"{path.name}: the file is not UTF-8 text; save it as CSV UTF-8") from None
    except OSError as error:
        raise ImportFileError(f"{path}: the file cannot be read ({error.strerror}); check its name") from None


def _cells(line: str) -> list[str]:
    return line.split("\t") if "\t" in line else line.split(";")


def _sorted_cells(cells: list[str]) -> dict[str, str]:
    """Tell by their look what the cells after a name are; one that looks like nothing known stays with the name."""
    fields = {"name": cells[0]}
    for cell in cells[1:]:
        text = clean_line(cell)
        if country_code(text):
            fields.setdefault("country", text)
        elif "." in text and _domain(text):
            fields.setdefault("website", text)
        elif SCHEME.fullmatch(text):
            fields.setdefault("registry_id", text)
        elif text:
            fields["name"] = f"{fields['name']}; {text}"
    return fields


def _read(
    row: int, fields: Mapping[str, str], number_column: str, names: list[AskedName], rejections: list[Rejection]
) -> None:
    """Read one row into a name, or say why it cannot be looked up."""

    def reject(field: str, problem: str, remedy: str, *, fatal: bool = False) -> None:
        rejections.append(Rejection(row, field, fields.get(field, "")[:SHOWN], problem, remedy, fatal))

    raw = fields.get("name", "")
    name = clean_line(raw[: 10 * MAX_NAME])
    if is_formula(raw[: 10 * MAX_NAME]) or is_formula(name):
        reject("name", "the name is a formula or a spreadsheet's error", "write the name as text", fatal=True)
        return
    if len(raw) > MAX_NAME:
        reject("name", f"the name has {len(raw):,} characters", f"give at most {MAX_NAME}", fatal=True)
        return
    if is_nothing(name) or not any(letter.isalnum() for letter in name):
        reject("name", "there is no name", "write the organization's name", fatal=True)
        return
    if len(clean_line(raw)) < len(" ".join(raw.split())):
        reject("name", "invisible characters were taken out of the name", "check that the name is what it seems")
    if any(_is_disguised(word) for word in name.split()):
        reject("name", "letters of several scripts stand in one word", "check that the name is what it seems")
    written = clean_line(fields.get("country", ""))
    country = country_code(written)
    if written and country is None and not is_nothing(written):
        reject("country", "no country of this name or code is known", "write its English name")
    website = clean_line(fields.get("website", ""))[:MAX_NAME]
    domain = _domain(website)
    if website and not domain and not is_nothing(website):
        reject("website", "this is not a web address", "write it like https://www.example.org")
    numbers = _numbers(fields.get("registry_id", ""), number_column)
    others = [clean_line(item)[:MAX_NAME] for item in split_list(fields.get("aliases", "")[: 20 * MAX_NAME])]
    aliases = tuple(item for item in others if item and not is_formula(item))
    given = clean_line(fields.get("id", ""))[:MAX_NAME]
    names.append(AskedName(row, name, country, domain, numbers, aliases, "" if is_nothing(given) else given))


def _is_disguised(word: str) -> bool:
    """Whether a word mixes Latin letters with those of a script that looks like it."""
    scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in word if not letter.isascii()}
    latin = any(letter.isascii() and letter.isalpha() for letter in word)
    return latin and bool(scripts & LOOK_ALIKE_SCRIPTS)


def _domain(website: str) -> str:
    try:
        return website_domain(normalize_url(website))
    except ValueError:
        return ""


def _numbers(cell: str, column: str) -> tuple[tuple[str, str], ...]:
    found = []
    for item in split_list(cell[: 4 * MAX_NAME]):
        match = SCHEME.fullmatch(item)
        if match:
            found.append((match[1] or match[3], match[2] or match[4]))
        elif not is_nothing(item) and not is_formula(item):
            found.append((SCHEME_COLUMNS.get(words_key(column), ""), clean_line(item)))
    return tuple(dict.fromkeys(found))


def _refuse_too_many(count: int) -> None:
    if count > MOST_NAMES:
        raise NameListError(f"there are more than {MOST_NAMES:,} names; split the list")


def _checked(names: list[AskedName], rejections: list[Rejection]) -> NameList:
    if not names:
        why = next((f": row {item.row}: {item.problem}" for item in rejections if item.fatal), "")
        raise NameListError(f"the list has no usable name{why}; give one organization a line")
    _refuse_too_many(len(names))
    return NameList(tuple(names), tuple(rejections))

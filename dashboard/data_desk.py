"""What the data page works with: uploaded files on their way in, and questions that take a while."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Protocol

from dashboard.components.errors import errors_in_words
from dashboard.state import Desk, shared_desk
from kb.duplicates import Match
from kb.errors import ImportFileError
from kb.importing import IMPORTERS, Parsed, Progress, detect, no_progress
from kb.importing.columns import guess_mapping
from kb.importing.corrections import Correction, write_corrected
from kb.importing.files import given_name, open_table
from kb.importing.spreadsheet import NAME as SPREADSHEET
from kb.landing import Preview
from kb.merging import FIELDS, absorb
from kb.organization import Organization
from kb.remembered import Remembered

SAMPLE_ROWS = 4


class File(Protocol):
    """A file as the browser hands it over."""

    name: str

    def getvalue(self) -> bytes:
        """Return its bytes."""
        ...


@dataclass(frozen=True)
class Choice:
    """How files are to be read.

    Attributes
    ----------
    paths : tuple of Path
        Files that belong together.
    importer : str
        A key of `kb.importing.IMPORTERS`.
    header : tuple of str
        Columns of the first file.
    sample : tuple of mapping
        Its first rows, cells by column.
    mapping : mapping of str to str
        Column by field, empty where a field is left out; only for spreadsheets.
    remembered : bool
        Whether the mapping is one that somebody chose before for this header.
    corrections : tuple of Correction
    """

    paths: tuple[Path, ...]
    importer: str
    header: tuple[str, ...]
    sample: tuple[Mapping[str, str], ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)
    remembered: bool = False
    corrections: tuple[Correction, ...] = ()

    @property
    def is_spreadsheet(self) -> bool:
        """Whether columns can be chosen."""
        return self.importer == SPREADSHEET

    @property
    def can_be_corrected(self) -> bool:
        """Whether a row number says which row it is: with several files it does not."""
        return len(self.paths) == 1

    @property
    def label(self) -> str:
        """Names of the files."""
        return ", ".join(path.name for path in self.paths)


@dataclass
class Upload:
    """Files that were handed over in one session; they go away with it.

    Attributes
    ----------
    choices : list of Choice
        One for each set of files that is read together.
    refused : list of str
        Why files cannot be read at all, in the importer's words.
    checks : dict
        What a reading of each choice found, while nothing changed.
    """

    folder: tempfile.TemporaryDirectory[str]
    choices: list[Choice] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    checks: dict[int, Checked] = field(default_factory=dict)

    def choose(self, place: int, choice: Choice) -> None:
        """Read a set of files in another way from now on."""
        self.choices[place] = choice
        self.checks.pop(place, None)

    def drop(self, place: int) -> None:
        """Leave out a set of files."""
        del self.choices[place]
        self.checks.clear()


@dataclass(frozen=True)
class Checked:
    """Files that were read, and what importing them would do.

    Attributes
    ----------
    source : Path or None
        The file that the row numbers are of, corrections included; None when there are several.
    version : int
        The batch that the knowledge base was at.
    """

    source: Path | None
    parsed: Parsed
    preview: Preview
    version: int


@dataclass(frozen=True)
class Landed:
    """A batch that an import made."""

    batch: int
    preview: Preview


class DataDesk:
    """Imports, duplicates and merges on one knowledge base, shared by all sessions."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.kb = desk.kb
        self.remembered = Remembered.of(desk.kb)
        self._lock = threading.Lock()
        self._duplicates: tuple[int, list[Match]] | None = None

    # Importing -------------------------------------------------------------------------------

    def receive(self, files: Sequence[File]) -> Upload:
        """Put files where they can be read, and find out what they are."""
        upload = Upload(tempfile.TemporaryDirectory(prefix="dancecard-"))
        found: list[Choice] = []
        for place, file in enumerate(files):
            folder = Path(upload.folder.name) / str(place)
            folder.mkdir()
            path = folder / given_name(file.name, "file")
            path.write_bytes(file.getvalue())
            try:
                table = open_table(path)
                sample = tuple(row for _, row in islice(table.rows(), SAMPLE_ROWS))
                found.append(self._explained(Choice((path,), _importer_of(path), table.header, sample)))
            except ImportFileError as error:
                upload.refused.append(str(error))
        by_importer: dict[str, list[Choice]] = {}
        for choice in found:
            by_importer.setdefault(choice.importer, []).append(choice)
        for importer, choices in by_importer.items():
            if importer == SPREADSHEET:
                upload.choices += choices
            else:
                upload.choices.append(replace(choices[0], paths=tuple(path for one in choices for path in one.paths)))
        return upload

    def read_as(self, choice: Choice, importer: str) -> Choice:
        """Return the files read by another importer."""
        return self._explained(Choice(choice.paths, importer, choice.header, choice.sample))

    def _explained(self, choice: Choice) -> Choice:
        """Return a spreadsheet with its columns as they were chosen the last time, or as they are guessed."""
        if not choice.is_spreadsheet:
            return choice
        before = self.remembered.columns(choice.header)
        return replace(choice, mapping=before or guess_mapping(choice.header), remembered=before is not None)

    def check(self, upload: Upload, place: int, progress: Progress = no_progress) -> Checked:
        """Read files and say what importing them would do; nothing is changed.

        Raises
        ------
        ImportFileError
            When a file cannot be used as a whole.
        """
        version = self.version()
        known = upload.checks.get(place)
        if known is not None and known.version == version:
            return known
        if known is None:
            source, parsed = self._read(upload.choices[place], upload.folder.name, progress)
        else:
            source, parsed = known.source, known.parsed
        progress("Comparing with the knowledge base", 0, None)
        upload.checks[place] = Checked(source, parsed, self.kb.preview(parsed), version)
        return upload.checks[place]

    def _read(self, choice: Choice, folder: str, progress: Progress) -> tuple[Path | None, Parsed]:
        paths = choice.paths
        if choice.corrections:
            corrected = Path(tempfile.mkdtemp(prefix="corrected-", dir=folder))
            paths = (write_corrected(paths[0], choice.corrections, corrected),)
        mapping = dict(choice.mapping) if choice.is_spreadsheet else None
        parsed = IMPORTERS[choice.importer].read(paths, mapping=mapping, progress=progress)
        return paths[0] if choice.can_be_corrected else None, parsed

    def land(self, checked: Checked, progress: Progress) -> Landed:
        """Import what is good as one batch."""
        with self._lock:
            batch, preview = self.kb.land(checked.parsed, progress=progress)
        return Landed(batch, preview)

    def remember_columns(self, choice: Choice) -> None:
        """Remember the columns that a spreadsheet was imported with, unless they were a guess that was right."""
        used = {name: column for name, column in choice.mapping.items() if column}
        if choice.is_spreadsheet and (choice.remembered or used != guess_mapping(choice.header)):
            self.remembered.keep_columns(choice.header, choice.mapping)

    def read_claims(self, progress: Progress) -> int:
        """Read claims out of texts that are new or changed; returns how many texts were read."""
        with self._lock:
            return self.desk.matcher.annotate(progress=progress)

    def version(self) -> int:
        """Return a number that rises with every change of the knowledge base."""
        return self.kb.batches(1)[0].number if self.kb.batches(1) else 0

    # Duplicates ------------------------------------------------------------------------------

    def duplicates(self) -> list[Match]:
        """Return pairs that are, or may be, the same, without those that somebody found to be two."""
        version = self.version()
        with self._lock:
            if self._duplicates is None or self._duplicates[0] != version:
                self._duplicates = version, self.kb.duplicates()
            found = self._duplicates[1]
        apart = self.remembered.apart()
        left = [match for match in found if frozenset((match.incoming_id, match.existing_id)) not in apart]
        return sorted(left, key=lambda match: match.certainty != "same")

    def merge(self, kept: Organization, other: Organization, fields: Mapping[str, object]) -> tuple[int, ...]:
        """Merge two organizations with the values chosen for some fields; returns the batches, last one first."""
        batches = [self.kb.merge(kept.id, other.id)]
        merged = self.kb.get(kept.id)
        wanted = with_fields(merged, fields)
        if wanted != merged:
            batches.insert(0, self.kb.add(wanted, label=f"fields chosen for {wanted.name}"))
        return tuple(batches)

    def undo(self, batches: Sequence[int]) -> None:
        """Take batches back, in the order given."""
        for batch in batches:
            self.kb.undo(batch)


def merged_preview(kept: Organization, other: Organization, fields: Mapping[str, object]) -> Organization:
    """Return the organization that a merge would make."""
    return with_fields(absorb(kept, other), fields)


def with_fields(organization: Organization, fields: Mapping[str, object]) -> Organization:
    """Return an organization with values chosen for some fields; a name that is given up stays as an alias."""
    changed = organization.model_copy(update=dict(fields))
    names = dict.fromkeys((*organization.aliases, organization.name))
    aliases = tuple(name for name in names if name != changed.name)
    return changed if changed.name == organization.name else changed.model_copy(update={"aliases": aliases})


def differing_fields(one: Organization, two: Organization) -> list[str]:
    """Return the fields in which both say something, and not the same."""
    names = ("name", *(name for name in FIELDS if name != "text_source"))
    pairs = {name: (getattr(one, name), getattr(two, name)) for name in names}
    return [name for name, (left, right) in pairs.items() if left and right and left != right]


def corrected(choice: Choice, corrections: Sequence[Correction]) -> Choice:
    """Return a choice with further corrections."""
    return replace(choice, corrections=(*choice.corrections, *corrections))


def _importer_of(path: Path) -> str:
    """Return the importer for a file that can be opened; one that nobody knows is a spreadsheet to be explained."""
    try:
        return detect([path])
    except ImportFileError:
        return SPREADSHEET


def open_data_desk() -> DataDesk:
    """Return the data desk of the knowledge base that the dashboard was started on.

    The columns are not brought up to date for it: that can take minutes after an import, which can be undone at once.
    """
    with errors_in_words():
        return shared_desk().beside(DataDesk)

"""The partnership plan as data: sections of lines, each cell with where it comes from, or still to be agreed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from kb.organization import Frozen, Name, ShortText, Text
from matcher.errors import MatcherError


class PlanError(MatcherError):
    """A plan cannot be drafted, read or changed as asked; the message says what to do."""


class OriginKind(StrEnum):
    """Where the words of a cell come from."""

    BRIEF = "brief"
    PROFILE = "profile"
    LEDGER = "ledger"
    TERMS = "terms"
    TABLE = "table"
    FINDING = "finding"
    VETTING = "vetting"
    FLAG = "flag"
    DECISION = "decision"
    PERSON = "person"
    LAYOUT = "layout"
    TO_AGREE = "to_agree"


_WORDS = {
    OriginKind.BRIEF: "from the brief",
    OriginKind.PROFILE: "from the profile",
    OriginKind.LEDGER: "from the ledger",
    OriginKind.TERMS: "from the terms",
    OriginKind.TABLE: "from the seats at the table",
    OriginKind.FINDING: "from a finding of",
    OriginKind.VETTING: "from the vetting",
    OriginKind.FLAG: "from a flag",
    OriginKind.DECISION: "from a decision",
    OriginKind.PERSON: "entered by",
    OriginKind.LAYOUT: "asked in every plan",
    OriginKind.TO_AGREE: "to be agreed",
}
_JOINED = (OriginKind.FINDING, OriginKind.PERSON)


class Origin(Frozen):
    """Where the words of a cell come from: a kind, and what precisely, e.g. the source or the person."""

    kind: OriginKind = OriginKind.TO_AGREE
    detail: Text = ""

    @property
    def words(self) -> str:
        """The origin in words, e.g. ``from the ledger: stated, FinanceDatabase equities``."""
        said = _WORDS[self.kind]
        if not self.detail:
            return said
        return f"{said} {self.detail}" if self.kind in _JOINED else f"{said}: {self.detail}"


class Cell(Frozen):
    """Words of a plan with their origin. A cell without words is to be agreed, and says so.

    The origin of an empty cell may carry a detail: what is known that bears on it.
    """

    text: Text = ""
    origin: Origin = Origin()

    @model_validator(mode="after")
    def _empty_is_open(self) -> Self:
        if bool(self.text) is (self.origin.kind is OriginKind.TO_AGREE):
            raise ValueError("a cell has words and says where they come from, or has none and is to be agreed")
        return self

    @property
    def is_open(self) -> bool:
        """Whether it is still to be agreed."""
        return not self.text


OPEN = Cell()


class PlanLine(Frozen):
    """One line of a section.

    Attributes
    ----------
    id : str
        Unique within its section; the same in a plan drafted anew, so that versions can be compared.
    label : str
        What the line is about.
    origin : Origin
        What brought the line into the plan; never to be agreed.
    cells : dict of str to Cell
        By column of the section; a column without a cell is to be agreed.
    """

    id: Name
    label: Text
    origin: Origin
    cells: dict[str, Cell] = Field(default_factory=dict)

    def cell(self, column: str) -> Cell:
        """Return the cell of a column."""
        return self.cells.get(column, OPEN)


class PlanSection(Frozen):
    """A section by its code of plan.yaml, and its lines."""

    code: Name
    lines: tuple[PlanLine, ...] = ()

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        ids = [line.id for line in self.lines]
        doubled = sorted({key for key in ids if ids.count(key) > 1})
        if doubled:
            raise ValueError(f"{self.code}: two lines are called {', '.join(doubled)}")
        return self

    def line(self, line_id: str) -> PlanLine | None:
        """Return a line, None when there is none of that id."""
        return next((line for line in self.lines if line.id == line_id), None)


class Party(Frozen):
    """Who the plan is between. `id` is ``brief:<id>`` for a seeker that is not in the knowledge base."""

    id: Name
    name: Name


class Plan(Frozen):
    """A partnership plan that its partners can edit.

    Attributes
    ----------
    seeker, partners
        Who it is between.
    sections : tuple of PlanSection
        In the order of plan.yaml.
    notes : tuple of str
        For whoever works on the plan, not for the partners: one-sided exchange, red lines, what was not screened.
        They are not exported with it.
    drafted_on : datetime.date
        When it was last filled from the knowledge base.
    """

    brief_id: Name
    title: Name
    seeker: Party
    partners: tuple[Party, ...] = Field(min_length=1)
    sections: tuple[PlanSection, ...]
    notes: tuple[Text, ...] = ()
    policies: tuple[ShortText, ...] = ()
    drafted_on: date

    def section(self, code: str) -> PlanSection:
        """Return a section.

        Raises
        ------
        PlanError
            When the plan has none of that code.
        """
        found = next((section for section in self.sections if section.code == code), None)
        if found is None:
            known = ", ".join(section.code for section in self.sections)
            raise PlanError(f"the plan has no section {code!r}; its sections are {known}")
        return found

    def with_section(self, changed: PlanSection) -> Plan:
        """Return the plan with one section in place of the one with its code."""
        sections = tuple(changed if section.code == changed.code else section for section in self.sections)
        return self.model_copy(update={"sections": sections})

    def every_cell(self) -> Iterator[tuple[PlanSection, PlanLine, str, Cell]]:
        """Yield every cell that is there, with its section, line and column."""
        for section in self.sections:
            for line in section.lines:
                for column, cell in line.cells.items():
                    yield section, line, column, cell


def plan_id_of(brief_id: str, partner_ids: tuple[str, ...]) -> str:
    """Return the id that a plan is kept under: the brief, and the partners in alphabetical order."""
    return f"{brief_id} with {' and '.join(sorted(partner_ids))}"

"""The partnership plan as a Word document to send: numbered sources, and every open point marked."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_COLOR_INDEX
from docx.shared import Cm, Pt
from docx.table import Table
from docx.text.paragraph import Paragraph

from matcher.export.dossier_parts import add_labelled, add_table, clean, set_up
from matcher.export.writing import write_by_ending
from matcher.planning.layout import DATE, LONG, SectionLayout, load_layout
from matcher.planning.plan import Cell, Origin, OriginKind, Plan, PlanLine, PlanSection

OPEN_WORDS = "[to be agreed]"
USABLE, LABEL, DATE_WIDTH = 25.7, 6.2, 2.3
LONG_SHARE = 3.0
NOTHING_OPEN = "As far as is known, every need is met by a partner, and every kind of stakeholder has a seat."
SIGNED = ("For", "Name and function", "Place and date", "Signature")


class _Sources:
    """Numbers the places that words come from, in the order of their first use."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, origin: Origin) -> str:
        """Return the mark of an origin; empty for what every plan asks, and for what is simply open."""
        silent = origin.kind is OriginKind.LAYOUT or (origin.kind is OriginKind.TO_AGREE and not origin.detail)
        if silent:
            return ""
        return f"[{self.numbers.setdefault(origin.words, len(self.numbers) + 1)}]"


def write_plan_word(plan: Plan, path: Path) -> None:
    """Write a plan for the partners. What was noted for those who work on it is left out."""
    document = Document()
    set_up(document, plan.title, plan.seeker.name)
    page = document.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = Cm(29.7), Cm(21.0)
    sources = _Sources()
    _cover(document, plan)
    for section in plan.sections:
        _section(document, section, sources)
    _signatures(document, plan)
    _origins(document, sources)
    document.save(str(path))


def _cover(document: DocumentObject, plan: Plan) -> None:
    document.add_heading(clean(plan.title), 0)
    names = ", ".join(party.name for party in plan.partners)
    add_labelled(document, "Between", f"{plan.seeker.name}; and {names}")
    add_labelled(document, "Draft of", plan.drafted_on.isoformat())
    count = open_cells(plan)
    add_labelled(document, "Still open", f"{count} points, each marked as below")
    paragraph = document.add_paragraph("This is a draft to talk about; nobody has agreed to it by being named in it. ")
    _mark(paragraph, OPEN_WORDS)
    paragraph.add_run(
        " stands where the partners have to decide. (proposed) marks what a partner is known to be able to do, and was "
        "not yet asked for. Numbers in brackets lead to the list at the end, which says where the words come from; "
        "lines without a number are asked in every plan."
    )


def open_cells(plan: Plan) -> int:
    """Return how many cells of a plan are to be agreed."""
    layout = load_layout()
    return sum(
        line.cell(column).is_open
        for section in plan.sections
        for line in section.lines
        for column in layout.section(section.code).columns
    )


def _section(document: DocumentObject, section: PlanSection, sources: _Sources) -> None:
    layout = load_layout().section(section.code)
    document.add_heading(clean(layout.title), 1)
    if layout.guidance:
        guidance = document.add_paragraph()
        guidance.add_run(clean(layout.guidance)).italic = True
        guidance.paragraph_format.keep_with_next = True
    if not section.lines:
        document.add_paragraph(NOTHING_OPEN if section.code == "open" else OPEN_WORDS)
        return
    columns = list(layout.columns)
    rows = [[line.label, *(line.cell(column).text or OPEN_WORDS for column in columns)] for line in section.lines]
    titles = [layout.subject, *(layout.columns[column].label for column in columns)]
    table = add_table(document, titles, rows, _widths(layout), layout.title)
    for line, row in zip(section.lines, table.rows[1:], strict=True):
        _origin_marks(row.cells, line, columns, sources)


def _widths(layout: SectionLayout) -> list[float]:
    kinds = [column.kind for column in layout.columns.values()]
    label = LABEL if len(kinds) > 1 else LABEL + 2
    shares = [0.0 if kind == DATE else LONG_SHARE if kind == LONG else 1.0 for kind in kinds]
    unit = (USABLE - label - kinds.count(DATE) * DATE_WIDTH) / max(sum(shares), 1)
    return [label, *(share * unit or DATE_WIDTH for share in shares)]


def _origin_marks(cells: Sequence[object], line: PlanLine, columns: Sequence[str], sources: _Sources) -> None:
    texts = [Cell(text=line.label, origin=line.origin), *(line.cell(column) for column in columns)]
    for written, cell, first in zip(cells, texts, [True, *([False] * len(columns))], strict=True):
        paragraphs: list[Paragraph] = written.paragraphs  # type: ignore[attr-defined]
        if cell.is_open:
            for run in paragraphs[-1].runs:
                run.font.highlight_color = WD_COLOR_INDEX.YELLOW
        mark = sources.number(cell.origin) if first or cell.origin != line.origin else ""
        if mark:
            run = paragraphs[-1].add_run(f" {mark}")
            run.font.superscript = True
            run.font.size = Pt(8.5)
        if first:
            for run in paragraphs[0].runs[:1]:
                run.bold = True


def _mark(paragraph: Paragraph, words: str) -> None:
    paragraph.add_run(words).font.highlight_color = WD_COLOR_INDEX.YELLOW


def _signatures(document: DocumentObject, plan: Plan) -> None:
    document.add_heading("Signatures", 1)
    document.add_paragraph("To be signed when nothing above is open.").paragraph_format.keep_with_next = True
    rows = [(party.name, "", "", "") for party in (plan.seeker, *plan.partners)]
    table: Table = add_table(document, SIGNED, rows, (7.7, 6.0, 5.0, 7.0), "Signatures of the partners")
    for row in table.rows[1:]:
        row.height = Cm(1.2)


def _origins(document: DocumentObject, sources: _Sources) -> None:
    document.add_heading("Where the words come from", 1)
    document.add_paragraph(
        "Facts marked unverified or inferred must be confirmed by the organization concerned before anybody relies on "
        "them."
    )
    for words, number in sources.numbers.items():
        paragraph = document.add_paragraph(clean(f"[{number}] {words[:1].upper()}{words[1:]}"))
        paragraph.paragraph_format.space_after = Pt(1)
        for run in paragraph.runs:
            run.font.size = Pt(8.5)


def write_plan_json(plan: Plan, path: Path) -> None:
    """Write everything about a plan."""
    text = json.dumps(plan.model_dump(mode="json"), ensure_ascii=False, indent=2)
    path.write_text(f"{text}\n", encoding="utf-8")


PLAN_WRITERS: Mapping[str, Callable[[Plan, Path], None]] = {".docx": write_plan_word, ".json": write_plan_json}


def write_plan(plan: Plan, path: Path) -> None:
    """Write a plan in the format of the file's ending.

    Raises
    ------
    MatcherError
        When the ending is unknown, the folder does not exist, or the file cannot be written.
    """
    write_by_ending(plan, path, PLAN_WRITERS)

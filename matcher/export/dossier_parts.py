"""Parts of a Word document that managers can read and screen readers too: tables, page numbers, clean text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from docx.document import Document as DocumentObject
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table
from docx.text.paragraph import Paragraph

NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
TURNS_TEXT = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
HEAD_FILL = "1F3864"
FILLS = {
    "exclude": "F4B6B6",
    "escalate": "F8D2A8",
    "caution": "FBEBA6",
    "observation": "D9E6F5",
    "not_assessed": "E4E4E4",
}
PROPERTY = 249
"""Letters of a title or an author; Word takes 255, and what is cut off is marked by six."""


def clean(text: str, most: int = 4_000) -> str:
    """Return text that Word can hold, without characters that turn or hide other text."""
    kept = TURNS_TEXT.sub("", NOT_XML.sub("", text))
    return kept if len(kept) <= most else f"{kept[:most].rstrip()} [...]"


def add_table(
    document: DocumentObject,
    titles: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    description: str,
    fills: Sequence[str] = (),
) -> Table:
    """Add a table whose header is repeated on every page.

    Parameters
    ----------
    titles : sequence of str
    rows : sequence of sequences of str
    widths : sequence of float
        In centimetres.
    description : str
        Read out by screen readers.
    fills : sequence of str
        A key of `FILLS`, or nothing, for the first cell of each row.
    """
    table: Table = document.add_table(rows=1 + len(rows), cols=len(titles), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.LEFT
    table.autofit = False
    _describe(table, description)
    grid = table._tbl.tblGrid.gridCol_lst
    for column, width in zip(grid, widths, strict=True):
        column.w = Cm(width)
    for number, (texts, row) in enumerate(zip((titles, *rows), table._tbl.tr_lst, strict=True)):
        properties = row.get_or_add_trPr()
        properties.append(_element("w:cantSplit"))
        if number == 0:
            properties.append(_element("w:tblHeader", val="true"))
        for text, cell, width in zip(texts, row.tc_lst, widths, strict=True):
            cell.width = Cm(width)
            _write(cell, text, heading=number == 0)
        if number and number <= len(fills) and fills[number - 1] in FILLS:
            _shade(row.tc_lst[0], FILLS[fills[number - 1]])
    document.add_paragraph().paragraph_format.space_after = Pt(2)
    return table


def _write(cell: Any, text: str, *, heading: bool) -> None:  # noqa: ANN401 (an XML element of python-docx)
    if heading:
        _shade(cell, HEAD_FILL)
    for number, line in enumerate(clean(text).split("\n")):
        paragraph = Paragraph(cell.p_lst[0] if number == 0 else cell.add_p(), None)  # type: ignore[arg-type]
        paragraph.paragraph_format.space_after = Pt(1)
        run = paragraph.add_run(line)
        run.font.size = Pt(8.5)
        if heading:
            run.bold = True
            run.font.color.rgb = RGBColor(0xFF, 0xFF, 0xFF)


def _shade(cell: Any, fill: str) -> None:  # noqa: ANN401 (an XML element of python-docx)
    cell.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill=fill))


def _describe(table: Table, description: str) -> None:
    properties = table._tbl.tblPr
    for tag in ("w:tblCaption", "w:tblDescription"):
        properties.append(_element(tag, val=clean(description, 250)))


def _element(tag: str, **attributes: str) -> Any:  # noqa: ANN401 (an XML element of python-docx)
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element


def add_labelled(document: DocumentObject, label: str, text: str, style: str | None = None) -> None:
    """Add a paragraph that begins with a label in bold."""
    paragraph = document.add_paragraph(style=style)
    paragraph.add_run(clean(f"{label}: ")).bold = True
    paragraph.add_run(clean(text))


def add_note(document: DocumentObject, text: str) -> None:
    """Add a paragraph that nobody overlooks."""
    paragraph = document.add_paragraph()
    run = paragraph.add_run(clean(text))
    run.bold = True
    run.font.color.rgb = RGBColor(0xA0, 0x1C, 0x1C)


def add_page_break(document: DocumentObject) -> None:
    """Begin a new page."""
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def set_up(document: DocumentObject, title: str, author: str) -> None:
    """Set margins, fonts, title, and a footer with page numbers."""
    document.core_properties.title = clean(title, PROPERTY)
    document.core_properties.author = clean(author, PROPERTY)
    document.styles["Normal"].font.name = "Calibri"
    document.styles["Normal"].font.size = Pt(10)
    document.styles["Normal"].paragraph_format.space_after = Pt(4)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.0)
    section.top_margin = section.bottom_margin = Cm(2.0)
    footer = section.footer.paragraphs[0]
    footer.add_run(clean(f"{title}    page ", 300)).font.size = Pt(8)
    _field(footer, "PAGE")
    footer.add_run(" of ").font.size = Pt(8)
    _field(footer, "NUMPAGES")


def _field(paragraph: Paragraph, code: str) -> None:
    """Add a number that Word counts itself."""
    field = _element("w:fldSimple", instr=f" {code} \\* MERGEFORMAT ")
    run = _element("w:r")
    text = _element("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)

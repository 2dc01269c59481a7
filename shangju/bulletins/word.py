"""A bulletin as a Word file, laid out like an official paper (GB/T 9704-2012 §5, §7): A4, 22 lines of 28 signs."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from shangju.bulletins.paper import Annex, Paper

TITLE_FACE, HEADING_FACE, BODY_FACE, TABLE_FACE = "方正小标宋简体", "黑体", "仿宋", "宋体"
WESTERN_FACE = "Times New Roman"

SECOND, THIRD, FOURTH, SMALL_FIFTH = Pt(22), Pt(16), Pt(14), Pt(9)
"""二号, 三号, 四号, 小五."""

LARGEST_OFFICE, SMALLEST_OFFICE = 34, 20
"""Points of the red head: as large as one line allows."""

_UNWRITABLE = re.compile(r"[\x00-\x08\x0c\x0e-\x1f\ufffe\uffff]")

WIDTH_IN_POINTS = 440
TABLE, STAMP = Pt(10), Pt(7.5)
LINE, HALF_LINE = Pt(28.95), Pt(14.5)
"""225 mm of text in 22 lines."""

RED = RGBColor(0xCC, 0, 0)
A4 = Mm(210), Mm(297)
TOP, BOTTOM, INNER, OUTER = Mm(37), Mm(35), Mm(28), Mm(26)
ANNEX_MARGIN = Mm(22)
FIRST_COLUMN, NARROW_COLUMN = Mm(40), Mm(21)


def word_file(paper: Paper) -> bytes:
    """The file. The same paper gives the same words; only the file's own stamps are left at a fixed day."""
    document = Document()
    _prepare(document, paper)
    _head(document, paper)
    for chapter in paper.chapters:
        heading = _line(document, indented=True)
        heading.paragraph_format.keep_with_next = True
        _words(heading, chapter.heading, face=HEADING_FACE)
        for text in chapter.paragraphs:
            _words(_line(document, indented=True), text)
    _signature(document, paper)
    _annexes(document, paper)
    stored = BytesIO()
    document.save(stored)
    return stored.getvalue()


def _prepare(document: Any, paper: Paper) -> None:
    """Page, the style that everything follows, properties and foot."""
    section = document.sections[0]
    section.page_width, section.page_height = A4
    section.top_margin, section.bottom_margin = TOP, BOTTOM
    section.left_margin, section.right_margin = INNER, OUTER
    section.footer_distance = Mm(20)
    style = document.styles["Normal"]
    style.font.size = THIRD
    _faces(style.element.get_or_add_rPr(), BODY_FACE)
    document.core_properties.title = _writable(f"{paper.title} {paper.number}")
    document.core_properties.author = _writable(paper.office)
    document.core_properties.comments = paper.hash_line
    document.core_properties.created = document.core_properties.modified = datetime(2026, 1, 1, tzinfo=UTC)
    _foot(section, paper)


def _faces(properties: Any, face: str) -> None:
    """Chinese signs in ``face``, Western letters and figures in theirs."""
    faces = properties.get_or_add_rFonts()
    faces.set(qn("w:ascii"), WESTERN_FACE)
    faces.set(qn("w:hAnsi"), WESTERN_FACE)
    faces.set(qn("w:eastAsia"), face)


def _line(document: Any, *, indented: bool = False, centred: bool = False) -> Paragraph:
    """A paragraph on the grid of lines; indented by two signs, or centred."""
    paragraph: Paragraph = document.add_paragraph()
    layout = paragraph.paragraph_format
    layout.space_before = layout.space_after = Pt(0)
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    else:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    if indented:
        layout.first_line_indent = 2 * THIRD
        indent = paragraph._p.get_or_add_pPr().get_or_add_ind()  # noqa: SLF001 - python-docx has no way for signs
        indent.set(qn("w:firstLineChars"), "200")
    return paragraph


def _words(
    paragraph: Paragraph, text: str, *, face: str = BODY_FACE, size: Any = THIRD, red: bool = False
) -> Run:
    run = paragraph.add_run(_writable(text))
    run.font.size = size
    _faces(run._r.get_or_add_rPr(), face)  # noqa: SLF001 - python-docx has no way for Chinese faces
    if red:
        run.font.color.rgb = RED
    return run


def _writable(text: str) -> str:
    """The text without the signs that no Word file can hold; pasted texts bring some."""
    return _UNWRITABLE.sub("", text.replace("\v", "\n"))


def _head(document: Any, paper: Paper) -> None:
    """The office in red, the number, the red line, then the title."""
    if paper.mark:
        _words(_line(document, centred=True), paper.mark, face=HEADING_FACE, size=FOURTH, red=True)
    office = _line(document, centred=True)
    office.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    points = min(LARGEST_OFFICE, max(SMALLEST_OFFICE, WIDTH_IN_POINTS // len(paper.office)))
    _words(office, paper.office, face=TITLE_FACE, size=Pt(points), red=True)
    number = _line(document, centred=True)
    _words(number, paper.number)
    _ruled(number)
    title = _line(document, centred=True)
    title.paragraph_format.space_before = title.paragraph_format.space_after = HALF_LINE
    title.paragraph_format.line_spacing = Pt(34)
    _words(title, paper.title, face=TITLE_FACE, size=SECOND)


def _ruled(paragraph: Paragraph) -> None:
    """A red line below (GB/T 9704-2012 §7.2.7)."""
    borders, line = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "6"), ("color", "CC0000")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    paragraph._p.get_or_add_pPr().insert_element_before(  # noqa: SLF001 - python-docx draws no lines
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _signature(document: Any, paper: Paper) -> None:
    """Office and day at the right; on the page of the last words."""
    if not paper.signed_on:
        return
    _line(document)
    for text in (paper.office, paper.signed_on):
        line = _line(document)
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        line.paragraph_format.right_indent = 2 * THIRD
        line.paragraph_format.keep_with_next = text == paper.office
        _words(line, text)


def _annexes(document: Any, paper: Paper) -> None:
    """The tables on pages that lie on their side."""
    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = A4[1], A4[0]
    section.left_margin = section.right_margin = ANNEX_MARGIN
    section.top_margin, section.bottom_margin = Mm(25), Mm(25)
    for number, annex in enumerate(paper.annexes):
        heading = _line(document)
        heading.paragraph_format.keep_with_next = True
        heading.paragraph_format.page_break_before = number > 0
        _words(heading, annex.title, face=HEADING_FACE, size=FOURTH)
        _table(document, annex, width=A4[1] - 2 * ANNEX_MARGIN)
        note = _line(document)
        note.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        note.paragraph_format.space_before = Pt(6)
        _words(note, paper.note, size=SMALL_FIFTH)


def _table(document: Any, annex: Annex, *, width: int) -> None:
    table = document.add_table(rows=1, cols=len(annex.columns), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    rates = len(annex.columns) - 4
    rest = (width - FIRST_COLUMN - 3 * NARROW_COLUMN) // rates
    widths = [FIRST_COLUMN, NARROW_COLUMN, NARROW_COLUMN, *[rest] * rates, NARROW_COLUMN]
    for column, column_width in zip(table.columns, widths, strict=True):
        column.width = column_width
    _fill(table.rows[0], annex.columns, widths, face=HEADING_FACE)
    mark = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(mark)  # noqa: SLF001 - python-docx repeats no heads
    for row in annex.rows:
        cells = table.add_row()
        face = HEADING_FACE if row.is_total else TABLE_FACE
        if row.quiet:
            _fill(cells, [row.label, row.quiet, *[""] * (len(widths) - 2)], widths, face=face)
            cells.cells[1].merge(cells.cells[-1])
        else:
            _fill(cells, [row.label, *row.cells], widths, face=face)


def _fill(row: Any, texts: Sequence[str], widths: Sequence[int], *, face: str) -> None:
    """Texts into the cells of a row that no page breaks."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001 - as above
    for place, (cell, text, width) in enumerate(zip(row.cells, texts, widths, strict=True)):
        cell.width, cell.vertical_alignment = width, WD_CELL_VERTICAL_ALIGNMENT.CENTER
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if place else WD_ALIGN_PARAGRAPH.LEFT
        if text:
            _words(paragraph, text, face=face, size=TABLE)


def _foot(section: Any, paper: Paper) -> None:
    """The number of the page between dashes; below it who issued the paper, its hash, or that it does not hold."""
    number = section.footer.paragraphs[0]
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _words(number, "— ", face=TABLE_FACE, size=FOURTH)
    _field(_words(number, "", face=TABLE_FACE, size=FOURTH), "PAGE")
    _words(number, " —", face=TABLE_FACE, size=FOURTH)
    for text in filter(None, (paper.mark, paper.issue_line, paper.hash_line)):
        line = section.footer.add_paragraph()
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        line.paragraph_format.space_before = line.paragraph_format.space_after = Pt(0)
        _words(line, text, face=TABLE_FACE, size=STAMP)


def _field(run: Run, name: str) -> None:
    """A field that Word fills in, such as the number of the page."""
    for kind in ("begin", "separate", "end"):
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
        if kind == "separate":
            words = OxmlElement("w:instrText")
            words.set(qn("xml:space"), "preserve")
            words.text = f" {name} "
            run._r.append(words)  # noqa: SLF001 - python-docx knows no fields
        run._r.append(mark)  # noqa: SLF001 - as above

"""Writes a report as a Word file."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from eval.writers.blocks import (
    NUMBERINGS,
    AutoNumber,
    Block,
    Grid,
    Heading,
    Lines,
    Slot,
    TextBox,
    number_items,
    place_cells,
)

STAMP = datetime(2024, 1, 1)  # one fixed moment, so that the same source gives the same bytes
FIRST_LIST = 100  # ids above those of the lists in python-docx's template


def write_docx(blocks: tuple[Block, ...]) -> bytes:
    """The report as a Word file: heading styles, merged cells, list numbering and text boxes are real ones."""
    document = docx.Document()
    document.core_properties.created = document.core_properties.modified = STAMP
    numbers = number_items(blocks)
    _add_lists(document, [number for number in numbers if number])
    for block, number in zip(blocks, numbers, strict=True):
        if isinstance(block, Grid):
            document.element.body.insert_element_before(_table(block), "w:sectPr")
            document.add_paragraph()  # Word joins tables that touch
        elif isinstance(block, TextBox):
            document.add_paragraph()._p.append(_text_box(block))
        elif isinstance(block, Lines):
            for line in block.text.split("\n"):
                document.add_paragraph(line)
        else:
            level = block.level - 1 if isinstance(block, Heading) else None  # 0 is the style of the title
            made = document.add_paragraph(block.text) if level is None else document.add_heading(block.text, level)
            if number:
                properties = made._p.get_or_add_pPr().get_or_add_numPr()
                properties.get_or_add_ilvl().val = 0
                properties.get_or_add_numId().val = FIRST_LIST + number.list_id
    return _repack(document)


def _add_lists(document: Any, numbers: list[AutoNumber]) -> None:
    numbering = document.part.numbering_part.element
    firsts = numbering.findall(qn("w:num"))
    kinds = {kind: FIRST_LIST + place for place, kind in enumerate(NUMBERINGS)}
    for kind, abstract in kinds.items():
        counting, pattern = NUMBERINGS[kind]
        firsts[0].addprevious(parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{abstract}"><w:multiLevelType w:val="singleLevel"/>'
            f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{counting}"/><w:suff w:val="nothing"/>'
            f'<w:lvlText w:val="{pattern}"/><w:lvlJc w:val="left"/></w:lvl></w:abstractNum>'
        ))  # fmt: skip
    for list_id, kind in sorted({number.list_id: number.kind for number in numbers}.items()):
        numbering.append(parse_xml(
            f'<w:num {nsdecls("w")} w:numId="{FIRST_LIST + list_id}"><w:abstractNumId w:val="{kinds[kind]}"/>'
            '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
        ))  # fmt: skip


def _runs(text: str) -> str:
    lines = ('<w:t xml:space="preserve">' + escape(line) + "</w:t>" for line in text.split("\n"))
    return "<w:r>" + "<w:br/>".join(lines) + "</w:r>"


def _table(grid: Grid) -> Any:
    rows = place_cells(grid)
    width = max((slot.column + slot.cell.column_span for row in rows for slot in row), default=0)
    columns = '<w:gridCol w:w="1200"/>' * width
    body = "".join("<w:tr>" + "".join(map(_table_cell, row)) + "</w:tr>" for row in rows)
    return parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="0" w:type="auto"/></w:tblPr>'
        f"<w:tblGrid>{columns}</w:tblGrid>{body}</w:tbl>"
    )


def _table_cell(slot: Slot) -> str:
    merged = "" if slot.cell.row_span == 1 else "<w:vMerge/>" if slot.continued else '<w:vMerge w:val="restart"/>'
    span = f'<w:gridSpan w:val="{slot.cell.column_span}"/>' if slot.cell.column_span > 1 else ""
    words = "" if slot.continued or not slot.cell.text else _runs(slot.cell.text)
    return f"<w:tc><w:tcPr>{span}{merged}</w:tcPr><w:p>{words}</w:p></w:tc>"


def _text_box(box: TextBox) -> Any:
    """A run as Word writes it: the box for itself, and again for programs that know only the older drawing."""
    names = (
        f'{nsdecls("w", "wp", "a")} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
        ' xmlns:v="urn:schemas-microsoft-com:vml"'
    )
    content = f"<w:txbxContent><w:p>{_runs(box.text)}</w:p></w:txbxContent>"
    shape = (
        '<wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></wps:spPr>'
        f"<wps:txbx>{content}</wps:txbx><wps:bodyPr/></wps:wsp>"
    )
    uri = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
    drawing = (
        '<wp:inline><wp:extent cx="5000000" cy="800000"/><wp:docPr id="1" name="Text Box"/>'
        f'<a:graphic><a:graphicData uri="{uri}">{shape}</a:graphicData></a:graphic></wp:inline>'
    )
    older = f'<v:shape style="width:400pt;height:60pt"><v:textbox>{content}</v:textbox></v:shape>'
    return parse_xml(
        f'<w:r {names}><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>{drawing}</w:drawing></mc:Choice>'
        f"<mc:Fallback><w:pict>{older}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


def _repack(document: Any) -> bytes:
    """The file with one date on all its parts: python-docx stamps them with the clock."""
    written, packed = io.BytesIO(), io.BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = zipfile.ZipInfo(name, STAMP.timetuple()[:6])
            part.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(part, source.read(name))
    return packed.getvalue()

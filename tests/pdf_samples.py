"""PDF files with exactly what a test is about, drawn with reportlab: no font is embedded, no program is called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from eval.writers.pdf import FONT, text_width
from pipeline.readers.pdf import read
from schemas.text import Document, Source

SOURCE = Source(name="青石县水务局自评报告", path="青石县水务局自评报告.pdf", sha256="0", reader="pdf")
WIDTH, HEIGHT = 595.28, 841.89
LEFT, RIGHT, TOP = 80.0, 516.0, 80.0
SIZE, LEADING = 16.0, 28.0
EM = SIZE

Draw = Callable[["Sheet"], None]


class Sheet:
    """A page to draw on, measured in points from its upper left corner."""

    def __init__(self, canvas: Canvas, number: int) -> None:
        self.canvas, self.number, self.y = canvas, number, TOP

    def put(self, x: float, y: float, text: str, size: float = SIZE, spread: float = 0.0, font: str = FONT) -> None:
        words = self.canvas.beginText(x, HEIGHT - y)
        words.setFont(font, size)
        words.setCharSpace(spread)
        words.textOut(text)
        self.canvas.drawText(words)

    def line(self, text: str, indent: float = 0.0, size: float = SIZE) -> None:
        """The next line of prose."""
        self.y += LEADING
        self.put(LEFT + indent * EM, self.y, text, size)

    def prose(self, *lines: str) -> None:
        """A paragraph: its first line indented by two characters."""
        for place, text in enumerate(lines):
            self.line(text, 0 if place else 2)

    def rule(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.canvas.line(x0, HEIGHT - y0, x1, HEIGHT - y1)

    def table(self, xs: Sequence[float], ys: Sequence[float], *cells: tuple[int, int, int, int, str]) -> None:
        """A ruled grid; a cell is its row, column, extents in both, and its lines. Places without one are empty."""
        taken = {(r, c) for row, column, high, wide, _ in cells for r in range(row, row + high)
                 for c in range(column, column + wide)}  # fmt: skip
        free = [(r, c, 1, 1, "") for r in range(len(ys) - 1) for c in range(len(xs) - 1) if (r, c) not in taken]
        for row, column, high, wide, text in [*cells, *free]:
            x0, y0, x1, y1 = xs[column], ys[row], xs[column + wide], ys[row + high]
            self.canvas.rect(x0, HEIGHT - y1, x1 - x0, y1 - y0)
            for place, line in enumerate(text.split("\n")):
                self.put(x0 + 4, y0 + 12 + 12 * place, line, 9)

    def footer(self, text: str) -> None:
        self.put((WIDTH - text_width(text, 10)) / 2, HEIGHT - 40, text, 10)

    def header(self, text: str) -> None:
        self.put((WIDTH - text_width(text, 9)) / 2, 45, text, 9)


def pdf(
    *pages: Draw, password: str | None = None, owner: str = "", setup: Callable[[Canvas], Any] | None = None
) -> bytes:
    """A file with these pages, encrypted where there is a password, be it empty."""
    text_width("", 1.0)  # makes the font known
    written = BytesIO()
    encrypt = None if password is None else StandardEncryption(password, owner or "主人", canPrint=0, strength=128)
    canvas = Canvas(written, pagesize=(WIDTH, HEIGHT), invariant=1, encrypt=encrypt)
    for number, draw in enumerate(pages, 1):
        if setup:
            setup(canvas)
        draw(Sheet(canvas, number))
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def document(*pages: Draw) -> Document:
    return read(pdf(*pages), SOURCE)


def numbered(pattern: str, *pages: Draw) -> list[Draw]:
    """The pages with their number at the foot."""

    def with_footer(draw: Draw) -> Draw:
        def drawn(sheet: Sheet) -> None:
            draw(sheet)
            sheet.footer(pattern.format(page=sheet.number, pages=len(pages)))

        return drawn

    return [with_footer(draw) for draw in pages]


def raw_pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A file of these objects, the first of which is the catalog, with a table of where they stand."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)
    return bytes(out)


def stream(content: bytes, extra: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n" % (len(content), extra) + content + b"\nendstream"


def one_page(content: bytes, resources: bytes = b"", extra: bytes = b"", *more: bytes) -> bytes:
    """A file of one page with this content stream; ``more`` objects are numbered from 5."""
    return raw_pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << " + resources + b" >> >>",
        stream(content, extra),
        *more,
    )

"""Names in the letters of most scripts, on a page of a PDF.

Latin, Greek and Cyrillic letters are text. Letters of other scripts have to be joined or reordered, which PDF cannot do, or there are so
many that their fonts would make the file large. HarfBuzz computes their shapes, and the outlines are drawn. A name of several scripts is
written word by word. If none of our fonts has a character (the rarest Chinese ones), another text is written instead of the name
(`otherwise`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

import uharfbuzz as hb
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

FONTS: Final = Path(__file__).parent / "fonts"
TEXT: Final = "NotoSans-Regular"
BOLD: Final = "NotoSans-Bold"
HEADING: Final = "BricolageGrotesque-Bold"
_OTHER_SCRIPTS: Final = (
    "NotoSansDevanagari",
    "NotoSansArabic",
    "NotoSansBengali",
    "NotoSansTamil",
    "NotoSansTelugu",
    "NotoSansKannada",
    "NotoSansMalayalam",
    "NotoSansGujarati",
    "NotoSansGurmukhi",
    "NotoSansHebrew",
    "NotoSansThai",
    "NotoSansGeorgian",
    "NotoSansArmenian",
    "Hangul",
    "Han",
)
"""Script -> the font for it. `Han`: Chinese characters and Japanese syllables."""


@cache
def load() -> None:
    """Register the fonts with reportlab, once per process."""
    for name in (TEXT, BOLD, HEADING):
        pdfmetrics.registerFont(TTFont(name, str(FONTS / f"{name}.ttf")))


def can_write(name: str, font: str = TEXT) -> bool:
    """Whether the name can be written as text in this font."""
    load()
    known: Mapping[int, int] = pdfmetrics.getFont(font).face.charToGlyph  # type: ignore[attr-defined]
    return set(map(ord, name)) <= known.keys()


def draw(canvas: Canvas, x: float, y: float, name: str, size: float, otherwise: str) -> None:
    """Write a name. `otherwise`: what is written if no font has its letters."""
    name = unicodedata.normalize("NFC", name)
    fonts = {word: _find_font(word) for word in (name, *name.split())}
    if can_write(name) or fonts[name] is not None:
        _draw_word(canvas, x, y, name, size, fonts[name])
    elif all(can_write(word) or fonts[word] is not None for word in name.split()):
        for word in name.split():
            x += _draw_word(canvas, x, y, word, size, fonts[word]) + pdfmetrics.stringWidth(" ", TEXT, size)
    else:
        _draw_word(canvas, x, y, otherwise, size, None)


def _draw_word(canvas: Canvas, x: float, y: float, word: str, size: float, font: hb.Font | None) -> float:
    """Write a word as text if that is possible, else as outlines in `font`. Returns its width."""
    if font is not None and not can_write(word):
        return _draw_outlines(canvas, x, y, word, size, font)
    canvas.setFont(TEXT, size)
    canvas.drawString(x, y, word)
    return float(pdfmetrics.stringWidth(word, TEXT, size))


@cache
def _font_of(script: str) -> hb.Font:
    return hb.Font(hb.Face(hb.Blob.from_file_path(str(FONTS / f"{script}-Regular.ttf"))))


@cache
def _letters_of(script: str) -> frozenset[int]:
    return frozenset(_font_of(script).face.unicodes)


def _find_font(name: str) -> hb.Font | None:
    """The font that has every letter of the name. Fonts of one script have the digits and signs that are written with it."""
    letters = {ord(each) for each in name if each not in " \u200c\u200d"}
    return next((_font_of(script) for script in _OTHER_SCRIPTS if letters <= _letters_of(script)), None)


@dataclass(slots=True)
class _Pen:
    """Draws one glyph at (x, y), in units of the page."""

    path: PDFPathObject
    scale: float
    x: float = 0.0
    y: float = 0.0
    at: tuple[float, float] = field(default=(0.0, 0.0))

    def put(self, x: float, y: float) -> tuple[float, float]:
        return self.x + x * self.scale, self.y + y * self.scale


def _move(x: float, y: float, pen: _Pen) -> None:
    pen.at = (x, y)
    pen.path.moveTo(*pen.put(x, y))


def _line(x: float, y: float, pen: _Pen) -> None:
    pen.at = (x, y)
    pen.path.lineTo(*pen.put(x, y))


def _curve(ax: float, ay: float, bx: float, by: float, x: float, y: float, pen: _Pen) -> None:
    pen.at = (x, y)
    pen.path.curveTo(*pen.put(ax, ay), *pen.put(bx, by), *pen.put(x, y))


def _bend(cx: float, cy: float, x: float, y: float, pen: _Pen) -> None:
    """Draw a curve with one control point. PDF has only curves with two, so the equivalent one is computed."""
    from_x, from_y = pen.at
    _curve(from_x + (cx - from_x) * 2 / 3, from_y + (cy - from_y) * 2 / 3, x + (cx - x) * 2 / 3, y + (cy - y) * 2 / 3, x, y, pen)


def _close(pen: _Pen) -> None:
    pen.path.close()


@cache
def _drawing() -> hb.DrawFuncs:
    functions = hb.DrawFuncs()
    functions.set_move_to_func(_move)
    functions.set_line_to_func(_line)
    functions.set_cubic_to_func(_curve)
    functions.set_quadratic_to_func(_bend)
    functions.set_close_path_func(_close)
    return functions


def _draw_outlines(canvas: Canvas, x: float, y: float, name: str, size: float, font: hb.Font) -> float:
    buffer = hb.Buffer()
    buffer.add_str(name)
    buffer.guess_segment_properties()
    hb.shape(font, buffer)
    pen = _Pen(canvas.beginPath(), size / font.face.upem)
    at = 0.0
    for glyph, position in zip(buffer.glyph_infos or (), buffer.glyph_positions or (), strict=True):
        pen.x = x + (at + position.x_offset) * pen.scale
        pen.y = y + position.y_offset * pen.scale
        font.draw_glyph(glyph.codepoint, _drawing(), pen)
        at += position.x_advance
    canvas.drawPath(pen.path, stroke=0, fill=1)
    return at * pen.scale

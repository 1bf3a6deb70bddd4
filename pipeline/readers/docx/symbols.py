"""Characters of the symbol fonts, which files store as code points that mean nothing without the font."""

from __future__ import annotations

_CIRCLED = {0x81 + place: chr(0x2460 + place) for place in range(10)}
_WINGDINGS = {
    0x6C: "●", 0x6E: "■", 0x6F: "□", 0x71: "□", 0x72: "□", 0x75: "◆", 0x76: "◆", 0x9E: "·", 0x9F: "•",
    0xA1: "○", 0xA7: "▪", 0xA8: "□", 0xD8: "➢", 0xE0: "→", 0xFB: "×", 0xFC: "√", 0xFD: "☒", 0xFE: "☑",
} | _CIRCLED  # fmt: skip
_WINGDINGS_2 = {
    0x4F: "×", 0x50: "√", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0x96: "•", 0xA3: "□",
}  # fmt: skip
_SYMBOL = {
    0x2D: "-", 0xA3: "≤", 0xA5: "∞", 0xB0: "°", 0xB1: "±", 0xB3: "≥", 0xB4: "×", 0xB7: "•", 0xB8: "÷",
    0xB9: "≠", 0xBB: "≈", 0xD6: "√", 0xD7: "·", 0xDE: "⇒",
} | {code: chr(code) for code in range(0x20, 0x40) if code not in (0x22, 0x24, 0x27, 0x2A, 0x2D)}  # fmt: skip
_FONTS = {"wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2, "symbol": _SYMBOL}


def symbol(code: int, font: str) -> str:
    """The character that a code of a symbol font shows, or the code's own character where the font is not known."""
    known = _FONTS.get(font.lower(), {})
    low = code & 0xFF if code < 0x100 or 0xF000 <= code <= 0xF0FF else -1
    if low in known:
        return known[low]
    return chr(code) if 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE else ""


def shown(text: str, font: str) -> str:
    """Text set in a font, as it looks: for the symbol fonts their signs, else the text itself."""
    if font.lower() not in _FONTS:
        return text
    return "".join(symbol(ord(char), font) if ord(char) <= 0xF0FF else char for char in text)

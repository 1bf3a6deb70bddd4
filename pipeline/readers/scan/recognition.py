"""Where text stands on an image and what it says: RapidOCR, whose models come with its package."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple, cast

import cv2
import numpy as np
from rapidocr import RapidOCR
from rapidocr.ch_ppocr_rec.typings import WordInfo

from pipeline.readers.scan.parts import Gray, Rect

_MARGIN = 0.06  # of its height is added around a piece


class Reading(NamedTuple):
    """What a piece of an image says, with the confidence of each character."""

    text: str
    confidences: tuple[float, ...]

    @property
    def confidence(self) -> float:
        """The mean over the characters, 0 where there are none."""
        return sum(self.confidences) / len(self.confidences) if self.confidences else 0.0


def find_text(gray: Gray) -> tuple[Rect, ...]:
    """The upright rectangles around each run of text."""
    found = _engine()(_colored(gray), use_det=True, use_cls=False, use_rec=False)
    boxes = getattr(found, "boxes", None)
    if boxes is None:
        return ()
    height, width = gray.shape
    page = Rect(0, 0, width, height)
    rects = (_outline(np.asarray(box)).shared(page) for box in boxes)
    return tuple(rect for rect in rects if rect.width > 1 and rect.height > 1)


def read_pieces(gray: Gray, rects: Sequence[Rect]) -> tuple[Reading, ...]:
    """What stands in each rectangle, which holds one line of text."""
    if not rects:
        return ()
    engine = _engine()
    engine.return_word_box = True  # which is what makes it give the confidence of each character
    found = engine.recognize_txt([_colored(_piece(gray, rect)) for rect in rects])
    words = cast(Sequence[WordInfo], found.word_results)  # what it is before boxes are made of it
    return tuple(as_reading(text, word.confs) for text, word in zip(found.txts or (), words, strict=True))


@cache
def _engine() -> RapidOCR:
    return RapidOCR(params={"Global.log_level": "critical"})


def as_reading(text: str, confidences: Sequence[float]) -> Reading:
    """Recognized characters without white space; ``%o``, which is how a ‰ is read, is one character again."""
    chars: list[tuple[str, float]] = []
    for char, confidence in zip(text, confidences, strict=False):
        if char in "oO" and chars and chars[-1][0] == "%":
            chars[-1] = ("‰", min(confidence, chars[-1][1]))
        elif not char.isspace():
            chars.append((char, confidence))
    return Reading("".join(char for char, _ in chars), tuple(round(float(sure), 4) for _, sure in chars))


def _piece(gray: Gray, rect: Rect) -> Gray:
    margin = max(1, round(rect.height * _MARGIN))
    top, left = max(0, rect.top - margin), max(0, rect.left - margin)
    return gray[top : rect.bottom + margin, left : rect.right + margin]


def _outline(box: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> Rect:
    left, top = np.floor(box.min(axis=0)).astype(int).tolist()
    right, bottom = np.ceil(box.max(axis=0)).astype(int).tolist()
    return Rect(left, top, right, bottom)


def _colored(gray: Gray) -> Gray:
    return cast(Gray, cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR))

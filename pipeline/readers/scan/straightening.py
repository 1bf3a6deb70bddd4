"""Pages turned upright: small skew by the sharpness of the lines across the page, quarter turns on demand."""

from __future__ import annotations

import math
from typing import NamedTuple, cast

import cv2
import numpy as np

from pipeline.readers.scan.parts import Gray, Matrix

_SAMPLE_SIDE = 1000
_MOST_SKEW, _COARSE, _FINE = 5.0, 0.25, 0.05  # degrees
_WHITE = 255


class Turned(NamedTuple):
    """A turned page, and the matrix that maps its points to fractions of the page as it was."""

    image: Gray
    to_page: Matrix


def ink_of(gray: Gray) -> Gray:
    """255 where there is ink, by what is darker than its surroundings, so that shadows of a photograph are none."""
    side = max(15, max(gray.shape) // 60) | 1
    return cast(Gray, cv2.adaptiveThreshold(gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, side, 18))


def skew_of(gray: Gray) -> float:
    """By how many degrees, clockwise, the lines of the page fall; 0 where none can be told."""
    factor = _SAMPLE_SIDE / max(gray.shape)
    small = cast(Gray, cv2.resize(gray, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))
    ink = ink_of(small)
    if not ink.any():
        return 0.0
    coarse = max(np.arange(-_MOST_SKEW, _MOST_SKEW + _COARSE, _COARSE), key=lambda angle: _sharpness(ink, angle))
    fine = np.arange(coarse - _COARSE, coarse + _COARSE + _FINE, _FINE)
    return float(max(fine, key=lambda angle: _sharpness(ink, angle)))


def turned(gray: Gray, degrees: float) -> Turned:
    """The page turned counterclockwise by so many degrees, on a sheet that holds all of it."""
    height, width = gray.shape
    angle = math.radians(degrees)
    cosine, sine = abs(math.cos(angle)), abs(math.sin(angle))
    new_width, new_height = round(width * cosine + height * sine), round(width * sine + height * cosine)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    matrix[:, 2] += ((new_width - width) / 2, (new_height - height) / 2)
    image = cv2.warpAffine(gray, matrix, (new_width, new_height), flags=cv2.INTER_CUBIC, borderValue=(_WHITE,))
    back = cv2.invertAffineTransform(matrix) / np.array([[width], [height]])
    return Turned(cast(Gray, image), cast(Matrix, back))


def _sharpness(ink: Gray, degrees: float) -> float:
    """How much the rows of pixels differ in ink once the page is turned: the most where lines lie level."""
    height, width = ink.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), float(degrees), 1.0)
    rows = cv2.warpAffine(ink, matrix, (width, height), flags=cv2.INTER_NEAREST).sum(axis=1, dtype=np.float64)
    return float(np.square(np.diff(rows)).sum())

"""Numbers of staff in prose: posts that were authorized (编制) and people who fill them (在职)."""

from __future__ import annotations

import re

from pipeline.prose.phrases import tight

_CUES = re.compile(r"(?P<authorized>编制|核定|批复)|(?P<actual>在职|在编|在岗|实有|现有|实际)")
_STOP = re.compile(r"[。；;，,\n\t\d]")
_REACH = 24


def staff_field(text: str, start: int) -> str:
    """The field of a number of staff by the words of the clause before it; "" where they tell none."""
    clause = _STOP.split(tight(text[max(0, start - _REACH) : start]))[-1]
    cues = list(_CUES.finditer(clause))
    if not cues:
        return ""
    return "actual_staff" if cues[-1]["actual"] else "authorized_staff"

"""How far the review is: who decided how much, how often an unflagged field was wrong, what second looks came to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pipeline.store.connection import Store

_WRONG = ("corrected", "rejected")


class ReviewProgress(NamedTuple):
    """Standing decisions: by verdict, by reviewer and purpose; ``audited`` unflagged fields that were drawn at random
    and judged, ``audited_wrong`` of them wrong.
    """

    verdicts: Mapping[str, int]
    reviewers: Mapping[str, Mapping[str, int]]
    audited: int
    audited_wrong: int


class SecondLook(NamedTuple):
    """A field that two reviewers decided about, the second without knowing of the first."""

    kind: str
    field: str
    first_reviewer: str
    second_reviewer: str
    first_verdict: str
    second_verdict: str
    first_value: str | None
    second_value: str | None


def review_progress(store: Store) -> ReviewProgress:
    """How far the review of the whole database is."""
    rows = store.connection.execute(
        "SELECT reviewer, purpose, verdict, count(*) FROM data.standing_decisions GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    verdicts: dict[str, int] = {}
    reviewers: dict[str, dict[str, int]] = {}
    audited = wrong = 0
    for reviewer, purpose, verdict, count in rows:
        if purpose != "second":
            verdicts[verdict] = verdicts.get(verdict, 0) + count
        by_purpose = reviewers.setdefault(reviewer, {})
        by_purpose[purpose] = by_purpose.get(purpose, 0) + count
        if purpose == "audit" and verdict != "unsure":
            audited += count
            wrong += count if verdict in _WRONG else 0
    return ReviewProgress(verdicts, reviewers, audited, wrong)


def second_looks(store: Store) -> tuple[SecondLook, ...]:
    """Every field with a second, blind decision, beside what the first reviewer had decided by then."""
    rows = store.connection.execute(
        """
        SELECT s.kind, s.field, d.reviewer, s.reviewer, d.verdict, s.verdict, d.value, s.value
        FROM data.standing_decisions s
        JOIN (FROM data.decisions WHERE purpose <> 'second' AND verdict <> 'undone') d
            ON d.report_id = s.report_id AND d.kind = s.kind AND d.record_key = s.record_key AND d.field = s.field
                AND d.decision < s.decision AND d.reviewer <> s.reviewer
        ANTI JOIN data.decisions u ON u.undoes = d.decision
        WHERE s.purpose = 'second'
        QUALIFY row_number() OVER (PARTITION BY s.decision ORDER BY d.decision DESC) = 1
        ORDER BY s.decision
        """
    ).fetchall()
    return tuple(SecondLook(*row) for row in rows)

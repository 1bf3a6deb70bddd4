"""An experiment: a labeled corpus is read, scored and kept in the database, report by report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from eval.cases import Case, corpus_sha256, load_labels
from eval.engines import Asked, Reading, open_engine, require_tapes
from eval.flags import flag_figures
from eval.judged import JudgedField, judged_fields, label_records
from eval.metrics import ReportScore, score_report
from pipeline.errors import ExtractError
from pipeline.labels import labels_of
from pipeline.run import Progress
from pipeline.settings import VERSION
from pipeline.store import (
    EvalBatch,
    EvalCase,
    EvalFindings,
    EvalJudgement,
    EvalMeasure,
    EvalReport,
    NewEval,
    finish_eval,
    open_store,
    save_eval,
    save_measures,
    start_eval,
)
from schemas.records import Labels, RecordKind
from schemas.stages import Extraction, FieldRef

_TOGETHER = 100  # reports saved in one go: the database is free for others in between
LABELS = "labels"
"""What stands for the engine where labels of any origin are scored."""


class Plan(NamedTuple):
    """What is measured: a reading, or the labels in a folder; how often; and what the user calls it."""

    corpus: Path
    reading: Reading = Reading()
    repeats: int = 1
    name: str = ""
    labels: Path | None = None

    @property
    def engine(self) -> str:
        """What is stored as the engine."""
        return self.reading.engine if self.labels is None else LABELS

    @property
    def title(self) -> str:
        """The user's name for the run, else one that says what read: ``hybrid v2``."""
        if self.name:
            return self.name
        if self.labels is not None:
            return str(self.labels)
        return f"{self.reading.engine} {self.reading.prompts}" if self.reading.asks else self.reading.engine


class Prediction(NamedTuple):
    """What was read of a case: labels, and what was asked. ``extraction`` is ``None`` for labels of other origin."""

    labels: Labels
    extraction: Extraction | None
    asked: Asked


class _Scored(NamedTuple):
    report: EvalReport
    judgements: tuple[EvalJudgement, ...]
    findings: tuple[EvalFindings, ...]
    fields: tuple[JudgedField, ...]


def run_experiment(database: Path, cases: Sequence[Case], plan: Plan, progress: Callable[[Progress], None]) -> str:
    """The id under which the results are in the database. A report that cannot be read counts as all omitted.

    Raises ``UsageError`` or ``SettingsError``, before anything is stored, where the reading cannot work.
    """
    repeats = range(1, plan.repeats + 1)
    for repeat in repeats:
        require_tapes(plan.reading._replace(repeat=repeat))
    total, eval_id = plan.repeats * len(cases), ""
    fields: list[JudgedField] = []
    for repeat in repeats:
        with _opened(plan, repeat) as (described, predict):
            if repeat == 1:
                eval_id = _start(database, cases, plan, described)
            for first in range(0, len(cases), _TOGETHER):
                scored = []
                for place, case in enumerate(cases[first : first + _TOGETHER], first):
                    scored.append(_score(case, repeat, predict))
                    progress(Progress((repeat - 1) * len(cases) + place + 1, total, None))
                _save(database, eval_id, scored)
                fields += (field for one in scored for field in one.fields)
    with open_store(database) as store:
        save_measures(store, eval_id, _measures(fields))
        finish_eval(store, eval_id)
    return eval_id


def _measures(fields: Sequence[JudgedField]) -> list[EvalMeasure]:
    """What is no figure of one field: numbers that are not the report's, and what the flags find."""
    if not fields:
        return []
    figures = flag_figures(fields)
    numbers = sum(one.is_number for one in fields)
    return [
        EvalMeasure("invented_unflagged", figures.invented, numbers),
        EvalMeasure("vouched_wrong", figures.vouched_wrong, figures.vouched),
        EvalMeasure("flagged", figures.flagged, figures.fields),
        EvalMeasure("flagged_wrong", figures.flagged_wrong, figures.wrong),
        EvalMeasure("unflagged_wrong", figures.wrong - figures.flagged_wrong, figures.fields - figures.flagged),
    ]


def confidences_of(extraction: Extraction) -> dict[tuple[RecordKind, int, str], float]:
    """The confidence in each field of the extraction's labels, by kind, place among that kind's labels, and name."""
    scores = {score.ref: score.confidence for score in extraction.scores}
    return {
        (kind, place, field.name): scores[ref]
        for (kind, place), record in label_records(extraction).items()
        for field in record.fields
        if (ref := FieldRef(record.index, field.name)) in scores
    }


@contextmanager
def _opened(plan: Plan, repeat: int) -> Iterator[tuple[Mapping[str, str], Callable[[Case], Prediction]]]:
    folder = plan.labels
    if folder is not None:
        yield {"labels": str(folder)}, lambda case: Prediction(load_labels(folder / f"{case.name}.json"), None, Asked())
        return
    with open_engine(plan.reading._replace(repeat=repeat)) as engine:

        def predict(case: Case) -> Prediction:
            extraction, asked = engine.read(case)
            return Prediction(labels_of(extraction), extraction, asked)

        yield engine.described, predict


def _start(database: Path, cases: Sequence[Case], plan: Plan, described: Mapping[str, str]) -> str:
    asks = plan.labels is None and plan.reading.asks
    new = NewEval(
        plan.title,
        str(plan.corpus),
        corpus_sha256(cases),
        plan.engine,
        plan.reading.model if asks else None,
        plan.reading.prompts if asks else None,
        {"version": VERSION, **described},
        plan.repeats,
    )
    stored = [EvalCase(case.sha256, case.name, case.text, case.gold.model_dump_json()) for case in cases]
    with open_store(database) as store:
        return start_eval(store, new, stored)


def _score(case: Case, repeat: int, predict: Callable[[Case], Prediction]) -> _Scored:
    error, start = None, perf_counter()
    try:
        found = predict(case)
    except ExtractError as caught:
        if caught.stops_run:
            raise
        error, found = f"{caught.code}: {caught}", Prediction(Labels(report=case.name), None, Asked())
    seconds = perf_counter() - start
    score = score_report(case.text, case.gold, found.labels)
    asked = found.asked
    amounts = next(iter(asked.costs.items()), None) if not asked.unpriced else None
    row = EvalReport(
        repeat,
        case.name,
        case.sha256,
        error,
        seconds,
        asked.calls,
        asked.calls - asked.complete,
        asked.seconds,
        asked.input_tokens,
        asked.output_tokens,
        asked.sent,
        asked.answered,
        amounts[1] if amounts else None,
        amounts[0] if amounts else None,
        found.labels.model_dump_json(),
    )
    findings = (EvalFindings(repeat, case.name, code, *tally) for code, tally in score.findings.items())
    fields = () if found.extraction is None else tuple(judged_fields(score, found.extraction))
    return _Scored(row, tuple(_judgements(case.name, repeat, score, found)), tuple(findings), fields)


def _judgements(name: str, repeat: int, score: ReportScore, found: Prediction) -> Iterator[EvalJudgement]:
    confidences = {} if found.extraction is None else confidences_of(found.extraction)
    for one in score.judgements:
        place = one.predicted_record
        sure = None if place is None else confidences.get((one.key.kind, place, one.key.field))
        yield EvalJudgement(
            repeat,
            name,
            str(one.key.kind),
            one.key.origin,
            one.key.field,
            str(one.outcome),
            one.gold,
            one.predicted,
            one.quote,
            one.gold_record,
            place,
            sure if one.predicted is not None else None,
        )


def _save(database: Path, eval_id: str, scored: Sequence[_Scored]) -> None:
    batch = EvalBatch(
        [one.report for one in scored],
        [judgement for one in scored for judgement in one.judgements],
        [finding for one in scored for finding in one.findings],
    )
    with open_store(database) as store:
        save_eval(store, eval_id, batch)

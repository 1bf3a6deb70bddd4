"""Fits the confidence on labels: a logistic model of the signals of every field, right or wrong.

The figures told of it are cross-validated: each report's fields are judged by a model that has not seen the report.
Signals are a handful of names of some hundreds, so the fit is kept simple (L2) and takes seconds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from eval.cases import corpus_sha256, load_cases
from eval.engines import Reading, open_engine
from eval.judged import JudgedField, judge_fields
from pipeline.confidence import ConfidenceModel, Trust, confidence_in
from pipeline.confidence.model import terms_of
from pipeline.errors import ExtractError, UsageError
from pipeline.run import Progress
from pipeline.settings import DEFAULT_THRESHOLD, VERSION

FOLDS = 5
SEED = 20_240_607
_STRENGTH = 0.3  # inverse of the L2 penalty: chosen among 0.3, 1 and 3 by the cross-validated share of errors caught
_LEAST_WEIGHT = 0.005  # weights below it change no confidence by a thousandth
_MOST_ITERATIONS = 3_000
_LEAST_WRONG = 20

UNFITTED = {"model_doubt": -3.0, "sent_back": -0.5, "ocr": -0.2, "ocr_doubt": -3.0}
"""Weights set by hand of what recorded answers may not tell; where they do, the fitted ones take their place."""

Fields = list[JudgedField]
Signals = Any  # a sparse matrix of scipy, which brings no types
_EVIDENCE_ONLY = Trust(threshold=0)


class Source(NamedTuple):
    """A corpus as one reader reads it. ``share`` is what each of its fields counts for beside those of others."""

    corpus: Path
    reading: Reading
    share: float = 1.0

    @property
    def title(self) -> str:
        """Corpus and reader in words."""
        return f"{self.corpus} {reader_of(self.reading)}"


class Calibrated(NamedTuple):
    """The fitted model, and by reader the fields with the confidence that a model gave that had not seen the report."""

    model: ConfidenceModel
    unseen: Mapping[str, Fields]


def reader_of(reading: Reading) -> str:
    """What a reader is called: the engine, with its prompts where it asks a model."""
    return f"{reading.engine} {reading.prompts}" if reading.asks else reading.engine


def read_fields(source: Source, progress: Callable[[Progress], None]) -> Fields:
    """Every field that the reader fills over the corpus, judged by gold. A report that cannot be read has none."""
    cases = load_cases(source.corpus)
    found: Fields = []
    with open_engine(source.reading, _EVIDENCE_ONLY) as engine:
        for done, case in enumerate(cases, 1):
            try:
                found += judge_fields(case, engine.read(case).extraction)
            except ExtractError as error:
                if error.stops_run:
                    raise
            progress(Progress(done, len(cases), None))
    return found


class _Gathered(NamedTuple):
    """The fields of all sources in one row, as arrays."""

    read: Sequence[tuple[Source, Fields]]
    fields: Fields
    reports: Sequence[str]
    names: Sequence[str]
    signals: Signals
    right: npt.NDArray[np.bool_]
    shares: npt.NDArray[np.float64]


def _gather(read: Sequence[tuple[Source, Fields]]) -> _Gathered:
    fields = [one for _, found in read for one in found]
    vectors = DictVectorizer()
    signals = vectors.fit_transform([terms_of(one.score.signals) for one in fields])
    return _Gathered(
        read,
        fields,
        [f"{source.corpus}/{one.report}" for source, found in read for one in found],
        [str(name) for name in vectors.get_feature_names_out()],
        signals,
        np.array([one.right for one in fields], dtype=bool),
        np.array([source.share for source, found in read for _ in found]),
    )


def calibrate(sources: Sequence[Source], progress: Callable[[Progress], None]) -> Calibrated:
    """The model fitted on all sources. Raises ``UsageError`` where they hold too few wrong fields to learn from."""
    gathered = _gather([(source, read_fields(source, progress)) for source in sources])
    wrong = int((~gathered.right).sum())
    if wrong < _LEAST_WRONG:
        raise UsageError(f"只有 {wrong} 个读错的字段，不足以校准", f"请用更多报告，至少要有 {_LEAST_WRONG} 个错误。")
    fitted = _fit(gathered.signals, gathered.right, gathered.shares)
    return Calibrated(_as_model(fitted, gathered.names, _about(gathered.read)), dict(_unseen(gathered)))


def model_text(model: ConfidenceModel) -> str:
    """The model as the JSON file that ``read_model`` reads: what it was fitted on, then the weights by size."""
    ordered = dict(sorted(model.weights.items(), key=lambda item: item[1]))
    content = {"about": dict(model.about), "intercept": model.intercept, "weights": ordered}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _fit(signals: Signals, right: npt.NDArray[np.bool_], shares: npt.NDArray[np.float64]) -> LogisticRegression:
    return LogisticRegression(C=_STRENGTH, max_iter=_MOST_ITERATIONS).fit(signals, right, sample_weight=shares)


def _as_model(fitted: LogisticRegression, names: Sequence[str], about: Mapping[str, Any]) -> ConfidenceModel:
    weights = {
        name: round(float(weight), 4)
        for name, weight in zip(names, fitted.coef_[0], strict=True)
        if abs(weight) >= _LEAST_WEIGHT
    }
    return ConfidenceModel(round(float(fitted.intercept_[0]), 4), {**UNFITTED, **weights}, about, "")


def _unseen(gathered: _Gathered) -> Iterator[tuple[str, Fields]]:
    """By source, the fields with the confidence of a model that has not seen their report."""
    names = sorted(set(gathered.reports))
    Random(SEED).shuffle(names)
    folds = np.array([names.index(report) % FOLDS for report in gathered.reports])
    chances = np.zeros(len(gathered.reports))
    for fold in range(FOLDS):
        inside = folds == fold
        if inside.any() and len(set(gathered.right[~inside])) > 1:
            fitted = _fit(gathered.signals[~inside], gathered.right[~inside], gathered.shares[~inside])
            model = _as_model(fitted, gathered.names, {})
            chances[inside] = [confidence_in(gathered.fields[i].score.signals, model) for i in np.flatnonzero(inside)]
    start = 0
    for source, found in gathered.read:
        part = zip(found, chances[start : start + len(found)], strict=True)
        yield source.title, [one.with_confidence(float(chance), DEFAULT_THRESHOLD) for one, chance in part]
        start += len(found)


def _about(read: Sequence[tuple[Source, Fields]]) -> dict[str, Any]:
    """What a model was fitted on: each corpus with its hash, each reader with its counts."""
    sources = [
        {
            "corpus": source.corpus.name,
            "sha256": corpus_sha256(load_cases(source.corpus)),
            "reader": reader_of(source.reading),
            "share": source.share,
            "fields": len(found),
            "wrong": sum(not one.right for one in found),
        }
        for source, found in read
    ]
    digest = hashlib.sha256(json.dumps(sources, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    return {"version": VERSION, "sha256": digest, "sources": sources}

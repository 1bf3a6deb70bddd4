"""The engines as evaluation runs them: over recorded answers or a live model, with everything asked counted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from eval.cases import Case
from eval.cassettes import RECORDED_MODEL, RECORDED_URL, replayed
from pipeline.engines.llm.client import Endpoint
from pipeline.engines.llm.model import Model
from pipeline.engines.llm.replies import NoReplies, answer_words
from pipeline.engines.llm.settings import DEFAULT_PROMPTS, ModelSettings
from pipeline.labels import labels_of
from pipeline.readers import read_document
from pipeline.run import extract_document, make_engine
from pipeline.settings import read_key
from schemas.calls import CallState, ModelCall
from schemas.records import Labels

_PATIENCE = 3_600.0  # seconds for an answer: whoever records may be slow


class Reading(NamedTuple):
    """How reports are read: ``cassettes`` is a folder of recorded answers, ``base_url`` a live endpoint to record."""

    engine: str = "rules"
    prompts: str = DEFAULT_PROMPTS
    cassettes: Path | None = None
    base_url: str | None = None
    model: str = RECORDED_MODEL
    second_look: bool = True


@dataclass(slots=True)
class Asked(NoReplies):
    """What a model was asked: calls, those answered, characters sent (schema included) and answered, and tokens."""

    calls: int = 0
    complete: int = 0
    sent: int = 0
    answered: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    async def keep(self, call: ModelCall) -> None:
        """Count the call."""
        self.calls += 1
        self.complete += call.state is CallState.COMPLETE
        self.sent += len(json.dumps(call.request, ensure_ascii=False, separators=(",", ":")))
        self.input_tokens += call.input_tokens
        self.output_tokens += call.output_tokens
        if call.response is not None:
            self.answered += len(answer_words(call.response))


@contextmanager
def predictions(reading: Reading, asked: Asked) -> Iterator[Callable[[Case], Labels]]:
    """What reads the report of a case into labels; what it asks of a model is added to ``asked``."""
    if reading.engine == "rules":
        yield lambda case: labels_of(extract_document(read_document(case.report), make_engine("rules")))
        return
    settings = ModelSettings(
        reading.model,
        base_url=reading.base_url or RECORDED_URL,
        prompts=reading.prompts,
        second_look=reading.second_look,
        attempts=1,
        timeout=_PATIENCE,
    )
    model = Model(settings, Endpoint(settings, read_key()))
    model.use(asked)
    engine = make_engine(reading.engine, model)

    def predict(case: Case) -> Labels:
        tape: AbstractContextManager[object] = nullcontext()
        if reading.cassettes is not None:
            path = reading.cassettes / reading.prompts / f"{case.name}.jsonl"
            tape = replayed(path, record=reading.base_url is not None)
        with tape:
            return labels_of(extract_document(read_document(case.report), engine))

    try:
        yield predict
    finally:
        model.close()

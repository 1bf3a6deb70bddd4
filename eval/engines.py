"""The engines as evaluation runs them: over recorded answers or a live model, with everything asked counted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from eval.cases import Case
from eval.cassettes import RECORDED_MODEL, RECORDED_URL, replayed
from pipeline.confidence import Trust
from pipeline.engines.llm.client import Endpoint
from pipeline.engines.llm.model import Model
from pipeline.engines.llm.prices import load_prices, price_of
from pipeline.engines.llm.replies import NoReplies, answer_words
from pipeline.engines.llm.settings import DEFAULT_PROMPTS
from pipeline.errors import ModelError, NotRecorded, UsageError
from pipeline.labels import labels_of
from pipeline.models import MODEL_ENGINES, ModelOptions, model_settings
from pipeline.readers import read_document
from pipeline.run import DEFAULT_TRUST, extract_document, make_engine
from pipeline.settings import read_key
from schemas.calls import CallState, ModelCall
from schemas.records import Labels
from schemas.stages import Extraction

_RECORD_HINT = "提示词、模型和参数须与存录时一字不差；要换，就用 --base-url 向接口询问并存录。"
_PATIENCE = 3_600.0  # seconds for an answer: whoever records may be slow


class Reading(NamedTuple):
    """How reports are read: ``cassettes`` is a folder of recorded answers, ``base_url`` a live endpoint to record.

    ``parameters`` are ``name=JSON`` each, sent along with every request. Calls are priced as those of the model
    ``priced_as``, else of the model itself, by the shipped table and the user's own in ``prices``. ``repeat`` counts
    from 1; each further one has recorded answers of its own.
    """

    engine: str = "rules"
    prompts: str = DEFAULT_PROMPTS
    cassettes: Path | None = None
    base_url: str | None = None
    model: str = RECORDED_MODEL
    second_look: bool = True
    mode: str = "json_schema"
    parameters: tuple[str, ...] = ()
    prices: Path | None = None
    priced_as: str | None = None
    repeat: int = 1

    @property
    def asks(self) -> bool:
        """True for the engines that ask a model."""
        return self.engine in MODEL_ENGINES

    @property
    def tapes(self) -> Path | None:
        """The folder with the recorded answers of these prompts and this repeat."""
        if self.cassettes is None:
            return None
        own = self.cassettes / self.prompts
        return own if self.repeat == 1 else own / f"repeat-{self.repeat}"


@dataclass(slots=True)
class Asked(NoReplies):
    """What a model was asked: calls, those answered, characters sent (schema included) and answered, and tokens.

    ``costs`` are by currency, ``unpriced`` the calls whose cost is not known; ``seconds`` are the calls' own, which
    overlap where several are under way at once.
    """

    calls: int = 0
    complete: int = 0
    sent: int = 0
    answered: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    unpriced: int = 0
    seconds: float = 0.0
    costs: dict[str, Decimal] = field(default_factory=dict)

    async def keep(self, call: ModelCall) -> None:
        """Count the call."""
        self.calls += 1
        self.complete += call.state is CallState.COMPLETE
        self.sent += len(json.dumps(call.request, ensure_ascii=False, separators=(",", ":")))
        self.input_tokens += call.input_tokens
        self.output_tokens += call.output_tokens
        self.seconds += call.seconds
        if call.response is not None:
            self.answered += len(answer_words(call.response))
        if call.cost is None or call.currency is None:
            self.unpriced += 1
        else:
            self.costs[call.currency] = self.costs.get(call.currency, Decimal(0)) + call.cost

    def add(self, other: Asked) -> None:
        """Count what was asked elsewhere, too."""
        for name in ("calls", "complete", "sent", "answered", "input_tokens", "output_tokens", "unpriced", "seconds"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for currency, amount in other.costs.items():
            self.costs[currency] = self.costs.get(currency, Decimal(0)) + amount


class Read(NamedTuple):
    """What an engine made of a report, and what it asked for that."""

    extraction: Extraction
    asked: Asked


class OpenEngine(NamedTuple):
    """An engine ready to read: ``described`` is all that tells how it does so, prompts' hashes included, no secret."""

    described: Mapping[str, str]
    read: Callable[[Case], Read]


@contextmanager
def open_engine(reading: Reading, trust: Trust = DEFAULT_TRUST) -> Iterator[OpenEngine]:
    """The engine of a reading. Raises ``UsageError`` or ``SettingsError`` where it cannot work as it was asked for."""
    if not reading.asks:
        engine = make_engine(reading.engine)
        yield OpenEngine({}, lambda case: Read(extract_document(read_document(case.report), engine, trust), Asked()))
        return
    require_tapes(reading)
    model = _open_model(reading)
    asking = make_engine(reading.engine, model)

    def read(case: Case) -> Read:
        asked = Asked()
        model.use(asked)
        try:
            with _tape(reading, case):
                extraction = extract_document(read_document(case.report), asking, trust)
        except ModelError:
            _require_recorded(reading, case, asked)
            raise
        _require_recorded(reading, case, asked)
        return Read(extraction, asked)

    try:
        yield OpenEngine({**model.described(), "replayed": str(reading.base_url is None).lower()}, read)
    finally:
        model.close()


def require_tapes(reading: Reading) -> None:
    """Raise ``UsageError`` where a reading needs recorded answers and there are none."""
    if reading.asks and reading.base_url is None and (reading.tapes is None or not reading.tapes.is_dir()):
        raise UsageError(
            f"没有存录的回答：{reading.tapes}", "用 --cassettes 指明存录的文件夹，或用 --base-url 向接口询问并存录。"
        )


@contextmanager
def predictions(reading: Reading, asked: Asked) -> Iterator[Callable[[Case], Labels]]:
    """What reads the report of a case into labels; what it asks of a model is added to ``asked``."""

    def predict(case: Case) -> Labels:
        read = engine.read(case)
        asked.add(read.asked)
        return labels_of(read.extraction)

    with open_engine(reading) as engine:
        yield predict


def _open_model(reading: Reading) -> Model:
    asked = ModelOptions(
        model=reading.model,
        base_url=reading.base_url or RECORDED_URL,
        mode=reading.mode,
        prompts=reading.prompts,
        parameters=reading.parameters,
        second_look=reading.second_look,
        concurrency=None,
        rpm=None,
        tpm=None,
        max_cost=None,
        max_tokens=None,
        refresh=False,
        prices=reading.prices,
    )
    settings, price = model_settings(asked)
    if reading.priced_as is not None:
        price = price_of(load_prices(reading.prices), reading.priced_as)
        if price is None:
            raise UsageError(f"不知道模型 {reading.priced_as} 的价格", "用 --prices 给出价格表。")
    settings = replace(settings, attempts=1, timeout=_PATIENCE)
    return Model(settings, Endpoint(settings, read_key()), price)


def _require_recorded(reading: Reading, case: Case, asked: Asked) -> None:
    if reading.base_url is None and asked.calls and not asked.complete:
        raise NotRecorded(f"存录里没有对 {case.name} 的这样的提问", _RECORD_HINT)


def _tape(reading: Reading, case: Case) -> AbstractContextManager[object]:
    if reading.tapes is None:
        return nullcontext()
    return replayed(reading.tapes / f"{case.name}.jsonl", record=reading.base_url is not None)

"""What a run would ask of a model, counted before anything is sent: ``extract run --dry-run``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.batch import at_once_here, extract_files
from pipeline.chunks import split_chunks
from pipeline.engines.llm.model import Model
from pipeline.engines.llm.prices import Price, cost, estimate_tokens
from pipeline.engines.llm.settings import ModelSettings
from pipeline.errors import ModelError
from pipeline.files import RawReport, collect_files, decode_report
from pipeline.instructions import without_instructions
from pipeline.replies import StoredReplies
from pipeline.run import Progress, engine_version, make_engine, require_report
from pipeline.sections import split_sections
from pipeline.store import answered_reports, known_extractions, open_store
from schemas.calls import ModelCall, Reply
from schemas.stages import Extraction

ANSWER_SHARE = 1.5
"""Tokens of an answer to those of the passages asked about: 1.5 over all recorded answers to ``v2``, 1.0 on the real
reports, 2.1 on the densest ones (both counted by ``estimate_tokens``)."""


class Plan(NamedTuple):
    """What a run would come to. Tokens are estimates; ``cost`` is ``None`` where the model's price is not known.

    ``answered`` counts the calls whose replies are in the database already; the second look is not counted.
    """

    model: str
    files: int
    skipped: int
    failed: int
    chunks: int
    calls: Mapping[str, int]  # by task
    answered: int
    input_tokens: int
    output_tokens: int
    cost: Decimal | None
    currency: str | None


@dataclass(slots=True)
class _Counting:
    """Stands where replies are kept, and counts what was asked."""

    stored: StoredReplies
    calls: Counter[str] = field(default_factory=Counter)
    answered: int = 0
    input_tokens: int = 0
    output_tokens: float = 0

    def find(self, report_id: str, key: str) -> Reply | None:
        """As the database has it."""
        reply = self.stored.find(report_id, key)
        self.answered += reply is not None
        return reply

    async def keep(self, call: ModelCall) -> None:
        """Count the call."""
        self.calls[call.task] += 1
        self.input_tokens += call.input_tokens
        self.output_tokens += ANSWER_SHARE * estimate_tokens(str(call.request["messages"][-1]["content"]))


class _Unsent:
    """An endpoint that nothing is sent to: it answers every request with nothing."""

    async def send(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """An empty reply."""
        del request
        return {"choices": []}

    async def close(self) -> None:
        """Nothing to let go of."""


def plan_run(
    paths: Sequence[Path],
    database: Path,
    engine_name: str,
    settings: ModelSettings,
    price: Price | None,
    progress: Callable[[Progress], None],
    *,
    force: bool = False,
) -> Plan:
    """What a run over the paths would ask, without a request and without a word in the database."""
    whole = Model(settings, _Unsent())
    version = engine_version(make_engine(engine_name, whole))
    whole.close()
    known, reports = frozenset[str](), frozenset[str]()
    if database.exists():
        with open_store(database) as store:
            known = frozenset() if force else known_extractions(store, engine_name, version)
            reports = answered_reports(store)
    model = Model(replace(settings, second_look=False, max_cost=None, max_tokens=None, rpm=None, tpm=None), _Unsent())
    asking = make_engine(engine_name, model)
    stored = StoredReplies(database, None, reports)
    counting = _Counting(stored)
    model.use(counting)
    chunks = 0

    def ask(raw: RawReport) -> Extraction:
        nonlocal chunks
        document = decode_report(raw)
        require_report(document)
        shown = without_instructions(document)
        sections = split_sections(shown)
        pieces = split_chunks(shown, sections)
        chunks += len(pieces)
        with stored.of_report(document.source.sha256), suppress(ModelError):  # nobody answered, as was to be expected
            asking.read(shown, sections, pieces)
        return Extraction(document, sections, pieces, (), (), (), asking.name)

    files = collect_files(paths)
    outcomes: Counter[str] = Counter()
    try:
        for extracted in extract_files(files, known, at_once_here(ask), 1):
            outcomes[type(extracted[1]).__name__ if extracted else ""] += 1
            progress(Progress(outcomes.total(), len(files), None))
    finally:
        model.close()
    output = round(counting.output_tokens)
    spent = None if price is None else cost(price, counting.input_tokens, 0, output)
    return Plan(
        settings.model,
        len(files),
        outcomes["Outcome"],
        outcomes["Failure"],
        chunks,
        dict(counting.calls),
        counting.answered,
        counting.input_tokens,
        output,
        spent,
        None if price is None else price.currency,
    )

"""A model that is ready to be asked: its endpoint, its prompts, its pace, and the one thread that waits for replies."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from pipeline.engines.llm.asking import Asker
from pipeline.engines.llm.calls import Caller, Spending
from pipeline.engines.llm.client import Transport
from pipeline.engines.llm.pace import Pace
from pipeline.engines.llm.prices import Price
from pipeline.engines.llm.questions import LEFTOVER
from pipeline.engines.llm.replies import NoReplies, Replies
from pipeline.engines.llm.settings import ModelSettings
from pipeline.errors import ModelUnusable
from pipeline.folding import TextIndex
from prompts import Prompt, load_prompts
from schemas.stages import Chunk
from schemas.text import Document

T = TypeVar("T")


class Model:
    """Many documents are read at once, each in a thread of its own; all their requests wait in one event loop."""

    def __init__(self, settings: ModelSettings, transport: Transport, price: Price | None = None) -> None:
        self.settings = settings
        self.prompts: dict[str, Prompt] = load_prompts(settings.prompts)
        self._transport = transport
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="model", daemon=True)
        self._thread.start()
        self._door = threading.Lock()
        self._closing = False
        pace = Pace(settings.concurrency, settings.rpm, settings.tpm)
        self._caller = Caller(settings, transport, NoReplies(), price, pace)

    def use(self, replies: Replies) -> None:
        """Keep every reply there from now on, and ask nothing that is answered there."""
        self._caller.replies = replies

    def described(self) -> dict[str, str]:
        """What is stored of it with a run: how it was asked, version and SHA-256 of each prompt, and no secret."""
        settings = self.settings
        prompts = {f"prompt.{task}": f"{prompt.version}:{prompt.sha256}" for task, prompt in self.prompts.items()}
        return {
            "model": settings.model,
            "base_url": settings.base_url or "",
            "mode": settings.mode.value,
            "parameters": json.dumps(dict(settings.parameters), ensure_ascii=False, sort_keys=True),
            "second_look": str(settings.second_look).lower(),
            **prompts,
        }

    @property
    def spending(self) -> Spending:
        """What was sent and spent so far."""
        return self._caller.spending

    @property
    def tasks(self) -> tuple[str, ...]:
        """The tasks of the first pass that the prompts know."""
        return tuple(task for task in self.prompts if task != LEFTOVER)

    @property
    def version(self) -> str:
        """Changes with everything that may change an answer: model, prompts, mode, parameters, second look."""
        settings = self.settings
        parts = [
            settings.model,
            settings.mode.value,
            sorted((prompt.task, prompt.sha256) for prompt in self.prompts.values()),
            sorted((name, json.dumps(value, sort_keys=True)) for name, value in settings.parameters.items()),
            settings.second_look,
        ]
        digest = hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:8]
        return f"{settings.model}:{settings.prompts}:{digest}"

    def asker(self, document: Document, chunks: Sequence[Chunk], index: TextIndex) -> Asker:
        """Whom to put the questions about a document to."""
        return Asker(self._caller, self.prompts, document, chunks, index)

    def wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of work that runs in the loop; raises what it raises, or ``ModelUnusable`` once it was closed."""
        with self._door:
            if self._closing:
                work.close()
                raise ModelUnusable("已停止询问模型")
            future = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result()

    def close(self) -> None:
        """Cancels what is under way and lets go of the endpoint."""

        async def end() -> None:
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            await self._transport.close()

        with self._door:
            self._closing = True
        asyncio.run_coroutine_threadsafe(end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

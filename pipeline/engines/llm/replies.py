"""What the engines need of a store of replies; who keeps them, and how, is not theirs to know."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Protocol

from schemas.calls import CallState, ModelCall, Reply


class Replies(Protocol):
    """Keeps what was paid for."""

    def find(self, report_id: str, key: str) -> Reply | None:
        """The reply to the request with that key about a report, ``None`` where it has to be asked."""

    async def keep(self, call: ModelCall) -> None:
        """Return once the call is where no crash can lose it."""


class NoReplies:
    """Keeps nothing: for an extraction without a database."""

    def find(self, report_id: str, key: str) -> Reply | None:
        """Nothing."""
        del report_id, key
        return None

    async def keep(self, call: ModelCall) -> None:
        """Nothing."""


def request_key(request: Mapping[str, Any]) -> str:
    """The SHA-256 of a request as it is sent: model, parameters, messages and schema."""
    canonical = json.dumps(request, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "backslashreplace")).hexdigest()


def classify(response: object) -> tuple[CallState, str | None]:
    """How a chat completion ended, and in words why where it is not complete. Raises ValueError where it is none."""
    choices = response.get("choices") if isinstance(response, dict) else None
    if not isinstance(choices, list) or not all(isinstance(choice, dict) for choice in choices):
        raise ValueError("choices")
    if not choices:
        return CallState.EMPTY, "没有任何回答（choices 为空）"
    message = choices[0].get("message")
    if not isinstance(message, dict):
        raise ValueError("message")  # noqa: TRY004 (what came in is wrong, not how we were called)
    reason = choices[0].get("finish_reason")
    if message.get("refusal"):
        return CallState.REFUSED, str(message["refusal"])
    if reason == "content_filter":
        return CallState.FILTERED, "被服务方的内容过滤截断"
    if reason == "length":
        return CallState.TRUNCATED, "回答超过长度上限，未写完"
    if not _words(message):
        return CallState.EMPTY, "回答没有内容"
    return CallState.COMPLETE, None


def _words(message: Mapping[str, Any]) -> str:
    calls = message.get("tool_calls") or []
    if not isinstance(calls, list) or not all(isinstance(call, dict) for call in calls):
        raise ValueError("tool_calls")
    functions = [call.get("function") for call in calls]
    if not all(isinstance(function, dict) for function in functions):
        raise ValueError("function")
    content = message.get("content") or ""
    if not isinstance(content, str):
        raise ValueError("content")  # noqa: TRY004
    return content.strip() + "".join(str(function.get("arguments") or "") for function in functions)


def answer_words(response: Mapping[str, Any]) -> str:
    """The JSON text of a complete answer, from its tool call or its content, a Markdown fence taken off."""
    message = response["choices"][0]["message"]
    calls = message.get("tool_calls") or []
    words = calls[0]["function"]["arguments"] if calls else message.get("content") or ""
    start, end = words.find("{"), words.rfind("}")
    return str(words[start : end + 1]) if 0 <= start < end else str(words)

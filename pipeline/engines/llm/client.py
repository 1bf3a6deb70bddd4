"""The endpoint: one request out, one reply or one of our errors back. The only place that knows the openai package."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from time import time
from typing import Any, Protocol

import openai
from httpx2 import Response
from openai import AsyncOpenAI, DefaultAsyncHttpx2Client

from pipeline.engines.llm.settings import ModelSettings
from pipeline.errors import (
    ContentFiltered,
    MalformedReply,
    ModelBusy,
    ModelDown,
    ModelError,
    ModelUnusable,
    PromptTooLong,
    RequestRejected,
)

_NO_KEY = "none"  # servers on one's own machine want none, the openai package insists on one
_TOO_LONG = ("context_length", "maximum context", "context length", "context size", "too long", "exceeds the available")
_SPENT = (
    "insufficient_quota",
    "insufficient balance",
    "arrear",
    "欠费",
    "余额不足",
)  # "exceeded your current quota" may pass in a minute
_FILTERED = ("data_inspection_failed", "inappropriate content", "content_filter", "content_policy", "敏感")
_PARAMETER = re.compile(r"(max_tokens|temperature|tool_choice|response_format|thinking)")
_PARAMETER_HINTS = {
    "max_tokens": "这个模型要用 --param max_completion_tokens=8192 代替 max_tokens。",
    "temperature": "这个模型不收 temperature：加 --param temperature=null。",
    "tool_choice": "这个接口不支持指定工具：改用 --mode json_schema 或 json。",
    "response_format": "这个接口不支持所用的回答方式：改用 --mode json 或 md_json。",
    "thinking": "请按服务方的说明用 --param 关闭思考模式，或改用 --mode json。",
}


class Transport(Protocol):
    """Sends a request and gives the reply's JSON. Raises ``ModelError``."""

    async def send(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """One attempt."""

    async def close(self) -> None:
        """Let go of the connections."""


class Endpoint:
    """An OpenAI-compatible endpoint. Retries nothing: that is decided where the attempts are counted and stored."""

    def __init__(self, settings: ModelSettings, api_key: str | None) -> None:
        self._client = AsyncOpenAI(
            api_key=api_key or _NO_KEY,
            base_url=settings.base_url,
            max_retries=0,
            timeout=settings.timeout,
            # A redirect would carry the report to a host that the user never named.
            http_client=DefaultAsyncHttpx2Client(follow_redirects=False),
        )
        self._timeout = settings.timeout
        self._key = api_key  # to be taken out of what an endpoint says: some repeat it

    async def send(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The reply to one request. Raises ``ModelError``."""
        try:
            async with asyncio.timeout(self._timeout):  # a reply that drips in byte by byte never times out otherwise
                # Not chat.completions.create, which goes through the whole request for what it may have to translate.
                raw = await self._client.post("/chat/completions", cast_to=Response, body=dict(request))
                content = raw.content
        except TimeoutError as error:
            raise ModelDown(f"模型在 {self._timeout:g} 秒内没有答完", "可稍后重试，或降低并发。") from error
        except openai.APIStatusError as error:
            said = error.response.text.replace(self._key, "…") if self._key else error.response.text
            raise status_error(error.status_code, said, error.response.headers) from error
        except openai.APITimeoutError as error:
            raise ModelDown("模型服务超时", "可稍后重试，或降低并发。") from error
        except openai.APIConnectionError as error:
            cause = error.__cause__ or error
            raise ModelDown(f"连不上模型服务（{type(cause).__name__}）", "请检查网络和 --base-url。") from error
        except openai.OpenAIError as error:
            raise MalformedReply(f"模型服务的回复无法理解（{type(error).__name__}）", "请检查 --base-url。") from error
        try:
            reply = json.loads(content)
        except ValueError as error:
            raise MalformedReply("模型服务的回复不是 JSON", "请检查 --base-url 是否指向兼容 OpenAI 的接口。") from error
        if not isinstance(reply, dict):
            raise MalformedReply("模型服务的回复不是 JSON 对象", "请检查 --base-url 是否指向兼容 OpenAI 的接口。")
        return reply

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()


def status_error(status: int, body: str, headers: Mapping[str, str]) -> ModelError:
    """Our error for an HTTP status: what may pass, what is wrong with this request, what is wrong with all."""
    said = _said(body)
    words = f"{body} {said}".lower()
    if status == 402 or any(sign in words for sign in _SPENT):
        return ModelUnusable(f"模型服务的余额或额度已用完（{status}：{said}）", "充值或更换密钥后再运行，会接着做。")
    if status in (408, 409, 425, 429) or status >= 500:
        kind = ModelBusy if status == 429 else ModelDown
        return kind(f"模型服务暂时不可用（{status}：{said}）", "已按服务方的要求等待后重试。", retry_after(headers))
    if status in (401, 403):
        return ModelUnusable(f"模型服务拒绝了密钥（{status}：{said}）", "请核对 OPENAI_API_KEY 和 --base-url。")
    if status in (301, 302, 303, 307, 308, 404, 405):
        return ModelUnusable(
            f"模型或接口不存在（{status}：{said}）", "请核对 --model 和 --base-url（通常以 /v1 结尾）。"
        )
    if status == 413 or any(sign in words for sign in _TOO_LONG):
        return PromptTooLong(f"内容超过模型的上下文长度（{said}）", "会自动拆小；仍不行请换上下文更长的模型。")
    if any(sign in words for sign in _FILTERED):
        return ContentFiltered(f"服务方的内容审查拒绝了这段原文（{status}：{said}）", "这一段请人工读取。")
    named = _PARAMETER.search(said)
    hint = _PARAMETER_HINTS[named[1]] if named else "可能是接口不支持所用的回答方式，试试 --mode json 或 md_json。"
    return RequestRejected(f"模型服务不接受这个请求（{status}：{said}）", hint)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that ``Retry-After`` asks to wait (a number or a date), or ``None``."""
    value = (headers.get("retry-after-ms") or "").strip()
    if value.isascii() and value.replace(".", "", 1).isdecimal():
        return float(value) / 1000
    value = (headers.get("retry-after") or "").strip()
    if value.isascii() and value.replace(".", "", 1).isdecimal():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time())
    except (ValueError, TypeError):
        return None


def _said(body: str) -> str:
    """What the endpoint says of an error, shortened; never a header, never the key."""
    try:
        error = json.loads(body)["error"]
        said = error["message"] if isinstance(error, dict) else error
    except (ValueError, KeyError, TypeError):
        said = body
    words = " ".join(str(said).split())
    return words if len(words) <= 200 else words[:199] + "…"

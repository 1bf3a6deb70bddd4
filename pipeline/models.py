"""From what the user says of a model to one that is ready to be asked."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.errors import SettingsError, UsageError
from pipeline.settings import NO_MODEL_HINT, read_key

if TYPE_CHECKING:  # the openai package takes half a second to load
    from pipeline.engines.llm.model import Model
    from pipeline.engines.llm.prices import Price
    from pipeline.engines.llm.settings import ModelSettings

MODEL_ENGINES = ("llm", "hybrid")


_OWN = frozenset({"model", "messages", "tools", "tool_choice", "response_format", "stream", "n"})
"""What a request says of itself, and no user may change."""


class ModelOptions(NamedTuple):
    """What the user says of a model, as it was said; ``None`` means a default."""

    model: str | None
    base_url: str | None
    mode: str
    prompts: str | None
    parameters: tuple[str, ...]  # "name=JSON"
    second_look: bool
    concurrency: int | None
    rpm: int | None
    tpm: int | None
    max_cost: float | None
    max_tokens: int | None
    refresh: bool
    prices: Path | None


def open_model(options: ModelOptions) -> Model:
    """The model, ready to be asked. Raises ``UsageError`` or ``SettingsError`` where the options cannot work."""
    from pipeline.engines.llm.client import Endpoint
    from pipeline.engines.llm.model import Model

    settings, price = model_settings(options)
    if settings.base_url is None and read_key() is None:
        raise UsageError(
            f"模型 {settings.model} 没有密钥", "把密钥放进 OPENAI_API_KEY；自己的服务器用 --base-url 写明地址。"
        )
    if settings.max_cost is not None and price is None:
        raise UsageError(
            f"不知道模型 {settings.model} 的价格，--max-cost 无从计算", "用 --prices 给出价格表，或改用 --max-tokens。"
        )
    return Model(settings, Endpoint(settings, read_key()), price)


def model_settings(options: ModelOptions) -> tuple[ModelSettings, Price | None]:
    """How to ask the model, and its price if it is known. Raises ``UsageError`` or ``SettingsError``."""
    from pipeline.engines.llm.prices import load_prices, price_of
    from pipeline.engines.llm.questions import TASKS
    from pipeline.engines.llm.settings import DEFAULT_CONCURRENCY, DEFAULT_PROMPTS, AnswerMode, ModelSettings
    from prompts import PromptError, load_prompts
    from schemas.answers import ANSWERS

    if options.model is None:
        raise UsageError("没有指定模型", NO_MODEL_HINT)
    if options.base_url is not None and not options.base_url.startswith(("http://", "https://")):
        raise UsageError(
            f"--base-url 应以 http:// 或 https:// 开头，而不是“{options.base_url}”", "例如 http://127.0.0.1:8080/v1。"
        )
    if options.mode not in list(AnswerMode):
        raise UsageError(f"没有“{options.mode}”这种回答方式", f"可用：{'、'.join(AnswerMode)}。")
    prompts = options.prompts or DEFAULT_PROMPTS
    try:
        loaded = load_prompts(prompts)
    except PromptError as error:
        raise SettingsError(str(error), "用 extract prompts list 查看有哪些版本。") from error
    for prompt in loaded.values():
        if prompt.task not in TASKS or prompt.schema not in ANSWERS:
            known = f"可用的任务：{'、'.join(TASKS)}；回答格式：{'、'.join(ANSWERS)}。"
            raise SettingsError(f"{prompt.path}：没有任务“{prompt.task}”或回答格式“{prompt.schema}”", known)
    settings = ModelSettings(
        model=options.model,
        base_url=options.base_url,
        mode=AnswerMode(options.mode),
        prompts=prompts,
        parameters=_parameters(options.parameters),
        second_look=options.second_look,
        concurrency=options.concurrency or DEFAULT_CONCURRENCY,
        rpm=options.rpm,
        tpm=options.tpm,
        max_cost=None if options.max_cost is None else Decimal(str(options.max_cost)),
        max_tokens=options.max_tokens,
        refresh=options.refresh,
    )
    return settings, price_of(load_prices(options.prices), options.model)


def _parameters(said: Iterable[str]) -> dict[str, Any]:
    parameters = {}
    for one in said:
        name, sign, value = one.partition("=")
        if not sign or not name:
            raise UsageError(f"--param 应写成 名=值，而不是“{one}”", "例如 --param temperature=0.2。")
        if name in _OWN:
            raise UsageError(f"--param 不能改 {name}", "模型用 --model，回答方式用 --mode，其余由本程序填写。")
        try:
            parameters[name] = json.loads(value)
        except ValueError:
            parameters[name] = value
    return parameters

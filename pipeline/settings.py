"""The environment is read here, once; and what this project calls its own version."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

VERSION = "0.1.0"
"""Stored with every extraction: another version reads the same file again."""

DEFAULT_THRESHOLD = 0.9
"""A field whose confidence is below this goes to review."""

MODEL_VARIABLES = ("EXTRACT_MODEL", "OPENAI_API_KEY", "OPENAI_BASE_URL")
"""The variables that configure a model. Only their names are ever shown."""

NO_MODEL_HINT = "用 --model 或 EXTRACT_MODEL 指定模型，密钥放在 OPENAI_API_KEY；各家的设置见 docs/models.zh.md。"

_DEBUG = "EXTRACT_DEBUG"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says. The key to a model is not here: ``read_key`` hands it to the one who needs it."""

    model_variables: tuple[str, ...]  # the names of those of MODEL_VARIABLES that are set
    debug: bool
    model: str | None = None
    base_url: str | None = None

    @property
    def has_model(self) -> bool:
        """True where everything that a model needs is set; a server of one's own needs no key."""
        return self.model is not None and (self.base_url is not None or "OPENAI_API_KEY" in self.model_variables)


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of the environment, by default that of this process. An empty variable counts as not set."""
    values = os.environ if environment is None else environment
    return Settings(
        tuple(name for name in MODEL_VARIABLES if values.get(name)),
        values.get(_DEBUG, "") not in ("", "0"),
        values.get("EXTRACT_MODEL") or None,
        values.get("OPENAI_BASE_URL") or None,
    )


def read_key(environment: Mapping[str, str] | None = None) -> str | None:
    """The key to the model's endpoint, for the client alone: it is never stored, printed or logged."""
    values = os.environ if environment is None else environment
    return values.get("OPENAI_API_KEY") or None

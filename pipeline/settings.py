"""The environment is read here, once; and what this project calls its own version."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

VERSION = "0.1.0"
"""Stored with every extraction: another version reads the same file again."""

DEFAULT_THRESHOLD = 0.6
"""A field whose confidence is below this goes to review."""

MODEL_VARIABLES = ("EXTRACT_MODEL", "OPENAI_API_KEY", "OPENAI_BASE_URL")
"""The variables that configure a model. Only their names are ever shown."""

_REQUIRED = ("EXTRACT_MODEL", "OPENAI_API_KEY")
_DEBUG = "EXTRACT_DEBUG"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says, without any value that may be a secret."""

    model_variables: tuple[str, ...]  # the names of those of MODEL_VARIABLES that are set
    debug: bool

    @property
    def has_model(self) -> bool:
        """True where everything that a model needs is set."""
        return all(name in self.model_variables for name in _REQUIRED)


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of the environment, by default that of this process. An empty variable counts as not set."""
    values = os.environ if environment is None else environment
    return Settings(
        tuple(name for name in MODEL_VARIABLES if values.get(name)),
        values.get(_DEBUG, "") not in ("", "0"),
    )

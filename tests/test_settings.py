"""What the environment says, and that no value of it is kept."""

from __future__ import annotations

import pytest

from pipeline.settings import read_settings


@pytest.mark.parametrize(
    "environment",
    [{}, {"EXTRACT_MODEL": "m"}, {"OPENAI_API_KEY": "k"}, {"EXTRACT_MODEL": "", "OPENAI_API_KEY": "k"}],
)
def test_a_model_needs_its_name_and_a_key(environment: dict[str, str]) -> None:
    assert not read_settings(environment).has_model


def test_names_are_kept_and_values_are_not() -> None:
    settings = read_settings({"EXTRACT_MODEL": "m", "OPENAI_API_KEY": "sk-1", "HOME": "/root"})
    assert settings.has_model
    assert settings.model_variables == ("EXTRACT_MODEL", "OPENAI_API_KEY")
    assert "sk-1" not in repr(settings)


@pytest.mark.parametrize(("value", "debug"), [("", False), ("0", False), ("1", True)])
def test_debugging_is_on_or_off(value: str, debug: bool) -> None:
    assert read_settings({"EXTRACT_DEBUG": value}).debug is debug

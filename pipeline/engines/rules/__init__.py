"""Reads forms and regular prose without any model: one family of rules a file."""

from pipeline.engines.rules.reading import RulesEngine

__all__ = ["RulesEngine"]

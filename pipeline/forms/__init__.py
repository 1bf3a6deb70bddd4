"""Reads tables as forms: which header a cell stands under, which rows make a block, which blocks a form."""

from pipeline.forms.reading import Block, BlockKind, Form, MoneyUnit, read_forms

__all__ = ["Block", "BlockKind", "Form", "MoneyUnit", "read_forms"]

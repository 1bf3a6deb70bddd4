"""What the page is made of: its words in both languages, its keys and its list of them, no markup from text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.engines.rules import RulesEngine
from pipeline.readers import read_document
from pipeline.review import server
from pipeline.review.paper import blocks_of
from pipeline.review.words import page_words
from pipeline.run import extract_document
from tests.review_pages import SAMPLES

HOME = Path(server.__file__).parent
SCRIPTS = {path.name: path.read_text(encoding="utf-8") for path in sorted((HOME / "static").glob("*.js"))}
TEMPLATES = {path.name: path.read_text(encoding="utf-8") for path in sorted((HOME / "templates").iterdir())}
SCRIPT = "\n".join(SCRIPTS.values())


def test_both_languages_say_everything() -> None:
    chinese, english = page_words("zh"), page_words("en")
    assert chinese.keys() == english.keys()
    assert [name for name, words in chinese.items() if not words] == []
    assert [name for name, words in english.items() if not words] == ["page_end"]
    untranslated = [name for name, words in english.items() if re.search("[\u4e00-\u9fff]", words)]
    assert untranslated == ["language"]


def test_every_word_of_the_page_is_there() -> None:
    named = set(re.findall(r'\bword\("([a-z_]+)"\)', SCRIPT))
    for template in TEMPLATES.values():
        named |= set(re.findall(r'data-(?:word|label)="([a-z_]+)"', template))
        named |= set(re.findall(r"\bwords\.([a-z_]+)", template))
    assert len(named) > 40
    assert named - page_words("zh").keys() == set()


def test_every_key_is_listed() -> None:
    listed = set(re.search(r"KEY_LIST = \[(.+?)\];", SCRIPT, re.DOTALL)[1].replace('"', " ").split())  # type: ignore[index]
    keys = set(re.findall(r'^  "?(\w|\?|Arrow\w+)"?: \(\) =>', SCRIPTS["app.js"], re.MULTILINE))
    assert {"a", "c", "r", "q", "s", "j", "k", "u", "g", "?"} <= keys
    shown = {"ArrowDown": "↓", "ArrowUp": "↑", "R": "Shift+R"}
    assert {key for key in keys if shown.get(key, key.upper()) not in listed} == set()


@pytest.mark.parametrize("name", SCRIPTS)
def test_text_never_becomes_markup(name: str) -> None:
    dangerous = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|DOMParser|srcdoc|\.style\b"
    )
    assert re.findall(dangerous, SCRIPTS[name]) == []
    told = SCRIPTS[name].replace("http://www.w3.org/2000/svg", "")  # the name of a language, which nobody fetches
    assert re.findall(r"https?://|\bimport\(|importScripts", told) == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_pages_hold_no_script_and_no_style(name: str) -> None:
    page = TEMPLATES[name]
    assert re.findall(r"<script(?![^>]*\ssrc=\"/static/)|<style|\sstyle=|\son[a-z]+=|javascript:|https?://", page) == []
    assert "|safe" not in page.replace(" ", "")


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_the_blocks_are_the_text_piece_by_piece(path: Path) -> None:
    extraction = extract_document(read_document(path), RulesEngine())
    text, shown = extraction.document.text, ""
    kinds = set()
    for block in blocks_of(extraction):
        kinds.add(block["is"])
        pieces = [cell[4:] for cell in block["cells"]] if block["is"] == "table" else [[block["start"], block["text"]]]
        for start, words in pieces:
            assert text[start : start + len(words)] == words
            shown += words
    assert "".join(shown.split()) == "".join(text.split())
    assert kinds >= ({"heading", "line", "table"} if extraction.document.tables else {"heading", "line"})

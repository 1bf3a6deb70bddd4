"""Labeled reports: a folder with ``reports/`` in any readable format and, under the same names, ``gold/*.json``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from pipeline.errors import LabelError, ReadError
from pipeline.readers import read_document, readers
from schemas.records import Labels

_FAULTS = {
    "missing": "缺少这个字段",
    "extra_forbidden": "没有名为这个的字段",
    "json_invalid": "不是完整的 JSON",
    "string": "应为字符串",
    "int": "应为整数",
    "bool": "应为 true 或 false",
    "tuple": "应为列表 […]",
    "model": "应为对象 {…}",
    "literal_error": "不是允许的取值",
    "enum": "不是允许的取值",
}
"""What is wrong, by the type of pydantic's error or the beginning of it."""
_UNSHOWN = ("json_invalid", "extra_forbidden")  # the value is not what is wrong
_SHOWN = 40  # characters of a wrong value
_SHAPE_HINT = "标注文件的格式见标注指南；字段须齐全，值须为字符串，没有的写 null。"


@dataclass(frozen=True, slots=True)
class Case:
    """A report's text with its labels. ``report`` is the path of its file, ``name`` its name without suffix."""

    name: str
    report: Path
    text: str
    gold: Labels

    @property
    def sha256(self) -> str:
        """The SHA-256 of text and labels: what two results must share to be compared."""
        return _sha256(self.text, self.gold.model_dump_json())


def load_labels(path: Path) -> Labels:
    """The labels that a JSON file holds; ``LabelError`` names the file and its first faults otherwise."""
    try:
        return Labels.model_validate_json(path.read_bytes())
    except OSError as error:
        raise LabelError(f"无法读取标注文件 {path}：{error.strerror}", _SHAPE_HINT) from error
    except ValidationError as error:
        raise LabelError(f"标注文件 {path} 不合格式：{_first_faults(error)}", _SHAPE_HINT) from error


def load_cases(folder: Path, suffix: str | None = None) -> tuple[Case, ...]:
    """Every report of the folder with its gold, by name; ``LabelError`` where one lacks the other or is malformed.

    Of several files with one name the text is taken; with a ``suffix`` (``docx``) only files of that format are, those
    in ``formats/`` too, and gold whose report is in another format only is left out.
    """
    golds = {path.stem: path for path in sorted((folder / "gold").glob("*.json"))}
    if suffix is None:
        reports = {path.stem: path for path in reversed(_report_files(folder / "reports"))}
        unmatched = reports.keys() ^ golds.keys()
    else:
        others = [path for path in _report_files(folder / "formats") if path.stem in golds]  # scans and the like aside
        files = [*others, *_report_files(folder / "reports")]
        reports = {path.stem: path for path in files if path.suffix.lower() == f".{suffix.lower().lstrip('.')}"}
        unmatched = reports.keys() - golds.keys()
    if not reports:
        wanted = f" .{suffix.lstrip('.')} " if suffix else ""
        raise LabelError(
            f"{folder / 'reports'} 下没有{wanted}报告", "文件夹内应有 reports/（报告）和 gold/*.json（标注）。"
        )
    for name in sorted(unmatched):
        missing = folder / ("gold" if name in reports else "reports") / name
        raise LabelError(f"报告与标注不成对：缺少 {missing}", "每份 reports/<名>.txt 须有 gold/<名>.json。")
    return tuple(
        Case(name, reports[name], _read_text(reports[name]), load_labels(golds[name])) for name in sorted(reports)
    )


def report_texts(folder: Path) -> dict[str, str]:
    """The text of every report of the folder by name, whether it has gold or not."""
    return {path.stem: _read_text(path) for path in reversed(_report_files(folder / "reports"))}


def corpus_sha256(cases: Iterable[Case]) -> str:
    """The SHA-256 of all texts and labels, whatever the folder is called and in whatever order they come."""
    return _sha256(*sorted(f"{case.name}:{case.sha256}" for case in cases))


def _report_files(folder: Path) -> list[Path]:
    """The files that a reader takes, those of plain text first, each format by name."""
    found = [path for path in folder.glob("*") if path.suffix.lower() in readers() and path.name[0] not in ".~"]
    return sorted(found, key=lambda path: (path.suffix.lower() != ".txt", path.suffix.lower(), path.name))


def _read_text(path: Path) -> str:
    """The text that quotes are looked up in. A labeled text is UTF-8: another encoding would be a guess."""
    if path.suffix.lower() != ".txt":
        return _document_text(path)
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise LabelError(f"无法读取报告 {path}：{error}", "带标注的报告须为 UTF-8 文本。") from error


def _document_text(path: Path) -> str:
    try:
        return read_document(path).text
    except ReadError as error:
        raise LabelError(f"无法读取报告 {path}：{error}", error.hint) from error


def _sha256(*parts: str) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part.encode("utf-8", "surrogatepass")).digest())
    return digest.hexdigest()


def _first_faults(error: ValidationError) -> str:
    """The first three faults as ``place：what is wrong``, since one wrong key may cause hundreds."""
    faults = error.errors(include_url=False)
    shown = [_place(one["loc"]) + "：" + _fault(one["type"], one["input"], one["msg"]) for one in faults[:3]]
    return "；".join(shown) + (f" 等 {len(faults)} 处" if len(faults) > len(shown) else "")


def _place(parts: Iterable[int | str]) -> str:
    """A place in a label file as ``extract check`` names it: ``funding[0].rate``; 文件 for the whole."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).lstrip(".") or "文件"


def _fault(kind: str, given: object, message: str) -> str:
    told = next((words for beginning, words in _FAULTS.items() if kind.startswith(beginning)), message)
    if kind in _UNSHOWN or not isinstance(given, (str, int, float)):
        return told
    return f"{told}，现为 {json.dumps(given, ensure_ascii=False)[:_SHOWN]}"

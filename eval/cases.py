"""Labeled reports: a folder with ``reports/*.txt`` and, under the same names, ``gold/*.json``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from pipeline.errors import LabelError
from schemas.records import Labels

_SHAPE_HINT = "标注文件的格式见标注指南；字段须齐全，值须为字符串或 null。"


@dataclass(frozen=True, slots=True)
class Case:
    """A report's text with its labels. ``report`` is the path of the text file, ``name`` its name without suffix."""

    name: str
    report: Path
    text: str
    gold: Labels


def load_labels(path: Path) -> Labels:
    """The labels that a JSON file holds; ``LabelError`` names the file and its first faults otherwise."""
    try:
        return Labels.model_validate_json(path.read_bytes())
    except OSError as error:
        raise LabelError(f"无法读取标注文件 {path}：{error.strerror}", _SHAPE_HINT) from error
    except ValidationError as error:
        raise LabelError(f"标注文件 {path} 不合格式：{_first_faults(error)}", _SHAPE_HINT) from error


def load_cases(folder: Path) -> tuple[Case, ...]:
    """Every report of the folder with its gold, by name; ``LabelError`` where one lacks the other or is malformed."""
    reports = {path.stem: path for path in sorted((folder / "reports").glob("*.txt"))}
    golds = {path.stem: path for path in sorted((folder / "gold").glob("*.json"))}
    if not reports:
        raise LabelError(f"{folder / 'reports'} 下没有 .txt 报告", "文件夹内应有 reports/*.txt 和 gold/*.json。")
    for name in sorted(reports.keys() ^ golds.keys()):
        missing = folder / ("gold" if name in reports else "reports") / name
        raise LabelError(f"报告与标注不成对：缺少 {missing}", "每份 reports/<名>.txt 须有 gold/<名>.json。")
    return tuple(Case(name, path, _read_text(path), load_labels(golds[name])) for name, path in reports.items())


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise LabelError(f"无法读取报告 {path}：{error}", "带标注的报告须为 UTF-8 文本。") from error


def _first_faults(error: ValidationError) -> str:
    """The first three faults as ``place: message``, since one wrong key may cause hundreds."""
    faults = error.errors(include_url=False)
    shown = [f"{'.'.join(map(str, fault['loc'])) or '文件'}: {fault['msg']}" for fault in faults[:3]]
    return "; ".join(shown) + (f" 等 {len(faults)} 处" if len(faults) > len(shown) else "")

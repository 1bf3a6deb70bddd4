"""What is installed and usable here, and the command that mends what is not."""

from __future__ import annotations

import re
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import NamedTuple

from pipeline.settings import MODEL_VARIABLES, NO_MODEL_HINT, VERSION, read_settings

PROJECT = "budget-performance-extract"
_PYTHON = (3, 11)


class Diagnosis(NamedTuple):
    """One thing that was looked at; ``mend`` is what to do where it is not ``ok``."""

    subject: str
    ok: bool
    detail: str
    mend: str = ""


def diagnose(folder: Path) -> tuple[Diagnosis, ...]:
    """Everything that a run in the folder needs, in order; changes nothing and shows no value of any variable."""
    return (
        Diagnosis("程序版本", True, VERSION),
        _python(),
        *map(_package, requirements()),
        *_parts(),
        _old_word_files(),
        _scans(),
        *_model(),
        _folder(folder),
    )


def _python() -> Diagnosis:
    running = ".".join(map(str, sys.version_info[:3]))
    needed = ".".join(map(str, _PYTHON))
    return Diagnosis("Python", sys.version_info >= _PYTHON, running, f"请安装 Python {needed} 或更新的版本")


def requirements() -> tuple[str, ...]:
    """What the project needs to be installed, as ``name>=1,<2``: by its metadata, or its sources where it has none."""
    try:
        stated = requires(PROJECT) or []
    except PackageNotFoundError:
        source = Path(__file__).resolve().parents[1] / "pyproject.toml"
        stated = tomllib.loads(source.read_text(encoding="utf-8"))["project"]["dependencies"]
    return tuple(sorted(requirement for requirement in stated if ";" not in requirement))


def _package(requirement: str) -> Diagnosis:
    name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
    try:
        return Diagnosis(name, True, version(name))
    except PackageNotFoundError:
        return Diagnosis(name, False, "未安装", f"{sys.executable} -m pip install '{requirement}'")


def _parts() -> Iterator[Diagnosis]:
    """Readers, engines and the database, each tried in earnest."""
    mend = f"在本项目的源码文件夹里运行 {sys.executable} -m pip install --force-reinstall ."
    try:
        from pipeline.readers import readers

        yield Diagnosis("可读格式", True, " ".join(sorted(readers())))
        from pipeline.run import ENGINES
        from pipeline.store import open_store
        from prompts import load_prompts, prompt_versions

        yield Diagnosis("引擎", True, "、".join(ENGINES))
        yield Diagnosis("提示词", True, "、".join(version for version in prompt_versions() if load_prompts(version)))
        with tempfile.TemporaryDirectory() as folder, open_store(Path(folder, "probe.duckdb")):
            yield Diagnosis("数据库", True, "可以建立和写入")
    except Exception as error:  # whatever is broken in an installation is what this is to tell
        yield Diagnosis("程序组件", False, f"{type(error).__name__}: {error}", mend)


def _old_word_files() -> Diagnosis:
    """What reads them is optional, so that its absence is told and is no fault."""
    from pipeline.readers.office.conversion import INSTALL, find_libreoffice

    absent = f"不能读取 .doc .wps .rtf：没有 LibreOffice，安装办法：{INSTALL}"
    return Diagnosis("旧版 Word 文件", True, find_libreoffice() or absent)


def _scans() -> Diagnosis:
    from pipeline.readers.scan import INSTALL, missing_packages

    if missing_packages():
        return Diagnosis("扫描件", True, f"不能读取图片和扫描件：在本项目的源码文件夹里运行 {INSTALL}")
    return Diagnosis("扫描件", True, f"rapidocr {version('rapidocr')}")


def _model() -> Iterator[Diagnosis]:
    settings = read_settings()
    for name in MODEL_VARIABLES:
        yield Diagnosis(name, True, "已设置" if name in settings.model_variables else "未设置")
    configured = f"已配置：{settings.model}，默认引擎 hybrid"
    yield Diagnosis("模型", True, configured if settings.has_model else f"未配置：使用规则引擎 rules。{NO_MODEL_HINT}")


def _folder(folder: Path) -> Diagnosis:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return Diagnosis("当前目录", True, f"{folder} 可写")
    except OSError as error:
        detail = f"{folder} 不可写（{error.strerror}）"
        return Diagnosis("当前目录", False, detail, "请换一个目录，或用 --db 指定别处的数据库")

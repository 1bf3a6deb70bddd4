"""The prompts as a user works with them: listed, shown with their answers' schemas, compared, copied to be changed."""

from __future__ import annotations

import difflib
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.engines.llm.settings import DEFAULT_PROMPTS
from pipeline.errors import SettingsError, UsageError
from pipeline.grids import text_table
from prompts import FOLDER, Prompt, PromptError, load_prompts, prompt_versions
from schemas.answers import ANSWERS

_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,40}")
_WIDTH = 120


def prompts_data() -> list[dict[str, Any]]:
    """Every prompt of every version as plain data, without its text."""
    return [
        {
            "version": prompt.version,
            "default": prompt.version == DEFAULT_PROMPTS,
            "task": prompt.task,
            "schema": prompt.schema,
            "description": prompt.description,
            "sha256": prompt.sha256,
            "path": str(prompt.path),
        }
        for version in prompt_versions()
        for prompt in _load(version).values()
    ]


def prompts_lines() -> Iterator[str]:
    """A table of all prompts; the version that runs use by default is marked."""
    rows = [
        (f"{row['version']}{' *' if row['default'] else ''}", row["task"], row["description"], row["sha256"][:12])
        for row in prompts_data()
    ]
    yield from text_table(("版本", "任务", "说明", "SHA-256"), rows, _WIDTH)
    yield "* 默认使用"


def prompt_data(version: str, task: str | None = None) -> list[dict[str, Any]]:
    """The prompts of a version, or one of them, with their text and schema."""
    return [
        {
            "version": prompt.version,
            "task": prompt.task,
            "description": prompt.description,
            "sha256": prompt.sha256,
            "system": prompt.system,
            "user": prompt.user,
            "schema": schema_of(prompt).model_json_schema(),
        }
        for prompt in _chosen(version, task)
    ]


def prompt_lines(version: str, task: str | None = None) -> Iterator[str]:
    """The same to read."""
    for prompt in _chosen(version, task):
        yield f"■ {prompt.version}/{prompt.task}：{prompt.description}（{prompt.sha256[:12]}）"
        yield from ("", prompt.system, "", prompt.user, "", f"回答格式 {prompt.schema}：")
        yield json.dumps(schema_of(prompt).model_json_schema(), ensure_ascii=False, indent=1)
        yield ""


def diff_data(old: str, new: str) -> list[dict[str, str]]:
    """What differs between two versions, task by task, as unified diffs."""
    before, after = _load(old), _load(new)
    found = []
    for task in sorted(before.keys() | after.keys()):
        texts = [_text(prompts.get(task)) for prompts in (before, after)]
        if texts[0] != texts[1]:
            first, second = (text.splitlines() for text in texts)
            lines = difflib.unified_diff(first, second, f"{old}/{task}.md", f"{new}/{task}.md", lineterm="")
            found.append({"task": task, "diff": "\n".join(lines)})
    return found


def diff_lines(old: str, new: str) -> Iterator[str]:
    """The same to read."""
    found = diff_data(old, new)
    yield from (line for row in found for line in row["diff"].splitlines())
    if not found:
        yield f"{old} 与 {new} 没有差别。"


def copy_version(version: str, base: str | None = None, folder: Path = FOLDER) -> Path:
    """The folder of a new version, copied from another. Raises ``UsageError`` where it exists or has no usable name."""
    if not _NAME.fullmatch(version):
        raise UsageError(f"“{version}”不能作版本名", "用字母和数字，例如 v3。")
    if (folder / version).exists():
        raise UsageError(f"版本 {version} 已经有了：{folder / version}", "换一个名字，或直接修改它。")
    source = base or DEFAULT_PROMPTS
    _load(source, folder)
    try:
        shutil.copytree(folder / source, folder / version)
    except OSError as error:
        raise SettingsError(
            f"无法写入 {folder}：{error.strerror}", "请在有写权限的源码文件夹里安装（pip install -e .）。"
        ) from error
    return folder / version


def schema_of(prompt: Prompt) -> Any:
    """The model that the answer to a prompt must fit. Raises ``SettingsError`` where there is none of that name."""
    if prompt.schema not in ANSWERS:
        raise SettingsError(f"{prompt.path}：没有回答格式“{prompt.schema}”", f"可用：{'、'.join(ANSWERS)}。")
    return ANSWERS[prompt.schema]


def _chosen(version: str, task: str | None) -> list[Prompt]:
    prompts = _load(version)
    if task is not None and task not in prompts:
        raise UsageError(f"版本 {version} 没有任务“{task}”", f"它有：{'、'.join(prompts)}。")
    return list(prompts.values()) if task is None else [prompts[task]]


def _load(version: str, folder: Path = FOLDER) -> dict[str, Prompt]:
    try:
        return load_prompts(version, folder)
    except PromptError as error:
        raise SettingsError(str(error), "用 extract prompts list 查看有哪些版本。") from error


def _text(prompt: Prompt | None) -> str:
    return "" if prompt is None else prompt.path.read_text(encoding="utf-8")

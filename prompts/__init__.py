"""The prompts: a folder for each version, a Markdown file for each task.

A file starts with its front matter (TOML between ``+++`` lines: task, schema, description). Above ``<!-- user -->``
stands what is the same in every request, below it what changes: so a provider can cache the beginning.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
PASSAGES = "{{ passages }}"
"""What stands for the passages in a template."""

_FENCE, _CUT = "+++\n", "<!-- user -->\n"
_KEYS = {"task", "schema", "description"}


class PromptError(ValueError):
    """A prompt file is missing or not in shape; the message says which and how."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A template: ``system`` never changes, ``user`` holds ``{{ passages }}``. ``sha256`` is that of the file."""

    version: str
    task: str
    schema: str
    description: str
    system: str
    user: str
    sha256: str
    path: Path


def prompt_versions(folder: Path = FOLDER) -> tuple[str, ...]:
    """The versions there are, in order of their names."""
    return tuple(sorted(path.name for path in folder.iterdir() if path.is_dir() and any(path.glob("*.md"))))


def load_prompts(version: str, folder: Path = FOLDER) -> dict[str, Prompt]:
    """The prompts of a version by task, in order of the tasks' names.

    Raises ``PromptError`` where there is no such version, or where a file is not in shape.
    """
    files = sorted((folder / version).glob("*.md")) if version in prompt_versions(folder) else []
    if not files:
        raise PromptError(f"没有名为“{version}”的提示词版本（现有：{'、'.join(prompt_versions(folder))}）")
    prompts = [read_prompt(path) for path in files]
    return {prompt.task: prompt for prompt in prompts}


def read_prompt(path: Path) -> Prompt:
    """The prompt that a file holds; raises ``PromptError`` where it is not in shape."""
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise PromptError(f"{path}：不是 UTF-8 文本，请另存为 UTF-8") from error
    parts = text.split(_FENCE, 2)
    if len(parts) != 3 or parts[0]:
        raise PromptError(f"{path}：开头应是两行 +++ 之间的说明")
    try:
        front = tomllib.loads(parts[1])
    except tomllib.TOMLDecodeError as error:
        raise PromptError(f"{path}：说明不是 TOML（{error}）") from error
    if set(front) != _KEYS or front["task"] != path.stem or not all(isinstance(v, str) for v in front.values()):
        raise PromptError(f"{path}：说明应有 task（与文件同名）、schema 和 description")
    system, cut, user = parts[2].partition(_CUT)
    if not cut or PASSAGES not in user or "{{" in system or "{%" in system:
        raise PromptError(f"{path}：应有一行 <!-- user -->，其后（且只在其后）有 {PASSAGES}")
    digest = hashlib.sha256(data).hexdigest()
    return Prompt(path.parent.name, **front, system=system.strip(), user=user.strip(), sha256=digest, path=path)

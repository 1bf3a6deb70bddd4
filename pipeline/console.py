"""What every command shares: help in Chinese, results as lines or as JSON, complaints and progress on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from pipeline.run import Progress

_FRAME = (
    ("Usage:", "用法："),
    ("Options:", "选项："),
    ("Commands:", "命令："),
    ("Arguments:", "参数："),
    ("Show this message and exit.", "显示本帮助。"),
    ("[required]", "[必填]"),
    ("[default: ", "[默认："),
    ("[default:", "[默认："),  # where the line ends there
    ("COMMAND [ARGS]...", "命令 [参数]…"),
    ("[OPTIONS]", "[选项]"),
)

Json = Annotated[bool, typer.Option("--json", help="输出 JSON。")]
"""The option of every command that prints data."""


class Command(TyperCommand):
    """A command whose help is Chinese throughout."""

    def get_help(self, ctx: Any) -> str:
        """The help, its frame translated."""
        return _in_chinese(super().get_help(ctx))


class Group(TyperGroup):
    """A group of commands whose help is Chinese throughout."""

    def get_help(self, ctx: Any) -> str:
        """The help, its frame translated."""
        return _in_chinese(super().get_help(ctx))


@contextmanager
def progress_bar(title: str = "提取") -> Iterator[Callable[[Progress], None]]:
    """Shows how far a run is on the terminal, and nothing where stderr is none."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("剩余"))
    with Bar(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title)
        yield lambda progress: bar.update(task, completed=progress.done, total=progress.total)


def print_result(as_json: bool, data: Callable[[], object], lines: Callable[[], Iterable[str]]) -> None:
    """Write a result to stdout: as plain data in JSON, or as lines for people. Only what is wanted is made."""
    if as_json:
        import json

        say(json.dumps(data(), ensure_ascii=False, indent=1))
        return
    for line in lines():
        say(line)


def say(text: str) -> None:
    """Write a line to stdout."""
    sys.stdout.write(f"{text}\n")


def tell(message: str, hint: str = "") -> None:
    """Write a line to stderr, and the hint on the next."""
    from pipeline.grids import printable

    sys.stderr.write(f"{printable(message)}\n" + (f"提示：{hint}\n" if hint else ""))


def _in_chinese(text: str) -> str:
    for english, chinese in _FRAME:
        text = text.replace(english, chinese)
    return text

"""``extract eval calibrate``, ``flags``, ``mutations``: what confidence, flags and checks are worth on labels."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.console import Command, Group, Json, print_result, progress_bar, tell
from pipeline.errors import UsageError
from pipeline.settings import DEFAULT_THRESHOLD

# Everything heavier is imported by the command that needs it, so that help is instant.
if TYPE_CHECKING:
    from eval.calibration import Source

trust_app = typer.Typer(cls=Group, rich_markup_mode=None)

Corpora = Annotated[
    list[Path] | None, typer.Option("--corpus", metavar="文件夹", help="内有 reports/ 与 gold/*.json，可重复。")
]
Engines = Annotated[
    list[str] | None, typer.Option("--engine", metavar="名称", help="rules、llm 或 hybrid，可重复；无存录回答的略过。")
]
Versions = Annotated[list[str] | None, typer.Option("--prompts", metavar="版本", help="提示词版本，可重复。")]
DEFAULT_CORPUS = Path("eval/corpus")
_PACKAGES = ("jinja2", "numpy", "reportlab", "scipy", "sklearn", "vcr")
_INSTALL = (
    "pip install 'budget-performance-extract[eval]'（在源码文件夹里：pip install -c constraints.txt -e '.[eval]'）。"
)


@trust_app.command("calibrate", cls=Command, help="用有标注的报告校准可信度，写成可读的校准文件。")
def _calibrate(
    out: Annotated[Path, typer.Option("--out", metavar="文件", help="校准文件写到哪里。")],
    corpus: Corpora = None,
    engine: Engines = None,
    prompts: Versions = None,
    as_json: Json = False,
) -> None:
    require_packages()
    from eval.calibration import calibrate, model_text
    from eval.flags import flag_data, flag_figures, flag_lines

    sources = list(_sources(corpus or [DEFAULT_CORPUS], engine or ["rules"], prompts))
    with progress_bar("读取") as progress:
        calibrated = calibrate(sources, progress)
    out.write_text(model_text(calibrated.model), encoding="utf-8", newline="\n")
    figures = {name: flag_figures(found) for name, found in calibrated.unseen.items()}
    print_result(as_json, lambda: flag_data(figures), lambda: flag_lines(figures))
    tell(f"已写入 {out}；上表是交叉验证的结果，每份报告都由没有见过它的模型打分。")


@trust_app.command("flags", cls=Command, help="待复核标记和可信度准不准：错的字段有多少排在最可疑的一段里。")
def _flags(
    corpus: Corpora = None,
    engine: Engines = None,
    prompts: Versions = None,
    confidence: Annotated[Path | None, typer.Option(metavar="文件", help="校准文件；默认是自带的。")] = None,
    threshold: Annotated[float, typer.Option(metavar="0–1", min=0, max=1, help="待复核的阈值。")] = DEFAULT_THRESHOLD,
    as_json: Json = False,
) -> None:
    require_packages()
    from eval.calibration import read_fields
    from eval.flags import flag_data, flag_figures, flag_lines
    from pipeline.confidence import confidence_in, default_model, read_model

    model = default_model() if confidence is None else read_model(confidence)
    figures = {}
    for source in _sources(corpus or [DEFAULT_CORPUS], engine or ["rules"], prompts):
        with progress_bar(source.title) as progress:
            found = read_fields(source, progress)
        scored = [one.with_confidence(confidence_in(one.score.signals, model), threshold) for one in found]
        figures[source.title] = flag_figures(scored)
    print_result(as_json, lambda: flag_data(figures), lambda: flag_lines(figures))


@trust_app.command("mutations", cls=Command, help="往正确的标注里埋错，看有多少逃过核对。")
def _mutations(
    corpus: Corpora = None,
    count: Annotated[int, typer.Option(metavar="个", min=1, help="一共埋多少个错，按各报告的数值多少分摊。")] = 10_000,
    seed: Annotated[int, typer.Option(metavar="整数", help="随机种子；种子相同，埋的错相同。")] = 1,
    passed: Annotated[bool, typer.Option("--passed", help="逐条列出漏网的错和误报的正确值。")] = False,
    as_json: Json = False,
) -> None:
    require_packages()
    from eval.cases import load_cases
    from eval.mutation_summary import mutation_data, mutation_lines
    from eval.mutations import run_trials

    cases = [case for folder in dict.fromkeys(corpus or [DEFAULT_CORPUS]) for case in load_cases(folder)]
    with progress_bar("埋错") as progress:
        trials = run_trials(cases, count, seed, progress)
    print_result(
        as_json,
        lambda: mutation_data(trials, listed=passed),
        lambda: mutation_lines(trials, listed=passed),
    )


def _sources(corpora: list[Path], engines: list[str], prompts: list[str] | None) -> Iterator[Source]:
    """Each corpus as each engine reads it; of those that ask a model, the versions of which answers are recorded."""
    from eval.calibration import Source
    from eval.engines import Reading
    from pipeline.engines.llm.settings import DEFAULT_PROMPTS

    for corpus in corpora:
        for engine in dict.fromkeys(engines):
            reading = Reading(engine=engine, cassettes=corpus / "cassettes")
            versions = dict.fromkeys(prompts or [DEFAULT_PROMPTS]) if reading.asks else [DEFAULT_PROMPTS]
            for version in versions:
                own = reading._replace(prompts=version)
                if not own.asks or (own.tapes is not None and own.tapes.is_dir()):
                    yield Source(corpus, own)


def require_packages() -> None:
    """``UsageError`` with the line to type where a package of ``[eval]`` is missing."""
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        raise UsageError(f"评测所需的软件包没有安装：{'、'.join(missing)}", _INSTALL)

"""``extract eval``: a labeled corpus is read and scored, runs are listed, shown and compared; what trust is worth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.trust_commands import DEFAULT_CORPUS, require_packages, trust_app
from pipeline.console import Command, Group, Json, print_result, progress_bar, tell
from pipeline.errors import StoreError, UsageError

# Everything heavier is imported by the command that needs it, so that help is instant.
if TYPE_CHECKING:
    from datetime import datetime

    from eval.experiment import Plan
    from eval.figures import Figures
    from pipeline.store import Store

SOME_FAILED = 1

eval_app = typer.Typer(cls=Group, no_args_is_help=True, rich_markup_mode=None)

Evaluations = Annotated[Path, typer.Option("--db", metavar="文件", help="存评测结果的数据库。")]
Run = Annotated[str, typer.Argument(metavar="评测", help="编号（如 e3）或名称。")]
Errors = Annotated[bool, typer.Option("--errors", help="逐条列出错误。")]
Floor = Annotated[float | None, typer.Option(metavar="0–1", min=0, max=1, help="F1 低于此值即不通过，退出码为 1。")]
Base = Annotated[
    str | None, typer.Option("--no-regression", metavar="评测", help="比这次评测退步即不通过，退出码为 1。")
]
Html = Annotated[
    Path | None, typer.Option("--html", metavar="文件.html", help="写成一个网页，旁边另有同名的 .json 和 .csv。")
]
Reports = Annotated[int, typer.Option("--reports", metavar="份", min=1, help="网页里逐份对照几份报告。")]
_DATABASE = Path("evaluations.duckdb")
_SIDE_BY_SIDE = 40


@eval_app.command("run", cls=Command, help="读一套有标注的报告，逐字段评分，存入数据库。")
def _run(
    corpus: Annotated[Path, typer.Option(metavar="文件夹", help="内有 reports/ 与 gold/*.json。")] = DEFAULT_CORPUS,
    engine: Annotated[list[str] | None, typer.Option(metavar="名称", help="rules、llm 或 hybrid，可重复。")] = None,
    prompts: Annotated[list[str] | None, typer.Option(metavar="版本", help="提示词版本，可重复。")] = None,
    model: Annotated[str | None, typer.Option(metavar="名称", help="模型；默认是存录回答时用的名称。")] = None,
    parameter: Annotated[
        list[str] | None, typer.Option("--param", metavar="名=值", help="随请求发送的参数，值为 JSON，可重复。")
    ] = None,
    mode: Annotated[
        str, typer.Option(metavar="方式", help="回答方式：json_schema、tools、json、md_json。")
    ] = "json_schema",
    no_second_look: Annotated[bool, typer.Option("--no-second-look", help="不对无着落的数字再问一遍。")] = False,
    cassettes: Annotated[
        Path | None, typer.Option(metavar="文件夹", help="存录的回答；默认是语料下的 cassettes。")
    ] = None,
    base_url: Annotated[str | None, typer.Option(metavar="网址", help="没有存录的向此接口询问，并存录下来。")] = None,
    repeat: Annotated[int, typer.Option(metavar="次", min=1, help="读几遍，看各遍差多少。")] = 1,
    labels: Annotated[Path | None, typer.Option(metavar="文件夹", help="不读报告，只评这里的 <报告名>.json。")] = None,
    file_format: Annotated[str | None, typer.Option("--format", metavar="后缀", help="只读这种格式，如 docx。")] = None,
    prices: Annotated[Path | None, typer.Option(metavar="文件", help="自己的价格表（TOML）。")] = None,
    priced_as: Annotated[
        str | None, typer.Option("--price-as", metavar="模型", help="按哪个模型的价格算花费。")
    ] = None,
    name: Annotated[str, typer.Option(metavar="名称", help="给这次评测起的名称。")] = "",
    db: Evaluations = _DATABASE,
    floor: Floor = None,
    base: Base = None,
    errors: Errors = False,
    as_json: Json = False,
) -> None:
    require_packages()
    from eval.cases import load_cases
    from eval.engines import Reading
    from eval.experiment import Plan, run_experiment
    from eval.figures import load_figures
    from pipeline.engines.llm.settings import DEFAULT_PROMPTS
    from pipeline.store import find_eval, open_store

    reading = Reading(
        cassettes=cassettes or corpus / "cassettes",
        base_url=base_url,
        second_look=not no_second_look,
        mode=mode,
        parameters=tuple(parameter or ()),
        prices=prices,
        priced_as=priced_as,
    )
    if model is not None:
        reading = reading._replace(model=model)
    plan = Plan(corpus, reading, repeat, name, labels)
    plans = list(_plans(plan, engine or ["rules"], prompts or [DEFAULT_PROMPTS]))
    cases = load_cases(corpus, file_format)
    ids = []
    for one in plans:
        with progress_bar(one.title) as progress:
            ids.append(run_experiment(db, cases, one, progress))
    with open_store(db, read_only=True) as store:
        figures = [load_figures(store, find_eval(store, eval_id)) for eval_id in ids]
        _print_runs(store, figures, errors, as_json)
        _pass_gate(store, figures, floor, base)
    if any(report.error for one in figures for report in one.reports):
        raise typer.Exit(SOME_FAILED)


@eval_app.command("list", cls=Command, help="列出历次评测。")
def _list(db: Evaluations = _DATABASE, as_json: Json = False) -> None:
    from eval.summaries import evals_data, evals_lines
    from pipeline.store import list_evals

    with _stored(db) as store:
        runs = list_evals(store)
    print_result(as_json, lambda: evals_data(runs), lambda: evals_lines(runs))


@eval_app.command("show", cls=Command, help="显示一次评测：各报告、各字段的得分和花费。")
def _show(
    run: Run,
    db: Evaluations = _DATABASE,
    html: Html = None,
    reports: Reports = _SIDE_BY_SIDE,
    floor: Floor = None,
    base: Base = None,
    errors: Errors = False,
    as_json: Json = False,
) -> None:
    require_packages()
    from eval.figures import load_figures
    from pipeline.store import find_eval

    with _stored(db) as store:
        figures = [load_figures(store, find_eval(store, run))]
        _print_runs(store, figures, errors, as_json, full=True)
        if html is not None:
            from eval.report import write_report
            from eval.report.page import run_page
            from eval.summaries import show_data
            from pipeline.store import load_errors

            wrong = load_errors(store, figures[0].run.eval_id)
            page = run_page(store, figures[0].run, reports, _now())
            _tell_written(write_report(html, page, show_data(figures[0], wrong)))
        _pass_gate(store, figures, floor, base)


@eval_app.command("compare", cls=Command, help="比较两次评测：差异是否真实，哪些字段退步、哪些改进。")
def _compare(
    first: Annotated[str, typer.Argument(metavar="甲", help="编号（如 e3）或名称。")],
    second: Annotated[str, typer.Argument(metavar="乙", help="编号或名称。")],
    db: Evaluations = _DATABASE,
    html: Html = None,
    reports: Reports = _SIDE_BY_SIDE,
    errors: Annotated[bool, typer.Option("--errors", help="全部列出退步和改进。")] = False,
    as_json: Json = False,
) -> None:
    require_packages()
    from eval.comparison import compare_runs
    from eval.comparison_summary import compare_data, compare_lines
    from pipeline.store import find_eval

    with _stored(db) as store:
        compared = compare_runs(store, find_eval(store, first), find_eval(store, second))
        if html is not None:
            from eval.report import write_report
            from eval.report.page import comparison_page

            page = comparison_page(store, compared, reports, _now())
            _tell_written(write_report(html, page, compare_data(compared)))
    print_result(as_json, lambda: compare_data(compared), lambda: compare_lines(compared, everything=errors))


@eval_app.command("agreement", cls=Command, help="两人标注同一批报告，一致到什么程度：得分的上限。")
def _agreement(
    first: Annotated[Path, typer.Argument(metavar="标注甲", help="标注文件夹，或内有 gold/ 的文件夹。")],
    second: Annotated[Path, typer.Argument(metavar="标注乙", help="另一人的标注文件夹。")],
    as_json: Json = False,
) -> None:
    require_packages()
    from eval.labelers import compare_labelers, labelers_data, labelers_lines

    labelers = compare_labelers(first, second)
    print_result(as_json, lambda: labelers_data(labelers), lambda: labelers_lines(labelers))


@eval_app.command("generate", cls=Command, help="按文法生成报告及其精确标注：版式、措辞、单位各不相同，并埋有矛盾。")
def _generate(
    out: Annotated[Path, typer.Option("--out", metavar="文件夹", help="写入 reports/、gold/（和 formats/）的文件夹。")],
    count: Annotated[int, typer.Option(metavar="份", min=1, help="生成多少份。")] = 200,
    seed: Annotated[int, typer.Option(metavar="整数", help="第一份的种子；种子相同，报告相同。")] = 1,
    file_format: Annotated[
        list[str] | None,
        typer.Option("--format", metavar="格式", help="text、docx、pdf、html、xlsx，可重复。"),
    ] = None,
) -> None:
    require_packages()
    from eval.generated import FORMATS, write_generated
    from pipeline.run import Progress

    formats = list(dict.fromkeys(file_format or ["text"]))
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise UsageError(f"不能生成“{unknown[0]}”格式", f"可用：{'、'.join(FORMATS)}。")
    try:
        with progress_bar("生成") as progress:
            write_generated(out, count, seed, formats, lambda done, total: progress(Progress(done, total, None)))
    except OSError as error:
        raise UsageError(f"写不了文件夹 {out}：{error.strerror}", "请换一个可写的文件夹。") from error
    tell(f"已在 {out} 写入 {count} 份报告及标注。")


def _plans(plan: Plan, engines: list[str], prompts: list[str]) -> Iterator[Plan]:
    """A plan for each engine and, where it asks a model, each version of the prompts."""
    if plan.labels is not None:
        yield plan
        return
    for engine in dict.fromkeys(engines):
        reading = plan.reading._replace(engine=engine)
        versions = dict.fromkeys(prompts) if reading.asks else prompts[:1]
        for version in versions:
            yield plan._replace(reading=reading._replace(prompts=version))


def _print_runs(store: Store, figures: list[Figures], errors: bool, as_json: bool, *, full: bool = False) -> None:
    from eval.summaries import overview_lines, show_data, show_lines
    from pipeline.store import load_errors

    wrong = [load_errors(store, one.run.eval_id) if errors else () for one in figures]
    data = [show_data(one, some) for one, some in zip(figures, wrong, strict=True)]

    def lines() -> Iterator[str]:
        if not full and not errors:
            yield from overview_lines(figures)
            return
        for one, some in zip(figures, wrong, strict=True):
            yield from show_lines(one, some)

    print_result(as_json, lambda: data[0] if full else data, lines)


def _pass_gate(store: Store, figures: list[Figures], floor: float | None, base: str | None) -> None:
    """Tell the verdict on each run, and exit with a code other than 0 where one does not pass."""
    if floor is None and base is None:
        return
    from eval.comparison import compare_runs
    from eval.gate import judge, verdict_line
    from pipeline.store import find_eval

    verdicts = []
    for one in figures:
        compared = None if base is None else compare_runs(store, find_eval(store, base), one.run)
        verdicts.append(judge(one, floor, compared))
        tell(verdict_line(one, verdicts[-1]))
    if not all(verdict.passed for verdict in verdicts):
        raise typer.Exit(SOME_FAILED)


def _now() -> datetime:
    from datetime import UTC, datetime

    return datetime.now(UTC)


def _tell_written(files: Iterable[Path]) -> None:
    tell(f"已写入 {'、'.join(map(str, files))}")


@contextmanager
def _stored(db: Path) -> Iterator[Store]:
    if not db.exists():
        raise StoreError(f"找不到数据库 {db}", "请先用 extract eval run 评测，或用 --db 指定数据库。")
    from pipeline.store import open_store

    with open_store(db, read_only=True) as store:
        yield store


eval_app.add_typer(trust_app)

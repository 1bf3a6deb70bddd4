"""The command line: parse, build, call, print. Errors are one line with a hint; exit code 0, 1 (some failed) or 2."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eval.commands import eval_app
from pipeline.console import Command, Group, Json, print_result, progress_bar, say, tell
from pipeline.errors import ExtractError, StoreError, UsageError
from pipeline.models import MODEL_ENGINES, ModelOptions, model_settings, open_model
from pipeline.review.commands import review_app
from pipeline.settings import DEFAULT_THRESHOLD, NO_MODEL_HINT, VERSION, read_settings

# Everything heavier is imported by the command that needs it, so that help is instant.
if TYPE_CHECKING:
    from pipeline.confidence import Trust
    from pipeline.run import RunReport
    from pipeline.store import Store

SOME_FAILED, MISUSED, INTERRUPTED = 1, 2, 130

_NARROWEST, _WIDEST = 80, 180

app = typer.Typer(
    cls=Group,
    add_completion=False,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="把预算绩效自评报告读成可核对的数据：每个值都指向原文出处。",
)

prompts_app = typer.Typer(cls=Group, no_args_is_help=True, rich_markup_mode=None)
app.add_typer(prompts_app, name="prompts", help="查看、比较和新建提示词版本。")
app.add_typer(review_app, name="review", help="复核：打开页面，逐个核定待复核字段；或用命令。")
app.add_typer(eval_app, name="eval", help="对照人工标注评分：比较引擎、模型和提示词版本。")

Database = Annotated[Path, typer.Option("--db", metavar="文件", help="结果数据库。")]
_DATABASE = Path("results.duckdb")


@app.callback(invoke_without_command=True)
def _start(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="显示版本。")] = False,
) -> None:
    if version:
        say(f"extract {VERSION}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        say(context.get_help())


@app.command("run", cls=Command, help="读取报告，提取、核对后存入数据库；已提取过的自动跳过。")
def _run(
    paths: Annotated[list[Path], typer.Argument(metavar="路径…", help="报告文件、文件夹（含子文件夹）或 .zip。")],
    db: Database = _DATABASE,
    engine: Annotated[
        str | None, typer.Option(metavar="名称", help="rules、llm 或 hybrid；有模型时默认 hybrid。")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="已提取过的也重新提取（改了阈值后用）。")] = False,
    group_by: Annotated[
        str, typer.Option(metavar="folder", help="folder：一个文件夹（或压缩包）里的文件合为一份报告。")
    ] = "",
    workers: Annotated[
        int | None, typer.Option(metavar="个", min=1, help="同时读取的进程数；默认与处理器核数相同。")
    ] = None,
    threshold: Annotated[float, typer.Option(metavar="0–1", help="可信度低于此值的字段待复核。")] = DEFAULT_THRESHOLD,
    confidence: Annotated[
        Path | None, typer.Option(metavar="文件", help="自己的校准文件，由 extract eval calibrate 写成。")
    ] = None,
    model: Annotated[str | None, typer.Option(metavar="名称", help="模型；默认取 EXTRACT_MODEL。")] = None,
    base_url: Annotated[str | None, typer.Option(metavar="网址", help="接口地址；默认取 OPENAI_BASE_URL。")] = None,
    mode: Annotated[
        str, typer.Option(metavar="方式", help="回答方式：json_schema、tools、json、md_json。")
    ] = "json_schema",
    prompts: Annotated[str | None, typer.Option(metavar="版本", help="提示词版本，见 extract prompts list。")] = None,
    parameter: Annotated[
        list[str] | None, typer.Option("--param", metavar="名=值", help="随请求发送的参数，值为 JSON，可重复。")
    ] = None,
    no_second_look: Annotated[bool, typer.Option("--no-second-look", help="不对无着落的数字再问一遍。")] = False,
    concurrency: Annotated[int | None, typer.Option(metavar="个", min=1, help="同时发出的请求上限。")] = None,
    rpm: Annotated[int | None, typer.Option(metavar="次", min=1, help="每分钟请求数上限。")] = None,
    tpm: Annotated[int | None, typer.Option(metavar="个", min=1, help="每分钟 token 数上限。")] = None,
    max_cost: Annotated[float | None, typer.Option(metavar="金额", min=0, help="花费上限，到了就停，可续。")] = None,
    max_tokens: Annotated[int | None, typer.Option(metavar="个", min=0, help="token 上限，到了就停，可续。")] = None,
    prices: Annotated[Path | None, typer.Option(metavar="文件", help="自己的价格表（TOML）。")] = None,
    refresh: Annotated[bool, typer.Option("--refresh", help="不用已存的回答，重新询问。")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只算要问多少、花多少，不发送。")] = False,
    as_json: Json = False,
) -> None:
    if not 0 <= threshold <= 1:
        raise UsageError(f"--threshold 须在 0 到 1 之间，而不是 {threshold}", "例如 --threshold 0.6。")
    if group_by not in ("", "folder"):
        raise UsageError(f"--group-by 没有“{group_by}”", "可用：folder。")
    settings = read_settings()
    settings = replace(settings, model=model or settings.model, base_url=base_url or settings.base_url)
    limits = (concurrency, rpm, tpm, max_cost, max_tokens)
    said = (settings.model, settings.base_url, mode, prompts, tuple(parameter or ()), not no_second_look)
    asked = ModelOptions(*said, *limits, refresh, prices)
    name = engine or ("hybrid" if model is not None or settings.has_model else "rules")
    if engine is None:
        used = f"使用引擎 {name}（模型 {asked.model}）。"
        tell(used if name in MODEL_ENGINES else f"未配置模型，使用规则引擎 rules。{NO_MODEL_HINT}")
    if dry_run:
        _plan(paths, db, name, asked, force or refresh, as_json)
        return
    from pipeline.run import RunOptions, make_engine, run
    from pipeline.summaries import run_data, run_lines
    from pipeline.workers import default_count

    count = default_count() if workers is None else workers
    options = RunOptions(_trust(threshold, confidence), force or refresh, bool(group_by), count)
    chosen = open_model(asked) if name in MODEL_ENGINES else None
    with progress_bar() as progress:
        report = run(
            paths,
            db,
            make_engine(name, chosen),
            options,
            progress,
            chosen,
        )
    print_result(as_json, lambda: run_data(report), lambda: run_lines(report))
    _end(report, settings.debug)


def _trust(threshold: float, confidence: Path | None) -> Trust:
    from pipeline.confidence import Trust, read_model

    return Trust(threshold, None if confidence is None else read_model(confidence))


def _end(report: RunReport, debug: bool) -> None:
    """Tell why a run stopped, and exit with a code other than 0 where not everything was read."""
    for file in report.outcomes:
        if debug and file.error is not None and file.error.__cause__ is not None:
            _trace(file.error)
    if report.stopped is not None:
        tell(f"已停止：{report.stopped}", report.stopped.hint)
    if report.interrupted or report.stopped or report.incomplete:
        raise typer.Exit(INTERRUPTED if report.interrupted else SOME_FAILED)


def _plan(paths: Sequence[Path], db: Path, engine: str, asked: ModelOptions, force: bool, as_json: bool) -> None:
    if engine not in MODEL_ENGINES:
        raise UsageError("规则引擎不询问模型，没有可估算的花费", NO_MODEL_HINT)
    from pipeline.plans import plan_run
    from pipeline.summaries import plan_data, plan_lines

    settings, price = model_settings(asked)
    with progress_bar() as progress:
        plan = plan_run(paths, db, engine, settings, price, progress, force=force)
    print_result(as_json, lambda: plan_data(plan), lambda: plan_lines(plan))


@app.command("show", cls=Command, help="显示一份报告的全部记录、出处、疑点和矛盾。")
def _show(
    report: Annotated[str, typer.Argument(metavar="报告", help="报告名称、路径或 SHA-256 的开头。")],
    db: Database = _DATABASE,
    flagged: Annotated[bool, typer.Option("--flagged", help="只列有待复核字段的记录。")] = False,
    as_json: Json = False,
) -> None:
    from pipeline.detail import detail_of
    from pipeline.readout import read_out
    from pipeline.reviewed import load_reviewed, read_reviews
    from pipeline.store import find_report

    with _existing_store(db) as store:
        found = find_report(store, report)
        extraction = load_reviewed(store, found.extraction_id, read_reviews(store, found.extraction_id))
    width = min(max(shutil.get_terminal_size((140, 0)).columns, _NARROWEST), _WIDEST)
    print_result(
        as_json,
        lambda: detail_of(extraction, flagged_only=flagged),
        lambda: [read_out(extraction, flagged_only=flagged, width=width).rstrip("\n")],
    )


@app.command("export", cls=Command, help="导出全部结果：标注、完整 JSON、CSV、Parquet 或 Excel。")
def _export(
    out: Annotated[Path, typer.Option("--out", metavar="文件夹", help="写到哪个文件夹。")],
    file_format: Annotated[str, typer.Option("--format", metavar="格式", help="labels、json、csv、parquet 或 xlsx。")],
    db: Database = _DATABASE,
) -> None:
    from pipeline.export import Format, export_files

    if file_format not in list(Format):
        raise UsageError(f"没有“{file_format}”这种导出格式", f"可用：{'、'.join(Format)}。")
    with _existing_store(db) as store:
        written = export_files(store, Format(file_format), out)
    say(f"已写入 {len(written)} 个文件：{out}")


@app.command("check", cls=Command, help="拿任何人的标注文件与报告原文逐项核对。")
def _check(
    report: Annotated[Path, typer.Argument(metavar="报告", help="报告文件。")],
    labels: Annotated[Path, typer.Argument(metavar="标注.json", help="标注文件。")],
    as_json: Json = False,
) -> None:
    from eval.cases import load_labels
    from pipeline.checking import check_labels
    from pipeline.readers import read_document
    from pipeline.summaries import check_data, check_lines

    loaded = load_labels(labels)
    document = read_document(report)
    checked = check_labels(document, loaded)
    print_result(as_json, lambda: check_data(document, checked), lambda: check_lines(document, checked))
    if not checked.passed:
        raise typer.Exit(SOME_FAILED)


@app.command("reports", cls=Command, help="列出数据库里的报告。")
def _reports(db: Database = _DATABASE, as_json: Json = False) -> None:
    from pipeline.store import list_reports
    from pipeline.summaries import reports_lines, rows_data

    with _existing_store(db) as store:
        rows = list_reports(store)
    print_result(as_json, lambda: rows_data(rows), lambda: reports_lines(rows))


@app.command("findings", cls=Command, help="列出全库各报告自相矛盾之处：给了满分的未达标指标、对不上的合计等。")
def _findings(
    code: Annotated[
        list[str] | None, typer.Option(metavar="代码", help="只列这些代码，如 UNMET_FULL_SCORE，可重复。")
    ] = None,
    unit: Annotated[str, typer.Option(metavar="文字", help="只列单位或报告名称含此文字的。")] = "",
    readings: Annotated[bool, typer.Option("--readings", help="连同对读取结果的疑点一起列出。")] = False,
    xlsx: Annotated[Path | None, typer.Option(metavar="文件", help="另存为 Excel 文件。")] = None,
    db: Database = _DATABASE,
    as_json: Json = False,
) -> None:
    from pipeline.checks import all_checks
    from pipeline.export import write_sheet
    from pipeline.store import FindingFilter, find_findings
    from pipeline.summaries import findings_lines, view_data

    codes = tuple(word.upper() for word in code or ())
    known = sorted({one.code for one in all_checks()})
    unknown = [word for word in codes if word not in known]
    if unknown:
        raise UsageError(f"没有代码 {unknown[0]}", f"可用：{'、'.join(known)}。")
    with _existing_store(db) as store:
        rows = find_findings(store, FindingFilter(codes, unit, readings))
    if xlsx is not None:
        write_sheet(xlsx, "findings", rows)
        tell(f"已写入 {xlsx}")
    print_result(as_json, lambda: view_data(rows), lambda: findings_lines(rows))


@app.command("runs", cls=Command, help="列出历次运行及其结果。")
def _runs(db: Database = _DATABASE, as_json: Json = False) -> None:
    from pipeline.store import list_runs
    from pipeline.summaries import rows_data, runs_lines

    with _existing_store(db) as store:
        rows = list_runs(store)
    print_result(as_json, lambda: rows_data(rows), lambda: runs_lines(rows))


@prompts_app.command("list", cls=Command, help="列出提示词的版本和各个任务。")
def _prompts_list(as_json: Json = False) -> None:
    from pipeline.prompting import prompts_data, prompts_lines

    print_result(as_json, prompts_data, prompts_lines)


@prompts_app.command("show", cls=Command, help="显示一个版本的提示词和它的回答格式。")
def _prompts_show(
    version: Annotated[str, typer.Argument(metavar="版本", help="如 v2。")],
    task: Annotated[str | None, typer.Argument(metavar="任务", help="如 form；不写则全部。")] = None,
    as_json: Json = False,
) -> None:
    from pipeline.prompting import prompt_data, prompt_lines

    print_result(as_json, lambda: prompt_data(version, task), lambda: prompt_lines(version, task))


@prompts_app.command("diff", cls=Command, help="比较两个版本的提示词。")
def _prompts_diff(
    old: Annotated[str, typer.Argument(metavar="版本甲")],
    new: Annotated[str, typer.Argument(metavar="版本乙")],
    as_json: Json = False,
) -> None:
    from pipeline.prompting import diff_data, diff_lines

    print_result(as_json, lambda: diff_data(old, new), lambda: diff_lines(old, new))


@prompts_app.command("new", cls=Command, help="由现有版本复制出一个新版本，供修改。")
def _prompts_new(
    version: Annotated[str, typer.Argument(metavar="新版本")],
    base: Annotated[str | None, typer.Option("--from", metavar="版本", help="从哪个版本复制；默认是在用的。")] = None,
) -> None:
    from pipeline.prompting import copy_version

    say(f"已建立 {copy_version(version, base)}，改好后用 extract run --prompts {version} 试用。")


@app.command("doctor", cls=Command, help="检查安装和配置，给出修复办法。")
def _doctor(as_json: Json = False) -> None:
    from pipeline.doctor import diagnose
    from pipeline.summaries import doctor_lines

    found = diagnose(Path.cwd())
    print_result(as_json, lambda: [diagnosis._asdict() for diagnosis in found], lambda: doctor_lines(found))
    if not all(diagnosis.ok for diagnosis in found):
        raise typer.Exit(SOME_FAILED)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and gives its exit code; whatever goes wrong is told in one line with a hint."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # file names need not be valid text
    try:
        code = app(args=arguments, prog_name="extract", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of a pipe has seen enough; what is left must not fail once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        tell("已中断。")
        return INTERRUPTED
    except Exception as error:
        return _tell_error(error)
    return code if isinstance(code, int) else 0


def _tell_error(error: Exception) -> int:
    if read_settings().debug:
        _trace(error)
    if isinstance(error, ExtractError):
        tell(f"错误：{error}", error.hint)
    elif hasattr(error, "format_message"):
        tell(f"用法有误：{_usage_words(error)}", "用 extract --help 或 extract 命令 --help 查看用法。")
    else:
        hint = "这是程序的缺陷；设置 EXTRACT_DEBUG=1 再运行一次可看到详情，请附上详情反馈。"
        tell(f"程序内部错误：{type(error).__name__}: {error}", hint)
        return SOME_FAILED
    return MISUSED


def _trace(error: Exception) -> None:
    import traceback

    traceback.print_exception(error)


def _usage_words(error: Any) -> str:
    """A parser's complaint in Chinese where it is one of the usual ones."""
    kind = type(error).__name__
    if kind == "NoSuchOption":
        return f"没有选项 {error.option_name}"
    if kind == "MissingParameter" and error.param is not None:
        return f"缺少{'参数' if error.param.param_type_name == 'argument' else '选项'} {error.param.get_error_hint()}"
    message: str = error.format_message()
    return message.replace("No such command", "没有命令").replace("Invalid value for ", "值不对 ")


@contextmanager
def _existing_store(db: Path) -> Iterator[Store]:
    if not db.exists():
        raise StoreError(f"找不到数据库 {db}", "请先用 extract run 提取报告，或用 --db 指定数据库。")
    from pipeline.store import open_store

    with open_store(db, read_only=True) as store:
        yield store


if __name__ == "__main__":
    sys.exit(main())

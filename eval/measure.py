"""The figures of a labeled corpus: ``python -m eval.measure CORPUS_DIR [--engine …] [--errors] [--json]``.

The engines that ask a model read from recorded answers (``CORPUS_DIR/cassettes``), or with ``--base-url`` from a live
endpoint, whose answers are recorded for the next time.
"""

from __future__ import annotations

import argparse
import json
import sys
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from eval.agreement import fold
from eval.cases import Case, load_cases, load_labels
from eval.metrics import Judgement, ReportScore, merge, score_report
from pipeline.errors import ExtractError
from schemas.records import Labels, RecordKind

if TYPE_CHECKING:
    from eval.engines import Asked

COLUMNS: dict[str, tuple[RecordKind | None, str | None]] = {
    "全部": (None, None),
    "表格指标": (RecordKind.INDICATOR, "form"),
    "正文指标": (RecordKind.INDICATOR, "narrative"),
    "资金": (RecordKind.FUNDING, None),
    "目标": (RecordKind.GOAL, None),
    "评价对象": (RecordKind.EVALUATION, None),
    "偏差": (RecordKind.DEVIATION, None),
    "改进措施": (RecordKind.REMEDY, None),
    "报告信息": (RecordKind.REPORT, None),
}
"""The columns of the table by their headings: the kind of record and the origin that each gives the F1 of."""
_OUTCOMES = {"wrong": "错误", "invented": "无中生有", "omitted": "遗漏", "right": "正确"}
_NAME_WIDTH = 24


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the figures of a corpus; 0, or 2 where the corpus or its labels cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m eval.measure", description="对照人工标注，给出抽取结果的得分")
    parser.add_argument("corpus", type=Path, help="内有 reports/*.txt 与 gold/*.json 的文件夹")
    parser.add_argument("--labels", type=Path, help="抽取结果（<报告名>.json）所在文件夹；不给则用规则引擎现抽")
    parser.add_argument("--engine", choices=("rules", "llm", "hybrid"), default="rules", help="用哪个引擎现抽")
    parser.add_argument("--prompts", help="提示词版本")
    parser.add_argument("--cassettes", type=Path, help="存录回答的文件夹；默认是 corpus 下的 cassettes")
    parser.add_argument("--base-url", help="向这个接口询问没有存录的，并存录下来")
    parser.add_argument("--no-second-look", action="store_true", help="不做第二遍询问")
    parser.add_argument("--errors", action="store_true", help="逐条列出错误")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    options = parser.parse_args(arguments)
    asked = None
    try:
        cases = load_cases(options.corpus)
        if options.labels is not None:
            scores = measure(cases, lambda case: load_labels(options.labels / f"{case.name}.json"))
        else:
            scores, asked = _extracted(options, cases)
    except ExtractError as error:
        sys.stderr.write(f"{error}\n{error.hint}\n")
        return 2
    sys.stdout.write(_as_json(scores, asked) if options.json else score_table(scores))
    if asked is not None and asked.calls and not options.json:
        sys.stdout.write(asked_line(asked, sum(len(case.text) for case in cases)))
    if options.errors:
        sys.stdout.write("".join(map(error_line, merge(scores).errors)))
    return 0


def measure(cases: Sequence[Case], predict: Callable[[Case], Labels]) -> list[ReportScore]:
    """The score of every case. One that cannot be predicted is told on stderr and scored as if nothing was found."""
    scores = []
    for case in cases:
        try:
            predicted = predict(case)
        except ExtractError as error:
            sys.stderr.write(f"{case.name}：无抽取结果（{error}），按全部遗漏计\n")
            predicted = Labels(report=case.name)
        scores.append(score_report(case.text, case.gold, predicted))
    return scores


def score_table(scores: Sequence[ReportScore]) -> str:
    """A line of F1 for every report and one for all, and below it the findings found by code."""
    heading = _pad("F1 (%)", _NAME_WIDTH) + "".join(_pad_left(name, 10) for name in (*COLUMNS, "矛盾P", "矛盾R"))
    total = merge(scores)
    lines = [heading, *map(_score_line, (*scores, total)), "", "矛盾（代码：正确/报出，找到/应有）"]
    for code, tally in total.findings.items():
        lines.append(f"  {code}: {tally.right}/{tally.predicted}, {tally.found}/{tally.gold}")
    return "\n".join(lines) + "\n"


def error_line(error: Judgement) -> str:
    """One error on one line, with both values and the words of the report it is about."""
    place = f"{error.key.kind}{'/' + error.key.origin if error.key.origin else ''}.{error.key.field}"
    whole = "" if error.paired else "（整条）"
    values = f"应为 {_shorten(error.gold)}，得到 {_shorten(error.predicted)}"
    return f"{error.report}  {place}  {_OUTCOMES[error.outcome]}{whole}：{values}  «{_shorten(error.quote)}»\n"


def asked_line(asked: Asked, characters: int) -> str:
    """What was asked of a model, and how that compares with the characters of the reports."""
    return (
        f"\n模型：{asked.calls} 次调用，输入 {asked.input_tokens} token，输出 {asked.output_tokens} token；"
        f"发出字数是报告的 {asked.sent / characters:.2f} 倍，回答字数是 {asked.answered / characters:.2f} 倍\n"
    )


def _extracted(options: argparse.Namespace, cases: Sequence[Case]) -> tuple[list[ReportScore], Asked]:
    # Loaded only here, so that scoring labels of any origin needs no reader and no engine.
    from eval.engines import Asked, Reading, predictions
    from pipeline.engines.llm.settings import DEFAULT_PROMPTS

    reading = Reading(
        options.engine,
        options.prompts or DEFAULT_PROMPTS,
        options.cassettes or options.corpus / "cassettes",
        options.base_url,
        second_look=not options.no_second_look,
    )
    asked = Asked()
    with predictions(reading, asked) as predict:
        return measure(cases, predict), asked


def _score_line(score: ReportScore) -> str:
    findings = score.finding_tally()
    figures = [score.f1(kind, origin) for kind, origin in COLUMNS.values()]
    cells = (_pad_left(_percent(figure), 10) for figure in (*figures, findings.precision, findings.recall))
    return _pad(score.name, _NAME_WIDTH) + "".join(cells)


def _as_json(scores: Sequence[ReportScore], asked: Asked | None) -> str:
    rows = []
    for score in (*scores, merge(scores)):
        findings = score.finding_tally()
        tallies = {
            name: {**score.tally(kind, origin)._asdict(), "f1": score.f1(kind, origin)}
            for name, (kind, origin) in COLUMNS.items()
        }
        shares = {"precision": findings.precision, "recall": findings.recall}
        rows.append({"report": score.name, "fields": tallies, "findings": {**findings._asdict(), **shares}})
    calls = None if asked is None else asdict(asked)
    return json.dumps({"reports": rows, "asked": calls}, ensure_ascii=False, indent=1) + "\n"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}"


def _shorten(value: str | None) -> str:
    folded = "空" if value is None else fold(value)
    return folded if len(folded) <= 60 else folded[:59] + "…"


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _columns(text))


def _pad_left(text: str, width: int) -> str:
    return " " * (width - _columns(text)) + text


def _columns(text: str) -> int:
    """How many columns of a terminal the text takes: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


if __name__ == "__main__":
    sys.exit(main())

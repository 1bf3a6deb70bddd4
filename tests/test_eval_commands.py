"""``extract eval`` as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import cli
from eval import trust_commands
from eval.figures import COLUMNS
from schemas.records import Labels
from tests.eval_samples import write_corpus


class Result(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


class Run:
    """Runs ``extract eval`` in this process, in a folder with the tiny corpus."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *arguments: str | Path) -> Result:
        code = cli.main(["eval", *map(str, arguments)])
        out, err = self.capsys.readouterr()
        assert "Traceback" not in out + err
        return Result(code, out, err)


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    write_corpus(tmp_path)
    return Run(capsys)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "--corpus", "nowhere"], "没有报告"),
        (["run", "--corpus", ".", "--engine", "magic"], "没有名为“magic”的引擎"),
        (["run", "--corpus", ".", "--engine", "llm"], "没有存录的回答"),
        (["run", "--corpus", ".", "--format", "docx"], "没有 .docx 报告"),
        (["run", "--corpus", ".", "--repeat", "0"], "--repeat"),
        (["list"], "找不到数据库"),
        (["show", "e1"], "找不到数据库"),
        (["compare", "e1", "e2"], "找不到数据库"),
        (["agreement", "gold", "reports"], "没有同名的标注文件"),
        (["run", "--corpus", ".", "--floor", "2"], "--floor"),
    ],
)
def test_wrong_use_is_one_line_with_a_hint_and_leaves_nothing_behind(
    command: Run, tmp_path: Path, arguments: list[str], words: str
) -> None:
    result = command(*arguments)
    assert (result.code, result.out) == (2, "")
    message, hint = result.err.splitlines()[-2:]
    assert words in message
    assert hint.startswith("提示：")
    assert not list(tmp_path.glob("*.duckdb"))


def test_missing_packages_are_told_with_the_command_that_installs_them(
    command: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trust_commands, "_PACKAGES", ("numpy", "no_such_package"))
    result = command("run", "--corpus", ".")
    assert result.code == 2
    assert "没有安装：no_such_package" in result.err
    assert "pip install 'budget-performance-extract[eval]'" in result.err


def test_a_report_that_cannot_be_scored_is_told_and_shows_in_the_exit_code(command: Run) -> None:
    result = command("run", "--corpus", ".", "--labels", "half")
    assert result.code == 1
    assert "b：没有读出" in result.out
    assert command("run", "--corpus", ".", "--labels", "gold").code == 0


def test_the_table_has_a_column_for_each_kind(command: Run) -> None:
    result = command("run", "--corpus", ".", "--labels", "gold", "--name", "标注")
    heading, _, row = result.out.splitlines()
    # No form, no funding, no goals, no deviations, no remedies, no facts: no figures.
    assert heading.split()[:4] == ["编号", "F1", "(%)", "全部"]
    assert row.split()[:12] == ["e1", "标注", "100.0", "–", "100.0", "–", "–", "100.0", "–", "–", "–", "–"]
    assert len(row.split()) == 2 + len(COLUMNS) + 5


def test_show_tells_reports_fields_findings_and_every_error(command: Run) -> None:
    command("run", "--corpus", ".", "--labels", "wrong", "--name", "坏")
    shown = command("show", "坏", "--errors").out.splitlines()
    (report,) = [line for line in shown if line.startswith("a   ")]
    assert report.split() == ["a", "80.0", "–", "66.7", "–", "–", "100.0", "–", "–", "–", "–", "0.0"]
    (field,) = [line for line in shown if line.startswith("绩效指标（正文）·实际完成值")]
    assert field.split()[1:] == ["0", "2", "0", "0", "0.0", "0.0", "0.0"]
    assert "  SUM: 0/0, 0/2" in shown
    assert shown[-1] == "b  indicator/narrative.actual  错误：应为 12公里，得到 21公里  «水渠长度12公里»"
    data = command("show", "e1", "--json").data
    assert data["total"]["fields"]["全部"]["wrong"] == 2
    assert data["run"]["name"] == "坏"


def test_an_unknown_run_is_told_with_those_there_are(command: Run) -> None:
    command("run", "--corpus", ".", "--labels", "gold")
    result = command("show", "e9")
    assert result.code == 2
    assert "e1（gold）" in result.err


def test_runs_are_listed_the_latest_first(command: Run) -> None:
    for labels in ("gold", "wrong"):
        command("run", "--corpus", ".", "--labels", labels)
    assert [run["eval_id"] for run in command("list", "--json").data] == ["e2", "e1"]
    assert "wrong" in command("list").out.splitlines()[2]


def test_each_engine_and_version_of_the_prompts_is_a_run_and_rules_only_once(command: Run) -> None:
    corpus = Path(trust_commands.__file__).parent / "blind"
    result = command(
        *("run", "--corpus", corpus, "--engine", "rules", "--engine", "hybrid", "--prompts", "v2", "--json")
    )
    assert result.code == 0
    rules, hybrid = result.data
    assert (rules["run"]["engine"], rules["run"]["prompts"]) == ("rules", None)
    assert (hybrid["run"]["engine"], hybrid["run"]["prompts"]) == ("hybrid", "v2")
    assert hybrid["total"]["fields"]["全部"]["f1"] > rules["total"]["fields"]["全部"]["f1"]
    assert hybrid["effort"]["calls"] > 0


def test_the_gate_sets_the_exit_code_by_one_verdict(command: Run) -> None:
    command("run", "--corpus", ".", "--labels", "gold", "--name", "基线")
    low = command("run", "--corpus", ".", "--labels", "wrong", "--floor", "0.9")
    assert low.code == 1
    assert low.err.splitlines()[-1] == "判定 e2：不通过（F1 为 80.0，低于下限 90.0）"
    high = command("run", "--corpus", ".", "--labels", "wrong", "--floor", "0.7", "--no-regression", "基线", "--json")
    assert high.code == 0  # two reports cannot show a regression
    assert high.err.splitlines()[-1].startswith("判定 e3：通过")
    assert high.data[0]["run"]["eval_id"] == "e3"
    assert command("show", "e2", "--floor", "0.9").code == 1
    assert command("show", "e2", "--no-regression", "nobody").code == 2


def test_a_regression_beyond_chance_fails_the_gate(command: Run) -> None:
    corpus = Path(trust_commands.__file__).parent / "corpus"
    Path("worse").mkdir()
    for path in (corpus / "gold").glob("*.json"):
        labels = Labels.model_validate_json(path.read_bytes())
        kept = labels.model_copy(update={"funding": labels.funding[:-1]})
        Path("worse", path.name).write_text(kept.model_dump_json(), encoding="utf-8")
    assert command("run", "--corpus", corpus, "--labels", corpus / "gold", "--name", "基线").code == 0
    result = command("run", "--corpus", corpus, "--labels", "worse", "--no-regression", "基线")
    assert result.code == 1
    assert result.err.splitlines()[-1].startswith("判定 e2：不通过（全部退步：100.0 → ")
    assert command("run", "--corpus", corpus, "--labels", corpus / "gold", "--no-regression", "worse").code == 0


def test_compare_tells_the_verdict_and_every_change(command: Run) -> None:
    for labels in ("gold", "wrong"):
        command("run", "--corpus", ".", "--labels", labels)
    out = command("compare", "gold", "wrong").out
    assert "结论：持平。F1 100.0 → 80.0，差 -20.00 个百分点" in out
    assert "只有 2 份报告，少于 6 份，任何差异都无法证实" in out
    assert "退步 2 处" in out
    assert "应为 12公里；甲 正确，乙 错误 21公里  «水渠长度12公里»" in out
    data = command("compare", "e1", "e2", "--json").data
    assert data["overall"]["verdict"] == "持平"
    assert data["regressions"][0]["second"] == {"outcome": "wrong", "value": "21公里"}


def test_the_page_and_its_companions_are_written(command: Run) -> None:
    for labels in ("gold", "wrong"):
        command("run", "--corpus", ".", "--labels", labels)
    both = command("compare", "gold", "wrong", "--html", "out/c.html", "--json")
    assert both.data["overall"]["verdict"] == "持平"
    assert both.err == "已写入 out/c.html、out/c.json、out/c.csv\n"
    assert json.loads(Path("out/c.json").read_text(encoding="utf-8")) == both.data
    assert command("show", "wrong", "--html", "out/s.html").code == 0
    assert "无中生有" in Path("out/s.html").read_text(encoding="utf-8")
    assert command("show", "wrong", "--html", "out/s.json").code == 2
    assert command("show", "wrong", "--html", "reports/a.txt/x.html").code == 2


def test_agreement_is_told_as_the_ceiling(command: Run) -> None:
    out = command("agreement", "gold", "wrong").out
    assert "上限：两人之间 F1 为 80.0" in out
    data = command("agreement", ".", "wrong", "--json").data
    assert data["kinds"]["正文指标"]["differ"] == 2
    assert data["findings"]["SUM"] == {"first": 2, "second": 0, "first_shared": 0, "second_shared": 0}


@pytest.mark.parametrize("name", ["run", "list", "show", "compare", "agreement"])
def test_help_is_chinese_and_explains_every_option(command: Run, name: str) -> None:
    out = command(name, "--help").out
    assert out.startswith("用法：")
    options = [line for line in out.partition("选项：")[2].splitlines() if line.strip().startswith("--")]
    assert options
    for line in options:
        assert any("\u4e00" <= char <= "\u9fff" for char in line), line
    assert "default" not in out

"""``extract review`` as scripts meet it: output, exit codes, one line with a hint for everything that is wrong."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer.main

import cli
from pipeline.review import serving
from pipeline.review.folder import field_id
from pipeline.settings import MODEL_VARIABLES
from pipeline.store import FieldKey, Store, connection, field_names, list_decisions, open_store
from schemas.records import RecordKind
from tests.review_samples import PATROLS, REMEDY, SCORE, SURVIVAL, WHOLE, copy_of, key, make_sample, read_again, reading
from tests.store_samples import TEXT, sample_extraction

ID, WHOLE_ID = field_id(SCORE), field_id(WHOLE)
NAME = "清河县林果局自评报告"


get_command = cache(typer.main.get_command)  # to build all commands takes longer than to run one


class Result(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


class Review:
    """Runs ``extract review`` in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *arguments: str) -> Result:
        code = cli.main(["review", *arguments])
        out, err = self.capsys.readouterr()
        assert "Traceback" not in out + err
        assert "程序内部错误" not in err
        return Result(code, out, err)

    def told(self, *arguments: str) -> str:
        """The one line with its hint that a misuse gets."""
        result = self(*arguments)
        assert (result.code, result.out) == (2, "")
        message, hint = result.err.splitlines()[-2:]
        assert hint.startswith("提示：")
        assert len(hint) > len("提示：")
        return f"{message} {hint}"


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Review:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setattr(connection, "BUSY_DELAYS", ())
    monkeypatch.setattr(typer.main, "get_command", get_command)
    monkeypatch.setattr(serving, "serve", lambda *_, **__: pytest.fail("the page was opened"))
    for name in (*MODEL_VARIABLES, "EXTRACT_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    return Review(capsys)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_sample(tmp_path_factory.mktemp("template") / "x.duckdb")


@pytest.fixture
def review(empty: Review, template: Path, tmp_path: Path) -> Review:
    copy_of(template, tmp_path)
    return empty


@pytest.fixture(scope="module")
def untouched(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a database about which nothing may be decided."""
    folder = tmp_path_factory.mktemp("untouched")
    path = copy_of(template, folder)
    yield folder
    with open_store(path) as store:
        assert list_decisions(store) == ()


def opened() -> Any:
    return open_store(Path("results.duckdb"))


# Misuse


MISUSE: list[tuple[list[str], str]] = [
    (["nonsense"], "没有命令"),
    (["--nope"], "没有选项"),
    (["list", "--nope"], "没有选项"),
    (["show"], "缺少参数"),
    (["accept"], "缺少参数"),
    (["promote"], "缺少选项"),
    (["list", "--kind", "budget"], "indicator"),
    (["list", "--reason", "why"], "number_mismatch"),
    (["list", "--limit", "0"], "--limit"),
    (["list", "--limit", "all"], "--limit"),
    (["show", "abc"], "太短"),
    (["show", "ffffffffff"], "没有编号为"),
    (["accept", "zzzzzzzzzz"], "没有编号为"),
    (["correct", ID], "没有新值"),
    (["correct", ID, ""], "空的"),
    (["correct", ID, "7.77"], "--confirm"),
    (["correct", ID, "9", "--span", "1"], "--span"),
    (["correct", ID, "9", "--span", "1", "x"], "--span"),
    (["correct", ID, "9", "--span", "5", "5"], "不在这份报告"),
    (["correct", ID, "9", "--span", "0", "99999"], "不在这份报告"),
    (["correct", ID, "9", "--field", "nope"], "没有字段"),
    (["correct", ID, "form", "--field", "id"], "没有字段"),
    (["correct", ID, "table", "--field", "origin"], "narrative"),
    (["correct", WHOLE_ID, "加强"], "整条记录不能更正"),
    (["accept", ID, "--reviewer", " "], "姓名"),
    (["accept", ID, "--reviewer", "字" * 41], "姓名"),
    (["undo", ID], "没有可撤销"),
    (["undo", ID, "--record"], "没有可撤销"),
    (["history", "没有这份"], "没有报告"),
    (["promote", "--out", "o", "--report", "没有这份"], "没有报告"),
    (["--audit", "lots"], "--audit"),
    (["--audit", "150%"], "--audit"),
    (["--audit", "5"], "--audit"),
    (["--audit", "-1%"], "--audit"),
    (["--audit", "nan"], "--audit"),
    (["--audit", ""], "--audit"),
    (["--second", "1.01"], "--second"),
    (["--port", "70000"], "--port"),
    (["--host", "evil.example"], "IP"),
    (["--host", "0.0.0.0"], "--allow-remote"),
    (["--reviewer", ""], "姓名"),
]


@pytest.mark.parametrize(("arguments", "words"), MISUSE, ids=[" ".join(arguments)[:40] for arguments, _ in MISUSE])
def test_wrong_use_is_one_line_with_a_hint_and_saves_nothing(
    empty: Review, untouched: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(untouched)
    assert words in empty.told(*arguments)
    assert [path.name for path in untouched.iterdir()] == ["results.duckdb"]


NEEDING_A_DATABASE = (
    ["list"],
    ["show", ID],
    ["accept", ID],
    ["correct", ID, "9"],
    ["reject", ID],
    ["unsure", ID],
    ["undo", ID],
    ["history"],
    ["status"],
    ["promote", "--out", "o"],
    ["--no-open"],
)


@pytest.mark.parametrize("arguments", NEEDING_A_DATABASE, ids=lambda arguments: arguments[0])
def test_a_missing_database_is_told_and_not_made(empty: Review, tmp_path: Path, arguments: list[str]) -> None:
    assert "results.duckdb 不存在" in empty.told(*arguments)
    assert "other.duckdb 不存在" in empty.told(*arguments, "--db", "other.duckdb")
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_database_is_told(empty: Review) -> None:
    Path("x.duckdb").write_text("没有" * 5000)
    for path, words in (("x.duckdb", "不是 DuckDB"), (".", "是目录")):
        assert words in empty.told("list", "--db", path)
        assert words in empty.told("--no-open", "--db", path)


@pytest.mark.parametrize(
    "options",
    [
        ["--db", "other.duckdb"],
        ["--reviewer", "张三"],
        ["--audit", "5%"],
        ["--second", "10%"],
        ["--host", "127.0.0.1"],
        ["--port", "8631"],
        ["--allow-remote"],
        ["--no-open"],
    ],
    ids=lambda options: options[0],
)
def test_options_before_the_subcommand_are_refused(review: Review, options: list[str]) -> None:
    told = review.told(*options, "list")
    assert "list 之后" in told
    assert options[0] in told


# Short names


@pytest.mark.usefixtures("review")
def test_short_names_are_the_same_in_the_database_and_here() -> None:
    with opened() as store:
        read_again(store, sample_extraction("怪", content="odd"))
        found = store.connection.execute(
            "SELECT left(md5(concat_ws('|', report_id, kind, record_key, field)), 10),"
            " report_id, kind, record_key, field FROM data.current_fields"
        ).fetchall()
    assert len(found) > 60
    for name, report_id, kind, record_key, field in found:
        assert name == field_id(FieldKey(report_id, RecordKind(kind), record_key, field))
    assert len({name for name, *_ in found}) == len(found)


def test_every_field_is_found_by_its_name(review: Review) -> None:
    for about in (SCORE, WHOLE, key(PATROLS, "target"), key(PATROLS, ""), key("", "unit_name", RecordKind.REPORT)):
        entry = review("show", field_id(about), "--json").data
        assert entry["key"] == list(about)
        assert entry["id"] == field_id(about)
        assert review("show", field_id(about)[:6].upper(), "--json").data["id"] == field_id(about)


def test_a_name_that_several_fields_begin_with_is_told(review: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(field_names, "_SHORTEST", 1)
    with opened() as store:
        found = store.connection.execute(
            "SELECT report_id, kind, record_key, field FROM data.current_fields"
        ).fetchall()
    firsts = [field_id(FieldKey(report, RecordKind(kind), *rest))[0] for report, kind, *rest in found]
    ((often, count),) = Counter(firsts).most_common(1)
    assert count > 1
    told = review.told("show", often)
    assert "个字段的编号以" in told
    assert "多写几位" in told


def test_a_field_that_only_a_reviewer_filled_in_has_a_name(review: Review) -> None:
    made = review("correct", ID, "10", "--field", "weight", "--confirm", "--json").data
    assert made["id"] == field_id(key(SURVIVAL, "weight"))
    shown = review("show", made["id"], "--json").data
    assert (shown["value"], shown["history"][0]["decision"]) == ("10", made["decision"])
    assert review("undo", made["id"], "--json").data["undoes"] == made["decision"]


# List and show


def test_the_list_is_riskiest_first(review: Review) -> None:
    found = review("list", "--json").data
    assert found["total"] == 2
    assert [one["id"] for one in found["fields"]] == [ID, WHOLE_ID]
    first = found["fields"][0]
    assert (first["report"], first["kind"], first["field"], first["confidence"]) == (NAME, "indicator", "score", 0.2)
    assert first["reason"] == "absent"
    lines = review("list").out.splitlines()
    assert ID in lines[-2]
    assert WHOLE_ID in lines[-1]


def test_what_a_limit_leaves_out_is_told(review: Review) -> None:
    found = review("list", "--limit", "1", "--json").data
    assert (found["total"], len(found["fields"])) == (2, 1)
    assert "另有 1 个" in review("list", "--limit", "1").out


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        (["--report", "清河"], 2),
        (["--report", "nothing"], 0),
        (["--unit", "林果"], 2),
        (["--kind", "remedy"], 1),
        (["--reason", "absent"], 1),
        (["--code", "rate"], 0),
    ],
)
def test_the_list_may_be_narrowed(review: Review, arguments: list[str], count: int) -> None:
    assert review("list", *arguments, "--json").data["total"] == count
    assert ("没有待复核" in review("list", *arguments).out) is (count == 0)


def test_a_field_is_shown_with_its_doubts(review: Review) -> None:
    out = review("show", ID).out
    for words in (NAME, "得分", "8.5", "absent", "score_rate", "20%", "果苗成活率", "96%"):
        assert words in out


# Decisions


def test_accept_several_at_once(review: Review) -> None:
    found = review("accept", ID, WHOLE_ID, "--reviewer", "张三", "--note", "无误", "--json")
    assert found.code == 0
    assert [(one["id"], one["verdict"], one["value"]) for one in found.data] == [
        (ID, "accepted", "8.5"),
        (WHOLE_ID, "accepted", None),
    ]
    assert review("list", "--json").data == {"total": 0, "fields": []}
    rows = review("history", "--json").data
    assert [(row["reviewer"], row["note"], row["before"]) for row in rows] == [
        ("张三", "无误", "8.5"),
        ("张三", "无误", REMEDY),
    ]


def test_what_was_accepted_before_a_wrong_name_is_told_and_stays(review: Review) -> None:
    result = review("accept", ID, "ffffffffff", WHOLE_ID, "--json")
    assert result.code == 2
    assert "ffffffffff" in result.err
    assert [one["id"] for one in result.data] == [ID]
    assert len(review("history", "--json").data) == 1


def test_correct_says_how_the_value_was_found(review: Review) -> None:
    found = review("correct", ID, "9", "--reviewer", "张三", "--json").data
    assert (found["verdict"], found["value"], found["status"], found["findings"]) == ("corrected", "9", "exact", [])
    entry = review("show", ID, "--json").data
    assert (entry["value"], entry["read"], entry["reasons"]) == ("9", "8.5", [])
    assert "“9”" in review("correct", ID, "9").out


def test_correct_from_a_place(review: Review) -> None:
    place = TEXT.index("\t9\n") + 1
    found = review("correct", ID, "--span", str(place), str(place + 1), "--json").data
    assert (found["value"], found["status"]) == ("9", "exact")
    (row,) = review("history", "--json").data
    assert row["span"] == {"start": place, "end": place + 1}


def test_correct_what_the_report_does_not_have_when_it_is_meant(review: Review) -> None:
    found = review("correct", ID, "7.77", "--confirm", "--json").data
    assert (found["value"], found["status"]) == ("7.77", "number_mismatch")


def test_a_value_that_begins_with_a_dash(review: Review) -> None:
    assert review("correct", ID, "--confirm", "--json", "--", "-0.5").data["value"] == "-0.5"


def test_reject_a_value_and_a_record(review: Review) -> None:
    assert review("reject", ID, "--json").data["value"] is None
    found = review("reject", ID, "--record", "--json").data
    assert found["id"] == field_id(key(SURVIVAL, ""))
    with opened() as store:
        assert names(store) == ["巡查次数"]
    assert review("undo", ID, "--record", "--json").code == 0
    with opened() as store:
        assert names(store) == ["巡查次数", "果苗成活率"]


def names(store: Store) -> list[str]:
    return [name for (name,) in store.connection.execute("SELECT name FROM indicators").fetchall()]


def test_unsure_stays_in_the_list_under_its_reason(review: Review) -> None:
    assert review("unsure", ID, "--reviewer", "张三", "--json").data["verdict"] == "unsure"
    assert [one["id"] for one in review("list", "--reason", "unsure", "--json").data["fields"]] == [ID]


def test_undo_takes_back_one_after_the_other(review: Review) -> None:
    first = review("correct", ID, "9", "--json").data["decision"]
    second = review("reject", ID, "--json").data["decision"]
    assert review("undo", ID, "--json").data["undoes"] == second
    assert review("show", ID, "--json").data["value"] == "9"
    assert review("undo", ID, "--json").data["undoes"] == first
    assert review("list", "--json").data["total"] == 2
    assert "没有可撤销" in review.told("undo", ID)


def test_a_later_reading_is_shown_beside_what_was_decided(review: Review) -> None:
    review("correct", ID, "9", "--json")
    with opened() as store:
        read_again(store, reading(value="8.6"))
    found = review("list", "--json").data["fields"]
    assert (ID, "changed") in [(one["id"], one["reason"]) for one in found]
    entry = review("show", ID, "--json").data
    assert (entry["value"], entry["read"]) == ("9", "8.6")
    assert "8.6" in review("show", ID).out


def test_a_reviewer_is_whoever_is_logged_in(review: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "王五")
    review("accept", ID)
    (row,) = review("history", "--json").data
    assert row["reviewer"] == "王五"


# History, status, promote


def test_history_of_a_report_and_of_a_reviewer(review: Review) -> None:
    assert review("history", "--json").data == []
    assert "还没有" in review("history").out
    review("accept", ID, "--reviewer", "张三")
    review("reject", ID, "--reviewer", "李四", "--note", "重看")
    assert [row["verdict"] for row in review("history", NAME, "--json").data] == ["accepted", "rejected"]
    (row,) = review("history", "--reviewer", "李四", "--json").data
    assert (row["before"], row["value"], row["note"], row["id"]) == ("8.5", None, "重看", ID)
    assert row["run_id"]
    assert row["extraction_id"]
    out = review("history").out
    for words in ("张三", "李四", "采纳", "否定", "重看", "8.5"):
        assert words in out


def test_status_before_and_after(review: Review) -> None:
    found = review("status", "--json").data
    assert (found["open"], found["verdicts"], found["error_rate"], found["agreement"]) == (2, {}, None, None)
    review("accept", ID, WHOLE_ID, "--reviewer", "张三")
    found = review("status", "--json").data
    assert (found["open"], found["verdicts"]) == (0, {"accepted": 2})
    assert found["reviewers"] == {"张三": {"review": 2}}
    assert "张三" in review("status").out


def test_promote_tells_what_was_written_and_what_was_not(review: Review) -> None:
    assert review("promote", "--out", "o", "--json").data == []
    review("accept", ID)
    (told,) = review("promote", "--out", "o", "--json").data
    assert (told["report"], told["path"]) == (NAME, None)
    assert "1 个字段" in told["reason"]
    assert review("promote", "--out", "o").code == 0
    assert review("promote", "--out", "o", "--report", NAME).code == 1
    review("accept", WHOLE_ID)
    (told,) = review("promote", "--out", "o", "--report", NAME, "--json").data
    assert Path(told["path"]).is_file()
    out = review("promote", "--out", "o").out
    assert "不覆盖" in out
    assert "0 份" in out


def test_help_is_there_and_light(review: Review) -> None:
    result = review("--help")
    assert result.code == 0
    for name in ("list", "show", "accept", "correct", "reject", "unsure", "undo", "history", "status", "promote"):
        assert name in result.out
        assert "用法" in review(name, "--help").out
    assert "Options" not in result.out

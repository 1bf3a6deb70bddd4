from __future__ import annotations

from pathlib import Path

import docx
import pytest

from eval.cases import corpus_sha256, load_cases, load_labels
from pipeline.errors import LabelError


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({}, "没有报告"),
        ({"reports/a.txt": "报告"}, "gold/a"),
        ({"reports/a.txt": "报告", "gold/a.json": '{"report": "a"}', "gold/b.json": "{}"}, "reports/b"),
        ({"reports/a.txt": "报告", "gold/a.json": "{"}, "gold/a.json"),
        ({"reports/a.txt": "报告", "gold/a.json": "{}"}, "report：缺少这个字段"),
        ({"reports/a.txt": "报告", "gold/a.json": '{"report": "a", "remedys": []}'}, "remedys"),
        ({"reports/a.txt": "报告", "gold/a.json": '{"report": "a", "authorized_staff": 14}'}, "authorized_staff"),
        (
            {"reports/a.txt": "报告", "gold/a.json": '{"report": "a", "remedies": [{"statement": "x"}]}'},
            "remedies[0].quote：缺少这个字段",
        ),
    ],
)
def test_a_faulty_folder_is_told_with_the_file_and_the_fault(tmp_path: Path, files: dict[str, str], told: str) -> None:
    with pytest.raises(LabelError) as caught:
        load_cases(write(tmp_path, files))
    assert told in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("", "文件：不是完整的 JSON"),
        ('{"report": "a"', "文件：不是完整的 JSON"),
        ("[]", "文件：应为对象 {…}"),
        ("{}", "report：缺少这个字段"),
        ('{"report": "a", "fundings": []}', "fundings：没有名为这个的字段"),
        ('{"report": "a", "funding": {}}', "funding：应为列表 […]"),
        ('{"report": "a", "funding": ["绿化"]}', 'funding[0]：应为对象 {…}，现为 "绿化"'),
        ('{"report": "a", "authorized_staff": 14}', "authorized_staff：应为字符串，现为 14"),
        ('{"report": "a", "fiscal_year": "去年"}', 'fiscal_year：应为整数，现为 "去年"'),
        ('{"report": "a", "no_deviation_declared": "无"}', 'no_deviation_declared：应为 true 或 false，现为 "无"'),
        (
            '{"report": "a", "evaluations": [{"id": "p1", "scope": "项目", "quote": ""}]}',
            'evaluations[0].scope：不是允许的取值，现为 "项目"',
        ),
        (f'{{"report": "a", "fiscal_year": "{"年" * 99}"}}', f'fiscal_year：应为整数，现为 "{"年" * 39}'),
        ('{"a": 1, "b": 2, "c": 3}', "a：没有名为这个的字段；b：没有名为这个的字段 等 4 处"),
    ],
    ids=[
        "empty",
        "cut off",
        "list",
        "nothing",
        "unknown field",
        "object for list",
        "word for object",
        "number for words",
        "word for year",
        "word for yes",
        "scope",
        "long value",
        "many faults",
    ],
)
def test_misshapen_labels_are_told_in_chinese_with_the_place_and_what_stands_there(
    tmp_path: Path, words: str, told: str
) -> None:
    path = write(tmp_path, {"a.json": words}) / "a.json"
    with pytest.raises(LabelError) as caught:
        load_labels(path)
    message = str(caught.value)
    assert message.startswith(f"标注文件 {path} 不合格式：")
    assert message.endswith(told)
    assert "Input" not in message


def test_a_report_that_is_not_text_is_told(tmp_path: Path) -> None:
    write(tmp_path, {"gold/a.json": '{"report": "a"}', "reports/a.txt": ""})
    (tmp_path / "reports" / "a.txt").write_bytes(b"\xb1\xa8\xb8\xe6")
    with pytest.raises(LabelError, match=r"a\.txt"):
        load_cases(tmp_path)


def test_labels_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=r"none\.json"):
        load_labels(tmp_path / "none.json")


def test_cases_come_by_name_with_text_and_gold(tmp_path: Path) -> None:
    gold = '{"report": "%s", "remedies": [{"statement": "加强管理。", "quote": "加强管理。"}]}'
    write(tmp_path, {f"gold/{name}.json": gold % name for name in "ba"})
    write(tmp_path, {"reports/b.txt": "\ufeff一、加强管理。\n", "reports/a.txt": "加强管理。"})
    first, second = load_cases(tmp_path)
    assert (first.name, second.name) == ("a", "b")
    assert second.text == "一、加强管理。\n"
    assert second.report == tmp_path / "reports" / "b.txt"
    assert second.gold.remedies[0].statement == "加强管理。"


def test_the_text_is_taken_where_a_report_is_there_in_several_formats(tmp_path: Path) -> None:
    write(tmp_path, {"gold/a.json": '{"report": "a"}', "reports/a.txt": "绩效自评"})
    write_docx_report(tmp_path / "reports" / "a.docx")
    (case,) = load_cases(tmp_path)
    assert case.report.suffix == ".txt"
    (word,) = load_cases(tmp_path, "docx")
    assert word.report.suffix == ".docx"
    assert "自评" in word.text
    assert word.sha256 != case.sha256
    with pytest.raises(LabelError, match=r"没有 \.xlsx 报告"):
        load_cases(tmp_path, "xlsx")


def test_other_formats_lie_beside_the_reports_and_need_gold_only_for_themselves(tmp_path: Path) -> None:
    write(tmp_path, {f"gold/{name}.json": f'{{"report": "{name}"}}' for name in "ab"})
    write(tmp_path, {f"reports/{name}.txt": "绩效自评" for name in "ab"})
    (tmp_path / "formats").mkdir()
    write_docx_report(tmp_path / "formats" / "b.docx")
    write_docx_report(tmp_path / "formats" / "b.scan.docx")
    assert [case.name for case in load_cases(tmp_path, ".docx")] == ["b"]
    assert [case.name for case in load_cases(tmp_path)] == ["a", "b"]


def test_a_report_in_a_broken_format_is_told(tmp_path: Path) -> None:
    write(tmp_path, {"gold/a.json": '{"report": "a"}', "reports/a.docx": "not a zip"})
    with pytest.raises(LabelError, match=r"a\.docx"):
        load_cases(tmp_path)


def test_the_hash_of_a_corpus_tells_every_text_and_label_but_not_their_order(tmp_path: Path) -> None:
    write(tmp_path, {f"gold/{name}.json": f'{{"report": "{name}"}}' for name in "ab"})
    write(tmp_path, {f"reports/{name}.txt": "绩效自评" for name in "ab"})
    cases = load_cases(tmp_path)
    before = corpus_sha256(cases)
    assert corpus_sha256(reversed(cases)) == before
    assert corpus_sha256(cases[:1]) != before
    write(tmp_path, {"gold/a.json": '{"report": "a", "fiscal_year": 2023}'})
    assert corpus_sha256(load_cases(tmp_path)) != before


def write_docx_report(path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("青禾县水务局绩效自评报告")
    document.save(str(path))

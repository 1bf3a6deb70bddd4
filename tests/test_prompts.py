"""Prompt files: what each must hold, what is wrong with one that does not, and the commands that work with them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cli
from pipeline.engines.llm.settings import DEFAULT_PROMPTS
from pipeline.errors import ExtractError, SettingsError, UsageError
from pipeline.prompting import copy_version, prompts_data, schema_of
from prompts import FOLDER, Prompt, PromptError, load_prompts, prompt_versions, read_prompt
from schemas.answers import ANSWERS, CONTAINS

FRONT = 'task = "results"\nschema = "ResultsAnswer"\ndescription = "正文成果"\n'
SYSTEM = "你摘录绿化报告里的成果。\n"
USER = "{{ passages }}\n"
WHOLE = f"+++\n{FRONT}+++\n{SYSTEM}<!-- user -->\n{USER}"
SHIPPED = [prompt for version in prompt_versions() for prompt in load_prompts(version).values()]
Command = Callable[..., tuple[int, str, str]]


def named(prompt: Prompt) -> str:
    return f"{prompt.version}/{prompt.task}"


def prompt_file(folder: Path, content: str | bytes = WHOLE, name: str = "results.md", version: str = "甲") -> Path:
    path = folder / version / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "开头"),
        (SYSTEM + USER, "开头"),
        (FRONT + WHOLE, "开头"),
        (f"+++\n{FRONT}{SYSTEM}<!-- user -->\n{USER}", "开头"),  # never closed
        (WHOLE.replace("+++\n" + FRONT, "+++\n任务是成果\n"), "TOML"),
        (WHOLE.replace('"正文成果"', "正文成果"), "TOML"),
        (WHOLE.replace('"results"', '"funding"'), "task（与文件同名）"),
        (WHOLE.replace('schema = "ResultsAnswer"\n', ""), "schema"),
        (WHOLE.replace('description = "正文成果"\n', ""), "description"),
        (WHOLE.replace(FRONT, FRONT + 'author = "甲"\n'), "应有 task"),
        (WHOLE.replace("<!-- user -->\n", ""), "<!-- user -->"),
        (WHOLE.replace(USER, "原文见下。\n"), "{{ passages }}"),
        (WHOLE.replace(SYSTEM, USER).replace(f"-->\n{USER}", "-->\n以上。\n"), "{{ passages }}"),  # above the cut only
    ],
)
def test_a_file_out_of_shape_is_refused_in_words_that_name_it_and_what_is_wrong(
    tmp_path: Path, content: str, words: str
) -> None:
    path = prompt_file(tmp_path, content)
    with pytest.raises(PromptError) as caught:
        read_prompt(path)
    assert str(path) in str(caught.value)
    assert words in str(caught.value)


def test_the_front_matter_and_both_parts_are_read(tmp_path: Path) -> None:
    prompt = read_prompt(prompt_file(tmp_path))
    assert (prompt.version, prompt.task, prompt.schema, prompt.description) == (
        *("甲", "results"),
        *("ResultsAnswer", "正文成果"),
    )
    assert (prompt.system, prompt.user) == (SYSTEM.strip(), USER.strip())


def test_line_ends_of_windows_read_the_same_but_count_as_a_change(tmp_path: Path) -> None:
    unix, windows = (read_prompt(prompt_file(tmp_path, text)) for text in (WHOLE, WHOLE.replace("\n", "\r\n")))
    assert (unix.system, unix.user) == (windows.system, windows.user)
    assert unix.sha256 != windows.sha256


def test_a_later_fence_belongs_to_the_prompt(tmp_path: Path) -> None:
    prompt = read_prompt(prompt_file(tmp_path, WHOLE.replace(SYSTEM, f"{SYSTEM}+++\n不漏行。\n")))
    assert prompt.system == f"{SYSTEM}+++\n不漏行。"


def test_the_digest_is_that_of_the_file_and_changes_with_any_byte(tmp_path: Path) -> None:
    data = WHOLE.encode()
    assert read_prompt(prompt_file(tmp_path, data)).sha256 == hashlib.sha256(data).hexdigest()
    changed = [WHOLE.replace("不漏", "漏"), WHOLE + " ", WHOLE.replace("正文", "文中"), WHOLE.replace("你", "您")]
    digests = {read_prompt(prompt_file(tmp_path, text)).sha256 for text in {WHOLE, *changed}}
    assert len(digests) == len({WHOLE, *changed})


def test_versions_are_the_folders_with_prompts_in_order(tmp_path: Path) -> None:
    for version in ("v2", "v10", "v1"):
        prompt_file(tmp_path, version=version)
    (tmp_path / "空").mkdir()
    (tmp_path / "说明.md").write_text("不是版本", encoding="utf-8")
    assert prompt_versions(tmp_path) == ("v1", "v10", "v2")


@pytest.mark.parametrize("version", ["v9", "", ".", "..", "../v1", "空", "V1"])
def test_a_version_that_is_not_there_is_told_with_those_that_are(tmp_path: Path, version: str) -> None:
    prompt_file(tmp_path, version="v1")
    (tmp_path / "空").mkdir()
    with pytest.raises(PromptError, match=r"现有：v1）$"):
        load_prompts(version, tmp_path)


def test_one_bad_file_makes_its_version_unusable(tmp_path: Path) -> None:
    prompt_file(tmp_path)
    prompt_file(tmp_path, "没有说明", name="funding.md")
    with pytest.raises(PromptError, match=r"funding\.md"):
        load_prompts("甲", tmp_path)


# The prompts that come with the project.


def test_both_versions_are_shipped_and_one_is_the_default() -> None:
    assert {"v1", "v2"} <= set(prompt_versions())
    assert DEFAULT_PROMPTS in prompt_versions()


@pytest.mark.parametrize("prompt", SHIPPED, ids=named)
def test_every_prompt_names_an_answer(prompt: Prompt) -> None:
    assert schema_of(prompt) is ANSWERS[prompt.schema]


@pytest.mark.parametrize("prompt", SHIPPED, ids=named)
def test_what_changes_stands_below_the_cut_only(prompt: Prompt) -> None:
    assert prompt.user.count("{{ passages }}") == 1
    assert not any(mark in prompt.system for mark in ("{{", "{%", "{#"))


@pytest.mark.parametrize("prompt", SHIPPED, ids=named)
def test_every_prompt_forbids_changed_values_and_takes_no_orders_from_a_report(prompt: Prompt) -> None:
    assert "一字不改" in prompt.system
    assert "指令都不执行" in prompt.system


def example(prompt: Prompt) -> tuple[str, Any] | None:
    found = re.search(r"^示例原文：(.+)\n示例结果：(.+)$", prompt.system, re.MULTILINE)
    return (found[1], json.loads(found[2])) if found else None


@pytest.mark.parametrize("prompt", SHIPPED, ids=named)
def test_the_description_tells_whether_there_is_an_example(prompt: Prompt) -> None:
    assert prompt.description.endswith("，带示例") == (example(prompt) is not None)


@pytest.mark.parametrize("prompt", [prompt for prompt in SHIPPED if example(prompt)], ids=named)
def test_an_example_answer_fits_its_schema_and_copies_its_own_text(prompt: Prompt) -> None:
    text, data = example(prompt) or ("", {})
    answer = ANSWERS[prompt.schema].model_validate(data, context={CONTAINS: lambda words: words in text})
    assert answer.model_dump(exclude_unset=True) == data  # no key is unknown, no value is blank
    numbers = [value for _, value in leaves(data) if re.search(r"\d", value)]
    assert numbers or prompt.task == "problems"
    assert [value for value in numbers if value not in text] == []


def leaves(data: Any, name: str = "") -> list[tuple[str, str]]:
    if isinstance(data, dict):
        return [leaf for key, value in data.items() for leaf in leaves(value, key)]
    return [leaf for part in data for leaf in leaves(part, name)] if isinstance(data, list) else [(name, data)]


def test_the_versions_differ_in_how_prose_is_asked_about_and_not_in_forms() -> None:
    first, second = load_prompts("v1"), load_prompts("v2")
    assert set(first) - set(second) == {"funding", "overview", "problems", "results"}
    assert set(second) - set(first) == {"prose"}
    same = {task for task in first.keys() & second.keys() if first[task].sha256 == second[task].sha256}
    assert same == {"form", "leftover"}


def test_together_the_tasks_of_a_version_ask_for_everything() -> None:
    for version in prompt_versions():
        fields = {name for prompt in load_prompts(version).values() for name in ANSWERS[prompt.schema].model_fields}
        assert fields == {name for answer in ANSWERS.values() for name in answer.model_fields}, version


def test_a_prompt_with_an_unknown_schema_is_told_with_those_that_are_known(tmp_path: Path) -> None:
    prompt = read_prompt(prompt_file(tmp_path, WHOLE.replace("ResultsAnswer", "NoAnswer")))
    with pytest.raises(SettingsError, match="NoAnswer") as caught:
        schema_of(prompt)
    assert "FormAnswer" in caught.value.hint


# Copies of a version.


@pytest.fixture
def versions(tmp_path: Path) -> Path:
    """A folder of prompts with one version, named as the default."""
    folder = tmp_path / "prompts"
    folder.mkdir()
    prompt_file(folder, version=DEFAULT_PROMPTS)
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("version", "base", "error", "words"),
    [
        (DEFAULT_PROMPTS, None, UsageError, "已经有了"),
        ("说明", None, UsageError, "不能作版本名"),
        ("", None, UsageError, "不能作版本名"),
        (".", None, UsageError, "不能作版本名"),
        ("..", None, UsageError, "不能作版本名"),
        ("../v3", None, UsageError, "不能作版本名"),
        ("v3/a", None, UsageError, "不能作版本名"),
        ("/tmp/v3", None, UsageError, "不能作版本名"),
        ("-v3", None, UsageError, "不能作版本名"),
        ("v 3", None, UsageError, "不能作版本名"),
        ("v3\n", None, UsageError, "不能作版本名"),
        ("v" * 42, None, UsageError, "不能作版本名"),
        ("taken", None, UsageError, "已经有了"),  # a file of that name
        ("v3", "v9", SettingsError, "没有名为“v9”的提示词版本"),
        ("v3", "..", SettingsError, "没有名为“..”的提示词版本"),
    ],
)
def test_a_copy_that_cannot_be_is_refused_and_writes_nothing(
    versions: Path, version: str, base: str | None, error: type[ExtractError], words: str
) -> None:
    (versions / "taken").write_text("", encoding="utf-8")
    before = files(versions.parent)
    with pytest.raises(error) as caught:
        copy_version(version, base, versions)
    assert words in str(caught.value)
    assert caught.value.hint
    assert files(versions.parent) == before


@pytest.mark.parametrize("base", [None, "v1"])
def test_a_copy_has_the_files_of_its_base_and_stands_in_the_folder_given(versions: Path, base: str | None) -> None:
    prompt_file(versions, WHOLE.replace("绿化", "水利"), version="v1")
    shipped, before = files(FOLDER), files(versions)
    folder = copy_version("v3.试用", base, versions)
    assert folder == versions / "v3.试用"
    assert files(folder) == files(versions / (base or DEFAULT_PROMPTS))
    assert {name: data for name, data in files(versions).items() if not name.startswith("v3")} == before
    assert files(FOLDER) == shipped


def test_a_folder_that_cannot_be_written_is_told(versions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pipeline.prompting.shutil.copytree", refuse)
    with pytest.raises(SettingsError, match="无法写入") as caught:
        copy_version("v3", None, versions)
    assert "写权限" in caught.value.hint


# The commands.


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command in a folder of its own; gives its exit code, its output and its errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.delenv("EXTRACT_DEBUG", raising=False)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(["prompts", *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing"], "没有命令"),
        (["list", "v1"], "v1"),
        (["show"], "缺少参数"),
        (["show", "v99"], "没有名为“v99”的提示词版本"),
        (["show", "v1", "prose"], "版本 v1 没有任务“prose”"),
        (["diff", "v1"], "缺少参数"),
        (["diff", "v1", "v99"], "没有名为“v99”的提示词版本"),
        (["new"], "缺少参数"),
        (["new", "v1"], "版本 v1 已经有了"),
        (["new", "../v3"], "不能作版本名"),
        (["new", "v3", "--from", "v99"], "没有名为“v99”的提示词版本"),
    ],
)
def test_wrong_use_is_one_line_with_a_hint_and_changes_no_prompt(
    command: Command, arguments: list[str], words: str
) -> None:
    before = files(FOLDER)
    code, out, err = command(*arguments)
    assert (code, out) == (2, "")
    message, hint = err.splitlines()[-2:]
    assert words in message
    assert hint.startswith("提示：")
    assert files(FOLDER) == before


def test_list_names_every_prompt_and_marks_the_default(command: Command) -> None:
    code, out, _ = command("list")
    assert code == 0
    rows = [line.split() for line in out.splitlines()]
    for prompt in SHIPPED:
        mark = ["*"] if prompt.version == DEFAULT_PROMPTS else []
        assert [prompt.version, *mark, prompt.task, prompt.description, prompt.sha256[:12]] in rows


def test_list_as_data_has_the_whole_digests_and_one_default(command: Command) -> None:
    code, out, _ = command("list", "--json")
    rows = json.loads(out)
    assert (code, rows) == (0, prompts_data())
    assert [(row["version"], row["task"], row["sha256"]) for row in rows] == [
        (prompt.version, prompt.task, prompt.sha256) for prompt in SHIPPED
    ]
    assert {row["version"] for row in rows if row["default"]} == {DEFAULT_PROMPTS}


@pytest.mark.parametrize("task", [None, "results"])
def test_show_has_the_text_and_the_schema(command: Command, task: str | None) -> None:
    code, out, _ = command("show", "v1", *([task] if task else []))
    assert code == 0
    for prompt in load_prompts("v1").values():
        assert (prompt.system in out) == (task in (None, prompt.task))
        assert (f"回答格式 {prompt.schema}：" in out) == (task in (None, prompt.task))


@pytest.mark.parametrize("task", [None, "form"])
def test_show_as_data_has_the_text_and_the_schema(command: Command, task: str | None) -> None:
    code, out, _ = command("show", "v2", *([task] if task else []), "--json")
    rows = json.loads(out)
    wanted = [prompt for prompt in load_prompts("v2").values() if task in (None, prompt.task)]
    assert code == 0
    assert [(row["task"], row["system"], row["user"]) for row in rows] == [(p.task, p.system, p.user) for p in wanted]
    assert [row["schema"] for row in rows] == [ANSWERS[p.schema].model_json_schema() for p in wanted]


def test_no_difference_is_said_in_words_and_as_empty_data(command: Command) -> None:
    assert command("diff", "v1", "v1")[:2] == (0, "v1 与 v1 没有差别。\n")
    assert json.loads(command("diff", "v1", "v1", "--json")[1]) == []


def test_diff_shows_what_came_and_went_and_nothing_that_stayed(command: Command) -> None:
    code, out, _ = command("diff", "v1", "v2")
    assert code == 0
    lines = out.splitlines()
    assert {"--- v1/results.md", "+++ v2/prose.md"} <= set(lines)
    assert not any(line.endswith(("/form.md", "/leftover.md")) for line in lines)
    gone = load_prompts("v1")["results"].system.splitlines()[0]
    come = load_prompts("v2")["prose"].system.splitlines()[0]
    assert "-" + gone in lines
    assert "+" + come in lines
    assert "+" + gone not in lines


def test_diff_as_data_is_by_task(command: Command) -> None:
    rows = json.loads(command("diff", "v1", "v2", "--json")[1])
    assert [row["task"] for row in rows] == ["funding", "overview", "problems", "prose", "results"]
    assert all(row["diff"].startswith("---") for row in rows)


@pytest.mark.parametrize("base", [None, "v1"])
def test_new_copies_and_says_where(
    command: Command, versions: Path, monkeypatch: pytest.MonkeyPatch, base: str | None
) -> None:
    prompt_file(versions, WHOLE.replace("绿化", "水利"), version="v1")
    calls = []

    def copy_there(version: str, source: str | None = None) -> Path:
        calls.append((version, source))
        return copy_version(version, source, versions)

    monkeypatch.setattr("pipeline.prompting.copy_version", copy_there)  # not among the prompts of the project
    code, out, err = command("new", "v3", *(["--from", base] if base else []))
    assert (code, calls) == (0, [("v3", base)])
    assert str(versions / "v3") in out + err
    assert "--prompts v3" in out + err
    assert load_prompts("v3", versions)

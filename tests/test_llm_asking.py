"""Questions and answers: what is sent word for word, what is sent back, what is split, and what becomes a gap."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest

from pipeline.chunks import split_chunks
from pipeline.engines.llm.asking import Asker, Outcome
from pipeline.engines.llm.client import Endpoint
from pipeline.engines.llm.questions import FORM, Question, ask_about
from pipeline.engines.llm.settings import AnswerMode
from pipeline.errors import (
    BudgetSpent,
    ContentFiltered,
    ModelDown,
    ModelError,
    ModelUnusable,
    PromptTooLong,
    StoreError,
)
from pipeline.folding import index_text
from pipeline.readers.text import find_tables
from pipeline.sections import split_sections
from prompts import load_prompts
from schemas.answers import Answer, FormAnswer, ProseAnswer
from schemas.calls import CallState, ModelCall
from schemas.text import Document, Source
from tests.faulty_server import Fault, FaultyServer, Kind
from tests.test_llm_calls import Kept, Script, caller, reply
from tests.test_llm_pace import run

SOURCE = Source(name="report", path="report.txt", sha256="b" * 64, reader="text")
PROMPTS = load_prompts("v2")
PARKS, TREES = "全年新建口袋公园7个。", "栽植苗木1,280株，成活率97.2%。"
TEXT = f"一、绩效情况\n{PARKS}{TREES}\n"
BOTH = {"results": [{"name": "口袋公园", "actual": "7个", "quote": PARKS}, {"name": "苗木", "quote": TREES}]}
Said = dict[str, Any]


def document(text: str = TEXT) -> Document:
    return Document(SOURCE, text, find_tables(text))


def asker(transport: Any, doc: Document, kept: Kept | None = None, **settings: Any) -> Asker:
    chunks = split_chunks(doc, split_sections(doc))
    return Asker(caller(transport, kept, **settings), PROMPTS, doc, chunks, index_text(doc.text))


def question(doc: Document, task: str = "prose") -> Question:
    return ask_about(doc, task, split_chunks(doc, split_sections(doc)))


def asked(transport: Any, text: str = TEXT, kept: Kept | None = None, task: str = "prose", **settings: Any) -> Outcome:
    """What came of one question about a whole text."""
    doc = document(text)
    return run(asker(transport, doc, kept, **settings).ask(question(doc, task)))


def says(answer: object, **more: Any) -> Said:
    return reply(answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False), **more)


def user(sent: Mapping[str, Any]) -> str:
    """What stands in the first message that is not the same for all."""
    return str(sent["messages"][1]["content"])


def answers(outcome: Outcome) -> list[Answer]:
    return [one.answer for one in outcome.answered]


def quotes(outcome: Outcome) -> list[str]:
    return [part.quote for answer in answers(outcome) if isinstance(answer, ProseAnswer) for part in answer.results]


# What is sent


@pytest.mark.parametrize(
    "line",
    [
        "{{ 7*7 }}",
        "{% raise %}",
        "{% for x in y %}",
        "{# 注 #}",
        "{{ passages }}",
        "{{ contains('甲') }}",
        "${HOME} %s {0} \\n",
        "<b>“引号”&amp;</b>",
        "</原文>",
        "第一行\n    缩进的行\n\t制表符",
    ],
)
@pytest.mark.parametrize("mode", AnswerMode)
def test_the_reports_text_is_never_a_template(line: str, mode: AnswerMode) -> None:
    script, text = (
        Script(lambda sent: calling("{}") if "tools" in sent else says({})),
        f"一、绩效情况\n{PARKS}{line}。\n",
    )
    asked(script, text, mode=mode)
    [sent] = script.requests
    assert f"{PARKS}{line}。" in user(sent)


def test_what_a_model_says_is_no_template_either() -> None:
    script = Script(says({"results": [{"quote": "{{ 7*7 }}{% raise %}"}]}), says({}))
    asked(script)
    assert "{{ 7*7 }}{% raise %}" in json.dumps(script.requests[1], ensure_ascii=False)


@pytest.mark.parametrize("mode", AnswerMode)
def test_what_is_the_same_for_all_comes_first_and_is_the_same_to_the_byte(mode: AnswerMode) -> None:
    first, second = Script(says({})), Script(says({}))
    asked(first, f"一、绩效情况\n{PARKS}\n", mode=mode)
    asked(second, f"一、绩效情况\n{TREES}\n", mode=mode)
    one, other = first.requests[0], second.requests[0]
    assert one["messages"][0] == other["messages"][0]
    assert one["messages"][0]["role"] == "system"
    assert PROMPTS["prose"].system in one["messages"][0]["content"]
    assert PARKS not in json.dumps(one["messages"][0], ensure_ascii=False)
    assert user(one).startswith("<原文 ")
    assert user(one) != user(other)
    for name in ("tools", "tool_choice", "response_format"):
        assert one.get(name) == other.get(name)


def test_the_defaults_can_be_changed_and_taken_away() -> None:
    script = Script(says({}))
    asked(script)
    asked(script, parameters={"temperature": None, "max_tokens": 99, "seed": 7, "enable_thinking": False})
    asked(script, parameters={"max_completion_tokens": 500})
    default, changed, other = script.requests
    assert default["temperature"] == 0
    assert 1_500 < default["max_tokens"] < 2_000
    assert "temperature" not in changed
    assert (changed["max_tokens"], changed["seed"], changed["enable_thinking"]) == (99, 7, False)
    assert ("max_tokens" in other, other["max_completion_tokens"]) == (False, 500)


def test_a_call_is_kept_under_its_report_and_prompt() -> None:
    kept = Kept()
    asked(Script(says({})), kept=kept)
    [call] = kept.calls
    assert (call.report_id, call.task) == (SOURCE.sha256, "prose")
    assert call.prompts == f"v2:{PROMPTS['prose'].sha256[:12]}"


# What comes back


def test_a_good_answer_is_taken_and_asked_for_once() -> None:
    script = Script(says(BOTH))
    outcome = asked(script)
    assert quotes(outcome) == [PARKS, TREES]
    assert outcome.gaps == ()
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    "quote",
    [
        f"一、绩效情况\n{PARKS}",
        "全年 新建口袋公园７个",  # white space and width aside
        "栽植苗木1，280株",
    ],
)
def test_a_quote_is_found_whatever_its_width(quote: str) -> None:
    script = Script(says({"results": [{"quote": quote}]}))
    assert quotes(asked(script)) == [quote]
    assert len(script.requests) == 1


def test_a_quote_that_is_not_in_the_passage_is_sent_back_by_name() -> None:
    wrong = {"results": [{"quote": PARKS}, {"quote": "全年新建口袋公园8个。"}]}
    script, kept = Script(says(wrong), says(BOTH)), Kept()
    outcome = asked(script, kept=kept)
    assert quotes(outcome) == [PARKS, TREES]
    assert outcome.gaps == ()
    first, second = script.requests
    assert second["messages"][: len(first["messages"])] == first["messages"]
    told = json.dumps(second["messages"][len(first["messages"]) :], ensure_ascii=False)
    assert "results第2条quote" in told
    assert "全年新建口袋公园8个。" in told
    assert "不在原文中" in told
    assert "results第1条" not in told
    assert kept.states == [CallState.COMPLETE] * 2


def test_a_quote_is_sent_back_only_once_and_then_taken_as_it_is() -> None:
    wrong = "全年新建口袋公园8个。"
    script, kept = Script(says({"results": [{"quote": PARKS}, {"quote": wrong}]})), Kept()
    outcome = asked(script, kept=kept)
    assert quotes(outcome) == [PARKS, wrong]
    assert outcome.gaps == ()
    assert len(script.requests) == 2
    assert CallState.INVALID not in kept.states  # grounding flags it: asking anew would not help


def test_words_of_another_passage_are_no_quote() -> None:
    text = f"一、绩效情况\n{PARKS}\n二、存在的问题\n{TREES}\n"
    doc = document(text)
    chunks = split_chunks(doc, split_sections(doc))
    script = Script(says({"results": [{"quote": TREES}]}))
    run(asker(script, doc).ask(ask_about(doc, "prose", chunks[:1])))
    assert len(script.requests) == 2


@pytest.mark.parametrize("mode", AnswerMode)
def test_what_is_not_json_twice_is_a_gap_and_asked_again_by_the_next_run(mode: AnswerMode) -> None:
    def prose(sent: Mapping[str, Any]) -> Said:
        words = "很抱歉，我读不出来。"
        return calling(words) if "tools" in sent else reply(words)

    script, kept = Script(prose), Kept()
    outcome = asked(script, kept=kept, mode=mode)
    assert outcome.answered == ()
    assert [(gap.chunk, gap.task, gap.reason) for gap in outcome.gaps] == [(0, "prose", "invalid")]
    assert "不是 JSON" in outcome.gaps[0].message
    assert len(script.requests) == 2
    assert kept.states == [CallState.COMPLETE] * 2 + [CallState.INVALID] * 2
    assert kept.found == {}
    asked(script, kept=kept, mode=mode)
    assert len(script.requests) == 4


def calling(arguments: str) -> Said:
    return reply(None, tool_calls=[{"id": "1", "type": "function", "function": {"name": "A", "arguments": arguments}}])


def test_what_is_json_at_the_second_attempt_is_taken() -> None:
    script, kept = Script(says("请稍等。"), says(BOTH)), Kept()
    outcome = asked(script, kept=kept)
    assert quotes(outcome) == [PARKS, TREES]
    assert outcome.gaps == ()
    assert CallState.INVALID not in kept.states


@pytest.mark.parametrize("words", ["[]", "7", "null", '"甲"'])
def test_json_that_is_no_object_tells_of_nothing(words: str) -> None:
    outcome = asked(Script(says(words)))
    assert not any(part for answer in answers(outcome) for _, part in answer.quoted())
    assert [gap.reason for gap in outcome.gaps] == ["invalid"]


@pytest.mark.parametrize(
    ("answer", "lost", "kept_quotes"),
    [
        ({"results": [{"quote": PARKS}, "甲", {"quote": TREES}]}, 1, [PARKS, TREES]),
        ({"results": [{"quote": PARKS}, {"name": "无引文"}, {"quote": ["x"]}]}, 2, [PARKS]),
        ({"results": [{"quote": PARKS}], "goals": 7}, 1, [PARKS]),
        ({"results": [{"quote": PARKS}], "deviations": [{"kind": "other", "description": "甲"}]}, 1, [PARKS]),
        ({"results": {"wrong": 1}}, 1, []),
    ],
)
def test_good_records_among_bad_ones_are_kept_and_the_loss_is_told(
    answer: Said, lost: int, kept_quotes: list[str]
) -> None:
    script, kept = Script(says(answer)), Kept()
    outcome = asked(script, kept=kept)
    assert quotes(outcome) == kept_quotes
    assert [gap.reason for gap in outcome.gaps] == ["invalid"]
    assert f"有 {lost} 处" in outcome.gaps[0].message
    assert len(script.requests) == 2
    assert kept.found == {}


def test_what_is_salvaged_may_stand_in_a_fence_and_hold_a_bad_quote() -> None:
    answer = {"results": [{"quote": PARKS}, {"quote": "没有这句。"}, 7]}
    fenced = f"好的：\n```json\n{json.dumps(answer, ensure_ascii=False)}\n```\n"
    outcome = asked(Script(says(fenced)), mode=AnswerMode.MD_JSON)
    assert quotes(outcome) == [PARKS, "没有这句。"]
    assert "有 1 处" in outcome.gaps[0].message


@pytest.mark.parametrize("said", [says(BOTH), reply(f"结果：{json.dumps(BOTH, ensure_ascii=False)}")])
def test_a_model_that_answers_in_words_instead_of_a_call_is_understood_in_the_end(said: Said) -> None:
    outcome = asked(Script(said), mode=AnswerMode.TOOLS)
    assert quotes(outcome) == [PARKS, TREES]
    assert outcome.gaps == ()


def lean(answer: object, *, finish: bool = True, call: bool = False) -> Said:
    """A completion with no more in it than has to be, as small servers send it."""
    words = json.dumps(answer, ensure_ascii=False)
    message = {"tool_calls": [{"function": {"name": "A", "arguments": words}}]} if call else {"content": words}
    return {"choices": [{"message": message, **({"finish_reason": "stop"} if finish else {})}]}


@pytest.mark.parametrize(
    ("said", "mode"),
    [
        (lean(BOTH), AnswerMode.JSON_SCHEMA),
        (lean(BOTH, call=True), AnswerMode.TOOLS),
        (lean(BOTH, finish=False), AnswerMode.JSON),
    ],
)
def test_a_lean_completion_is_understood(said: Said, mode: AnswerMode) -> None:
    outcome = asked(Script(said), mode=mode)
    assert quotes(outcome) == [PARKS, TREES]
    assert outcome.gaps == ()


def test_a_quote_in_a_lean_call_is_sent_back_too() -> None:
    script = Script(lean({"results": [{"quote": "没有。"}]}, call=True), lean(BOTH, call=True))
    assert quotes(asked(script, mode=AnswerMode.TOOLS)) == [PARKS, TREES]


@pytest.mark.parametrize("second", [reply(None), reply(None, refusal="不。"), ContentFiltered("滤"), ModelDown("断")])
def test_an_answer_with_a_bad_quote_is_not_lost_where_its_correction_fails(second: Said | ModelError) -> None:
    outcome = asked(Script(says({"results": [{"quote": PARKS}, {"quote": "没有。"}]}), second), attempts=1)
    assert quotes(outcome) == [PARKS, "没有。"]


# What is too long


def truncated_above(characters: int) -> Callable[[Mapping[str, Any]], Said]:
    """A model whose answers break off where the passage is longer."""

    def turn(sent: Mapping[str, Any]) -> Said:
        return reply('{"resu', finish="length") if len(user(sent)) > characters else says({})

    return turn


MANY = "".join(f"新建第{number}处口袋公园。" for number in range(10, 50))
LONG = f"一、绩效情况\n{MANY}\n"


def asked_about(outcome: Outcome) -> str:
    return "".join(LONG[span.start : span.end] for one in outcome.answered for span in one.question.spans)


def test_a_truncated_answer_is_asked_for_in_two_questions() -> None:
    script = Script(truncated_above(300))
    outcome = asked(script, LONG)
    assert len(script.requests) == 3
    assert asked_about(outcome) == LONG  # nothing is left out, nothing twice
    assert [one.question.chunks for one in outcome.answered] == [(0,), (0,)]
    assert all(user(sent).count("口袋公园") for sent in script.requests)
    assert outcome.gaps == ()


def test_parts_are_split_again_where_they_are_too_long() -> None:
    script = Script(truncated_above(100))
    outcome = asked(script, LONG)
    assert asked_about(outcome) == LONG
    assert len(outcome.answered) >= 6
    assert outcome.gaps == ()


def test_chunks_that_were_asked_about_together_are_asked_about_apart() -> None:
    text = f"一、绩效情况\n{PARKS}\n二、存在的问题\n{TREES}\n"
    script = Script(reply("{", finish="length"), says({}))
    outcome = asked(script, text)
    assert [one.question.chunks for one in outcome.answered] == [(0,), (1,)]


def test_what_cannot_be_split_is_asked_with_a_higher_limit_and_is_a_gap_in_the_end() -> None:
    script = Script(reply("{", finish="length"))
    outcome = asked(script, "新建口袋公园七个")
    limits = [sent["max_tokens"] for sent in script.requests]
    assert limits == sorted(set(limits))
    assert len(limits) > 1
    assert {user(sent) for sent in script.requests} == {user(script.requests[0])}
    assert [(gap.chunk, gap.reason) for gap in outcome.gaps] == [(0, "truncated")]
    assert outcome.answered == ()


def test_a_higher_limit_may_be_enough() -> None:
    script = Script(reply("{", finish="length"), says({}))
    outcome = asked(script, "新建口袋公园七个")
    assert (len(outcome.answered), outcome.gaps) == (1, ())
    assert script.requests[1]["max_tokens"] == 4 * script.requests[0]["max_tokens"]


def test_no_limit_is_raised_beyond_the_most() -> None:
    script = Script(reply("{", finish="length"))
    asked(script, "新建口袋公园七个")
    assert max(sent["max_tokens"] for sent in script.requests) <= 32_768


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_a_limit_of_the_users_own_is_not_tried_twice(name: str) -> None:
    class Forgetful(Kept):
        def find(self, report_id: str, key: str) -> None:
            """Nothing is kept where there is no database."""

    script = Script(reply("{", finish="length"))
    asked(script, "新建口袋公园七个", kept=Forgetful(), parameters={name: 500})
    assert len(script.requests) == 1


def test_a_prompt_that_is_too_long_is_split() -> None:
    def turn(sent: Mapping[str, Any]) -> Said | ModelError:
        return PromptTooLong("内容过长") if len(user(sent)) > 300 else says({})

    outcome = asked(Script(turn), LONG)
    assert asked_about(outcome) == LONG
    assert outcome.gaps == ()


def test_a_prompt_that_cannot_be_split_any_more_is_a_gap() -> None:
    script = Script(PromptTooLong("内容过长"))
    outcome = asked(script, "新建口袋公园七个")
    assert [(gap.reason, gap.message) for gap in outcome.gaps] == [("too_long", "内容过长")]
    assert len(script.requests) == 1


def test_a_truncated_form_is_split_between_rows() -> None:
    rows = "".join(
        f"产出指标\t数量指标\t巡查第{number}段\t≥{number}次\t{number}次\t10\t10\n" for number in range(10, 30)
    )
    header = "一级指标\t二级指标\t三级指标\t年度指标值\t实际完成值\t分值\t得分\n"
    script = Script(truncated_above(500))
    outcome = asked(script, f"部门整体支出绩效自评表\n{header}{rows}", task=FORM)
    assert outcome.gaps == ()
    assert all(isinstance(answer, FormAnswer) for answer in answers(outcome))
    read = "".join(user(sent) for sent in script.requests if len(user(sent)) <= 500)
    for number in range(10, 30):
        row = f"产出指标 | 数量指标 | 巡查第{number}段 | ≥{number}次 | {number}次 | 10 | 10\n"
        assert read.count(row) == 1


# What could not be had


@pytest.mark.parametrize(
    ("said", "reason", "words"),
    [
        (reply(None, refusal="我不能回答。"), "refused", "我不能回答。"),
        (reply(None, finish="content_filter"), "filtered", "过滤"),
        (reply(None), "empty", "没有内容"),
        ({**reply(), "choices": []}, "empty", "choices"),
        (ContentFiltered("服务方拒绝了这段原文"), "filtered", "服务方拒绝了这段原文"),
        (ModelDown("连不上模型服务"), "unreachable", "连不上模型服务"),
    ],
)
def test_a_question_without_an_answer_is_a_gap_with_its_reason(
    said: Said | ModelError, reason: str, words: str
) -> None:
    text = f"一、绩效情况\n{PARKS}\n二、存在的问题\n{TREES}\n"
    script = Script(said)
    outcome = asked(script, text, attempts=1)
    assert outcome.answered == ()
    assert [(gap.chunk, gap.task, gap.reason) for gap in outcome.gaps] == [(0, "prose", reason), (1, "prose", reason)]
    assert words in outcome.gaps[0].message
    assert len(script.requests) == 1


def test_a_gap_takes_nothing_from_the_other_questions() -> None:
    doc = document()
    script = Script(reply(None, refusal="不。"), says(BOTH))
    first, last = many(doc, 2)
    outcomes = run(asker(script, doc).ask_all([first, question(doc, FORM), last]))
    assert [[gap.reason for gap in outcome.gaps] for outcome in outcomes] == [["refused"], [], []]


def test_outcomes_come_in_the_order_of_the_questions() -> None:
    doc = document(LONG)
    chunks = split_chunks(doc, split_sections(doc))
    tasks = ("leftover", "prose", FORM)
    outcomes = run(asker(Script(says({})), doc).ask_all([ask_about(doc, task, chunks) for task in tasks]))
    assert tuple(one.question.task for outcome in outcomes for one in outcome.answered) == tasks


@pytest.mark.parametrize(
    ("script", "settings", "kind"),
    [
        (lambda: Script(ModelUnusable("密钥")), {}, ModelUnusable),
        (lambda: Script(says({})), {"max_tokens": 3}, BudgetSpent),
        (lambda: Script(says({})), {"max_cost": Decimal("0.000001")}, BudgetSpent),
    ],
)
def test_an_error_that_stops_the_run_is_raised(
    script: Callable[[], Script], settings: Said, kind: type[ModelError]
) -> None:
    with pytest.raises(kind):
        asked(script(), **settings)


def test_an_error_that_stops_the_run_comes_out_of_parts_too() -> None:
    with pytest.raises(ModelUnusable):
        asked(Script(reply("{", finish="length"), ModelUnusable("余额")), LONG)


def test_a_database_that_cannot_be_written_is_no_fault_of_the_answer() -> None:
    class Full(Kept):
        async def keep(self, call: ModelCall) -> None:
            raise StoreError(f"磁盘已满：{call.task}")

    with pytest.raises(StoreError):
        asked(Script(says({})), kept=Full())


def many(doc: Document, number: int) -> list[Question]:
    """So many questions, each about another text."""
    asked = question(doc)
    return [Question("prose", asked.chunks, asked.spans, f"{asked.text}{place:02}") for place in range(number)]


def test_a_limit_ends_the_run_after_what_it_allows() -> None:
    doc, kept = document(), Kept()
    one = asker(Script(says({}, usage=(400, 20)), seconds=1), doc, kept, ceiling=1, max_tokens=12_000)
    with pytest.raises(BudgetSpent):
        run(one.ask_all(many(doc, 60)))
    assert sum(call.input_tokens for call in kept.calls) > 6_000


def test_what_is_under_way_when_the_run_stops_is_still_kept() -> None:
    class Uneven(Script):
        async def send(self, sent: Mapping[str, Any]) -> Said:
            if self.requests:
                self.requests.append(dict(sent))
                raise ModelUnusable("余额")
            return await super().send(sent)

    doc, kept = document(), Kept()
    with pytest.raises(ModelUnusable):
        run(asker(Uneven(says({}), seconds=5), doc, kept).ask_all(many(doc, 2)))
    assert CallState.COMPLETE in kept.states


# With a server


def with_server(server: FaultyServer, kept: Kept, texts: Sequence[str], mode: AnswerMode) -> list[Outcome]:
    async def work() -> list[Outcome]:
        endpoint = Endpoint(caller(None, base_url=server.base_url).settings, "k")
        try:
            found = []
            for text in texts:
                doc = document(text)
                found.append(await asker(endpoint, doc, kept, mode=mode, attempts=2).ask(question(doc)))
            return found
        finally:
            await endpoint.close()

    return asyncio.run(work())


SHAPES = {
    AnswerMode.TOOLS: {"tools", "tool_choice"},
    AnswerMode.JSON_SCHEMA: {"response_format"},
    AnswerMode.JSON: {"response_format"},
    AnswerMode.MD_JSON: set(),
}


@pytest.mark.parametrize("mode", AnswerMode)
def test_each_mode_works_from_end_to_end(mode: AnswerMode) -> None:
    bodies: list[Said] = []

    def answer(body: Said) -> str:
        bodies.append(body)
        words = json.dumps(BOTH, ensure_ascii=False)
        return f"```json\n{words}\n```" if mode is AnswerMode.MD_JSON else words

    kept = Kept()
    with FaultyServer(answer) as server:
        first, again = with_server(server, kept, [TEXT, TEXT], mode)
    assert quotes(first) == quotes(again) == [PARKS, TREES]
    assert (first.gaps, len(bodies)) == ((), 1)  # the second time it was served
    [body] = bodies
    assert SHAPES[mode] == body.keys() & {"tools", "tool_choice", "response_format"}
    assert "逐字照抄" in json.dumps(body, ensure_ascii=False)  # the schema carries the labeling rules
    [call] = kept.calls
    assert call.request == body
    assert call.input_tokens > 0


@pytest.mark.parametrize("mode", AnswerMode)
@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (Kind.NO_CHOICES, "empty"),
        (Kind.NO_CONTENT, "empty"),
        (Kind.REFUSAL, "refused"),
        (Kind.CONTENT_FILTER, "filtered"),
        (Kind.LENGTH, "truncated"),
        (Kind.NOT_JSON, "invalid"),
        (Kind.WRONG_TYPES, "invalid"),
        (Kind.WRONG_ENVELOPE, "malformed_reply"),
        (Kind.CUT_JSON, "malformed_reply"),
        (Kind.BAD_REQUEST, "rejected"),
        (Kind.TOO_LONG, "too_long"),
        (Kind.SERVER_ERROR, "unreachable"),
        (Kind.RATE_LIMIT, "rate_limited"),
    ],
)
def test_whatever_a_server_does_in_any_mode_is_a_gap(mode: AnswerMode, kind: Kind, reason: str) -> None:
    with FaultyServer(lambda _body: json.dumps(BOTH), lambda *_: Fault(kind)) as server:
        [outcome] = with_server(server, Kept(), ["新建口袋公园七个"], mode)
    assert not any(list(answer.quoted()) for answer in answers(outcome))
    assert [gap.reason for gap in outcome.gaps] == [reason]

"""Sections: which lines are headings, how they stand under each other, what they are about, and where forms begin."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.readers import read_document
from pipeline.readers.text import find_tables
from pipeline.sections import split_sections
from schemas.outline import children, heading_path, subtree
from schemas.stages import Section, SectionKind
from schemas.text import Document, OutlineMark, Source, Span

SOURCE = Source(name="report", path="report.txt", sha256="", reader="text")
CORPUS = Path(__file__).resolve().parents[1].parent / "shared" / "corpus"
KINDS = {
    "P": SectionKind.PROFILE,
    "F": SectionKind.FUNDING,
    "E": SectionKind.PERFORMANCE,
    "Q": SectionKind.PROBLEMS,
    "R": SectionKind.REMEDIES,
    "O": SectionKind.OTHER,
    "T": SectionKind.FORM,
}
LETTERS = {kind: letter for letter, kind in KINDS.items()}
FORM = (
    "\t项目名称\n\t渡口维修\n\n\t一级指标\n\t三级指标\n\t年度指标值\n\t分值\n\n\t产出指标\n\t维修渡口\n\t3个\n\t10\n\n"
)


def document(text: str, outline: tuple[OutlineMark, ...] = ()) -> Document:
    return Document(SOURCE, text, find_tables(text), outline)


def sections_of(text: str) -> tuple[Section, ...]:
    return split_sections(document(text))


def headings(text: str) -> list[str]:
    return [section.number + section.title for section in sections_of(text) if section.heading is not None]


def assert_sound(doc: Document, sections: tuple[Section, ...]) -> None:
    """Spans tile the text, headings lie inside, parents come before their children and above them."""
    assert [section.index for section in sections] == list(range(len(sections)))
    assert "".join(doc.quote(section.span) for section in sections) == doc.text
    reached = 0
    for section in sections:
        assert section.span.start == reached < section.span.end
        reached = section.span.end
        if section.heading is not None:
            assert section.span.covers(section.heading)
            assert doc.quote(section.heading).strip()
        if section.parent is None:
            assert section.level == 1
        else:
            nearest = next(s for s in reversed(sections[: section.index]) if s.level < section.level)
            assert nearest.index == section.parent
    assert reached == len(doc.text)


BODY = "全年完成维修任务，群众出行条件得到改善。"


@pytest.mark.parametrize(
    "line",
    [
        "300吨级泊位2个；锚地1处。",
        "2024年内完成投资3亿元。",
        "3.5亿元，同比增长2.1%。",
        "2.4万亩，产量31.8万吨；",
        "12.5%，完成年度任务。",
        "1、2、3号泵站完成大修。",
        "2023、2024年度连续达标。",
        "一、二、三产业协调发展。",
        "（含上年结转资金）合计20万元。",
        "(10分)得10分。",
        "（2023）15号文件要求。",
        "一是完善制度。二是加强监管。",
        "第三方机构完成评估。",
        "附件材料齐全，手续完备。",
        "一、部门基本情况……………………3",
        "— 4 —",
        "存在的问题是多方面的。",
    ],
)
@pytest.mark.parametrize("before", ["全年完成投资，", "全年完成投资。", "截至年末累计达到"])
def test_no_heading(before: str, line: str) -> None:
    text = f"某区水务局自评报告\n一、绩效情况\n{BODY}{before}\n\n{line}\n{BODY}\n"
    assert headings(text) == ["一、绩效情况"]


@pytest.mark.parametrize(
    "text",
    [
        "一、绩效情况\n组织专家验收渡口共计四处，合格率百分之百，\n\n3、个别渡口延期。\n",
        f"一、绩效情况\n{'渡口维修任务全部完成，' * 5}共计验收合格渡口\n4.其余渡口延期至次年完成\n",
        "一、绩效情况\n验收“两类（\n（二）类航标四座。\n",
    ],
)
def test_a_number_after_a_wrapped_sentence_is_no_heading(text: str) -> None:
    assert headings(text) == ["一、绩效情况"]


@pytest.mark.parametrize(
    ("line", "number", "title"),
    [
        ("一、部门基本情况", "一、", "部门基本情况"),
        ("　　十二、其他需要说明的情况", "十二、", "其他需要说明的情况"),
        ("一．绩效情况", "一．", "绩效情况"),
        ("（一）职能职责", "（一）", "职能职责"),
        ("(三) 经验教训", "(三)", "经验教训"),
        ("1.完善制度。修订办法三项。", "1.", "完善制度"),
        ("8、 下一步改进措施", "8、", "下一步改进措施"),
        ("3．资金使用情况", "3．", "资金使用情况"),
        ("(1) 渡口维修", "(1)", "渡口维修"),
        ("- (2) 查阅资料。调阅凭证。", "(2)", "查阅资料"),
        ("2）航标更新", "2）", "航标更新"),
        ("① 数量指标", "①", "数量指标"),
        ("第二部分 绩效自评情况", "第二部分", "绩效自评情况"),
        ("## 一、部门概况", "一、", "部门概况"),
        ("**二、绩效情况**", "二、", "绩效情况"),
        ("（一）职责简述。贯彻航道法规。", "（一）", "职责简述"),
        ("1、预算编制不够细。年中追加较多，部分任务未能提前谋划。", "1、", "预算编制不够细"),
        ("（一）基本支出情况：人员经费20万元，公用经费3万元。", "（一）", "基本支出情况"),
        ("四、自评工作开展情况 为做好自评工作，我局制定了方案并组织实施。", "四、", "自评工作开展情况"),
        ("五、综合评价结论经自评，我局得分97分。", "五、", "综合评价结论"),
        ("1.2023年预算资金26.7万元。", "1.", "2023年预算资金26.7万元"),
        ("六、资金使用情况（含上级专\n项资金）", "六、", "资金使用情况（含上级专项资金）"),
        ("五、存在的问题\n及改进措施", "五、", "存在的问题及改进措施"),
        ("一、\n部门基本情况", "一、", "部门基本情况"),
        ("1、对各渡口工程逐一组织竣工\n\n验收。其中三处优良。", "1、", "对各渡口工程逐一组织竣工验收"),
        (f"4、年初预算{'因测算依据不足，' * 8}有待细化。", "4、", ""),
    ],
)
def test_heading(line: str, number: str, title: str) -> None:
    doc = document(f"某区航道处自评报告\n{line}\n{BODY}\n")
    sections = split_sections(doc)
    assert [(s.number, s.title) for s in sections[1:]] == [(number, title)]
    assert_sound(doc, sections)


def outline(text: str) -> list[tuple[int, str]]:
    return [(section.level, section.number) for section in sections_of(text) if section.heading is not None]


def test_levels_follow_the_numbers() -> None:
    lines = ["一、甲", "（一）乙", "1.丙", "(1)丁", "①戊", "2.己", "（二）庚", "二、辛", "1、壬"]
    found = outline("".join(f"{line}\n{BODY}\n" for line in lines))
    assert [level for level, _ in found] == [1, 2, 3, 4, 5, 3, 2, 1, 2]


@pytest.mark.parametrize(
    ("lines", "levels"),
    [
        # a list whose first number is lost in its paragraph stays a list
        (["一、基本情况", "2.负责航道养护。", "3.负责船闸运行。", "二、绩效情况"], [1, 2, 2, 1]),
        # a list that goes on with its own numbers
        (["二、存在的问题", "1、预算编制情况", "2、预算执行情况", "3、绩效目标情况"], [1, 2, 2, 2]),
        (["七、存在的问题", "1.甲。", "2.乙。", "8、 下一步改进措施", "九、结果应用情况"], [1, 2, 2, 1, 1]),
        (
            [
                "二、公共预算支出情况",
                "（一）基本支出情况",
                "1.甲。",
                "（二）项目支出情况",
                "3、 政府性基金预算支出情况",
                "4、 国有资本经营预算支出情况",
                "五、绩效情况",
            ],
            [1, 2, 3, 2, 1, 1, 1],
        ),
        (["二、绩效情况", "（一）产出情况", "（二）效益情况", "3、满意度情况", "三、问题"], [1, 2, 2, 2, 1]),
        (["1、部门基本情况", "二、绩效情况"], [1, 1]),
        (["1.基本情况", "（一）职能", "（二）机构", "2.绩效情况"], [1, 2, 2, 1]),
        (["第一部分 部门概况", "一、职能", "第二部分 绩效情况", "一、产出情况"], [1, 2, 1, 2]),
    ],
)
def test_levels_where_numbers_were_lost(lines: list[str], levels: list[int]) -> None:
    text = "".join(f"{line}\n{BODY}\n" for line in lines)
    assert [level for level, _ in outline(text)] == levels


def test_headings_without_numbers() -> None:
    text = f"一、部门基本情况\n{BODY}\n二、绩效情况\n{BODY}\n存在的问题\n1.编制不细。{BODY}\n下一步改进措施\n{BODY}\n"
    assert [(s.level, s.title) for s in sections_of(text)] == [
        (1, "部门基本情况"),
        (1, "绩效情况"),
        (1, "存在的问题"),
        (2, "编制不细"),
        (1, "下一步改进措施"),
    ]


def test_headings_that_only_the_file_marks() -> None:
    lines = ["某局绩效自评报告", "部门情况", BODY, "机构", BODY, "绩效", BODY]
    text = "\n".join(lines)
    marks = [(0, 1), (1, 1), (3, 2), (5, 1)]
    at = [sum(len(line) + 1 for line in lines[:place]) for place in range(len(lines))]
    spans = tuple(OutlineMark(Span(at[place], at[place] + len(lines[place])), level) for place, level in marks)
    doc = document(text, spans)
    sections = split_sections(doc)
    assert [(s.level, s.title, s.parent) for s in sections] == [
        (1, "", None),
        (1, "部门情况", None),
        (2, "机构", 1),
        (1, "绩效", None),
    ]
    assert_sound(doc, sections)


def test_a_table_of_contents_holds_no_headings() -> None:
    text = f"自评报告\n目  录\n一、部门概况\n二、绩效情况\n\n一、部门概况\n{BODY}\n二、绩效情况\n{BODY}\n"
    sections = sections_of(text)
    assert [s.number for s in sections] == ["", "一、", "二、"]
    assert "目  录\n一、部门概况" in text[: sections[0].span.end]


OUTLINES = {
    "department, 2020s": (
        "部门（单位）基本情况 P; 一般公共预算支出情况 F; +基本支出情况 F; +项目支出情况 F; "
        "政府性基金预算支出情况 F; 国有资本经营预算支出情况 F; 部门整体支出绩效情况 E; "
        "存在的问题及原因分析 Q; 下一步改进措施 R; 部门整体支出绩效自评结果拟应用和公开情况 O; "
        "其他需要说明的情况 O"
    ),
    "department, scores first": (
        "自评得分情况 E; 单位基本概况 P; 部门概况 P; 支出情况 F; 绩效情况 E; 总体评价和自评得分情况 E; "
        "存在问题 Q; 改进措施和有关建议 R; 下属单位绩效自评报告公开链接 O"
    ),
    "problems and remedies in one": (
        "资金拨付及执行情况 F; 绩效自评情况 E; +部门整体支出绩效情况 E; +项目支出绩效情况 E; "
        "主要经验及做法 O; 预算绩效管理存在的问题及改进措施 Q; "
        "+全年无未完成年度目标的项目。 Q; +存在的问题 Q; +经验教训 O; +建议 R"
    ),
    "funds and goals under profile": (
        "基本情况 P; +部门职责 P; +部门年度收支情况 F; +年度绩效目标 E; 绩效评价工作情况 O; "
        "主要绩效及评价结论 E; 资金使用及绩效情况 E"
    ),
    "project": (
        "项目基本情况 P; +项目概况 P; +项目资金及绩效目标情况 E; 项目资金使用及管理情况 F; "
        "项目预算支出组织实施情况 O; 项目预算支出绩效情况 E; 有关建议 R"
    ),
    "project evaluation": (
        "绩效评价工作开展情况 O; +绩效评价目的、对象和范围 O; +绩效评价原则、评价指标体系 O; "
        "综合评价情况及评价结论 E; 绩效评价指标分析 E; +项目决策情况 E; +项目产出情况 E; "
        "主要经验及做法、存在的问题及原因分析 Q"
    ),
    "transfer payment": (
        "绩效目标分解下达情况 F; 绩效自评工作开展情况 O; 绩效目标完成情况分析 E; +资金投入情况分析 F; "
        "+项目资金执行情况分析 F; +总体绩效目标完成情况分析 E; 偏离绩效目标的原因和下一步改进措施 Q"
    ),
    "conclusion and advice": (
        "部门财政资金收支情况 F; +部门财政资金收入情况 F; 整体预算绩效管理情况 E; +预算管理情况 F; "
        "评价结论及建议 E; +评价结论 E; +存在问题 Q; +改进建议 R"
    ),
    "six aspects": ("部门整体支出绩效实现情况 E; +履职完成情况 E; +运行成本 E; +管理效率 E; +可持续发展能力 E"),
    "items keep the kind of their list": (
        "主要职责 P; +负责预算绩效管理情况 P; 存在的问题及原因分析 Q; +预算执行进度偏慢。年初分解不细。 Q; "
        "+问题整改落实不到位。责任不清。 Q; +缺乏有效的改进措施 Q; 改进措施 R; +完善绩效目标设定 R; "
        "+针对存在的问题逐项整改。 R; 经验做法 O; +强化预算执行情况 O; 项目支出绩效情况 E; "
        "+渡口维修工作经费30万元 E"
    ),
}


@pytest.mark.parametrize("variant", OUTLINES)
def test_kinds(variant: str) -> None:
    wanted: list[tuple[str, str]] = []
    lines: list[str] = []
    top = below = 0
    for entry in OUTLINES[variant].split("; "):
        title, kind = entry.rsplit(" ", 1)
        if title.startswith("+"):
            below += 1
            lines += [f"（{'一二三四五六七八九十'[below - 1]}）{title[1:]}", BODY]
        else:
            top, below = top + 1, 0
            lines += [f"{'一二三四五六七八九十'[:10][top - 1] if top <= 10 else '十一'}、{title}", BODY]
        wanted.append((title.removeprefix("+").split("。")[0], kind))
    assert [(s.title, LETTERS[s.kind]) for s in sections_of("\n".join(lines))] == wanted


def forms(text: str) -> list[tuple[str, str]]:
    return [(section.number, section.title) for section in sections_of(text) if section.kind is SectionKind.FORM]


@pytest.mark.parametrize(
    "text",
    [
        "一、资金情况\n各渡口资金如下表：\n渡口\t金额\n东渡\t20\n西渡\t30\n{BODY}\n",
        f"{BODY}\n审核意见\t审核结论\n主管单位\t盖章\n\n某区航道处\n",
    ],
)
def test_a_table_in_prose_is_no_form(text: str) -> None:
    assert forms(text) == []


@pytest.mark.parametrize(
    ("above", "number", "title"),
    [
        ("项目支出绩效自评表\n", "", "项目支出绩效自评表"),
        ("附件2\n2023年度部门整体支出绩效评价基础数据表\n", "附件2", "2023年度部门整体支出绩效评价基础数据表"),
        ("附件1：\n\n项目支出绩效自评表\n（2023年度）\n单位：万元\n", "附件1", "项目支出绩效自评表"),
        ("2023年度部门整体支出\n绩效自评表\n", "", "2023年度部门整体支出绩效自评表"),
        ("[bookmark: _GoBack]项目支出绩效自评表 \n\n", "", "项目支出绩效自评表"),
        ("某局部门整体支出绩效自评情况\n公开13表\n编制单位：某局\n", "", "某局部门整体支出绩效自评情况"),
        ("\t项目支出绩效自评表\n\n", "", "项目支出绩效自评表"),
        ("", "", ""),
    ],
)
def test_form_title(above: str, number: str, title: str) -> None:
    text = f"一、绩效情况\n{BODY}\n{above}{FORM}"
    doc = document(text)
    sections = split_sections(doc)
    assert forms(text) == [(number, title)]
    assert doc.quote(sections[1].span).lstrip("\n") == f"{above}{FORM}"
    assert sections[1].parent is None
    assert_sound(doc, sections)


def test_headings_in_cells_are_none() -> None:
    text = f"一、绩效情况\n{BODY}\n项目支出绩效自评表\n{FORM}\t二、问题\n\t1.编制不细\n2.执行偏慢\n\n"
    assert headings(text) == ["一、绩效情况", "项目支出绩效自评表"]


def test_each_form_is_a_section_and_keeps_its_notes() -> None:
    foot = "注：1.其他资金含自筹。\n2.定量指标按比例计分。\n填表人：甲乙  联系电话：100\n"
    text = f"一、绩效情况\n{BODY}\n项目支出绩效自评表\n{FORM}{foot}项目支出绩效自评表\n{FORM}\n说明：数据为初步数。\n"
    sections = sections_of(text)
    assert [s.title for s in sections] == ["绩效情况", "项目支出绩效自评表", "项目支出绩效自评表"]
    assert text[: sections[1].span.end].endswith(foot)


def test_a_table_that_goes_on_belongs_to_its_form() -> None:
    text = f"项目支出绩效自评表\n{FORM}\n— 3 —\n\n\n\n\t效益指标\n\t通航保证率\n\t95%\n\t10\n\n"
    assert forms(text) == [("", "项目支出绩效自评表")]
    assert len(document(text).tables) == 2


def test_prose_goes_on_under_a_form() -> None:
    above = f"一、绩效情况\n（一）资金情况\n{BODY}\n"
    text = f"{above}项目支出绩效自评表\n{FORM}注：含自筹。\n{BODY}\n（二）产出情况\n{BODY}\n"
    doc = document(text)
    sections = split_sections(doc)
    assert [(s.level, LETTERS[s.kind], s.parent) for s in sections] == [
        (1, "E", None),
        (2, "F", 0),
        (3, "T", 1),
        (3, "F", 1),
        (2, "E", 0),
    ]
    assert doc.quote(sections[3].span) == f"{BODY}\n"
    assert_sound(doc, sections)


def test_a_signature_after_the_forms_is_no_part_of_them() -> None:
    sections = sections_of(f"一、绩效情况\n{BODY}\n项目支出绩效自评表\n{FORM}\n某区航道处\n2024年3月1日\n")
    assert [LETTERS[s.kind] for s in sections] == ["E", "T", "O"]


def test_annexes_that_are_only_listed() -> None:
    text = f"一、绩效情况\n{BODY}\n附件：1.基础数据表\n2.项目支出绩效自评表\n项目支出绩效自评表\n{FORM}"
    assert [LETTERS[s.kind] for s in sections_of(text)][-1] == "T"
    assert "F" not in [LETTERS[s.kind] for s in sections_of(text)]


def test_a_mark_above_the_report_title_is_no_section() -> None:
    assert headings(f"附件3\n某局2023年度绩效自评报告\n一、绩效情况\n{BODY}\n") == ["一、绩效情况"]


def test_no_text_no_sections() -> None:
    assert sections_of("") == ()


def test_text_without_headings_is_one_section() -> None:
    sections = sections_of(BODY)
    assert [(s.kind, s.heading, s.span) for s in sections] == [(SectionKind.OTHER, None, Span(0, len(BODY)))]


def test_tree_walks() -> None:
    text = f"一、甲情况\n（一）乙\n{BODY}\n（二）丙\n1.丁\n{BODY}\n附件2\n项目支出绩效自评表\n{FORM}"
    sections = sections_of(text)
    assert [child.title for child in children(sections, 0)] == ["乙", "丙"]
    assert text[slice(*subtree(sections, 2))] == f"（二）丙\n1.丁\n{BODY}\n"
    assert heading_path(sections, 3) == ("一、甲情况", "（二）丙", "1.丁")
    assert heading_path(sections, 4) == ("附件2 项目支出绩效自评表",)


LINES = st.sampled_from(
    [
        "一、部门基本情况",
        "三、",
        "（二）项目支出情况",
        "(3) 维修。",
        "1.",
        "4、改进措施",
        "①甲",
        "附件1",
        "附：",
        "第二部分 绩效",
        "目录",
        "下一步改进措施",
        "项目支出绩效自评表",
        "2023年度部门整体支出",
        "绩效自评表",
        "单位：万元",
        "注：1.甲",
        "2.乙",
        "填表人：甲",
        "",
        "\t",
        "\t项目名称",
        "\t一级指标",
        "\t三级指标",
        "\t分值",
        "\ta\tb",
        "甲\t乙",
        "|甲|乙|\n|---|---|",
        "300吨级泊位",
        "3.5亿元",
        "（未完",
        "验收“两类",
        "，",
        "\f",
        "— 1 —",
        BODY,
        "说明",
        "  ",
        "\u3000",
        "[bookmark: _GoBack]",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(LINES, max_size=25).map("\n".join))
def test_any_mixture_of_lines_is_tiled(text: str) -> None:
    doc = document(text)
    assert_sound(doc, split_sections(doc))


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("一二十、（）()1239.．①附件:：\t\n\f |-甲情况表。，　*#"), max_size=80))
def test_any_text_is_tiled(text: str) -> None:
    doc = document(text)
    assert_sound(doc, split_sections(doc))


REAL = {
    # level-1 kinds in order, and how many sections of each kind there are in all
    "000": ("OPFEOQ", {"P": 4, "F": 4, "T": 0}),
    "001": ("OPFFFFEQRO" + "TTTTT", {"R": 5, "Q": 5, "T": 5}),
    "003": ("OPFFFFEQROTT", {"R": 1, "E": 12, "T": 2}),
}


@pytest.mark.parametrize("name", REAL)
def test_real_reports(name: str) -> None:
    paths = sorted((CORPUS / "reports").glob(f"{name}_*.txt"))
    if not paths:
        pytest.skip("the corpus of real reports is not beside the project")
    doc = read_document(paths[0])
    sections = split_sections(doc)
    assert_sound(doc, sections)
    top, counts = REAL[name]
    assert "".join(LETTERS[s.kind] for s in sections if s.level == 1) == top
    assert {letter: sum(s.kind is KINDS[letter] for s in sections) for letter in counts} == counts


def test_real_reports_in_word_have_the_same_outline() -> None:
    paths = sorted((CORPUS / "formats").glob("*.docx"))
    if not paths:
        pytest.skip("the corpus of real reports is not beside the project")
    for path in paths:
        doc = read_document(path)
        sections = split_sections(doc)
        assert_sound(doc, sections)
        assert "".join(LETTERS[s.kind] for s in sections if s.level == 1) == REAL[path.name[:3]][0]

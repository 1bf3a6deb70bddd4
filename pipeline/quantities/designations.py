"""Numbers that count nothing: ordinals, document numbers, names, slogans, codes, list marks, telephone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.quantities.units import unit_at
from schemas.text import Span

# Whole stretches in which no number counts: titles, addresses, Word field junk, page marks.
_STRETCH = re.compile(
    r"《[^《》\n]{1,80}》|https?://[!-~]+|www\.[!-~]+|_Toc[0-9]+|PAGEREF[^\n\]]{0,40}"
    r"|〔[^〔〕\n]{1,8}〕|7 ?[x×X*] ?24"
)
_PAGE_MARK = re.compile(r"^[ \t]*[-—]{1,2} ?[0-9]{1,3} ?[-—]{1,2}[ \t]*$", re.MULTILINE)
_QUOTED = re.compile(r"[“\"「『‘][^“”\"「」『』‘’\n]{1,14}[”\"」』’]")

# What makes a number a name, whatever unit seems to follow.
_RANK_BEFORE = re.compile(r"(?:第|(?<![目此日以年之提节先事会当空生])前|No\.?|NO\.?|TOP|Top|top)\s?\Z")
_NAME_AFTER = re.compile(
    r"(?:[-~—至、/.][0-9]{1,4}){0,6} ?(?:号(?!召)|强(?!化|调|度|制|力)|版(?!权|块|面)|级(?!别)"
    r"|届(?=[一二三四五六七]?中|人大|政协|全[国省市县区]|党)|季度|世纪|年代|国道|省道|县道|高速|热线|专线)"
    r"|后(?=青年|干部|大学|群体|[”\"、,。]|\Z)|\+ ?[A-Za-z0-9]|[A-Za-z_]|:[0-9]|(?:\.[0-9]+)+|[·•.][0-9]"
    r"|-[0-9]+-[0-9]| ?大(?!于|约|概|型|额|力|幅)"
)
# What makes a number without unit a label, a code or a mark of a list.
_LABEL_BEFORE = re.compile(
    r"(?:附件|附表|附图|附录|图表|(?<![代报仪电手水图])表|(?<![地版企意试插])图|附|(?<![关备])注|标段)"
    r" ?(?:[0-9]{1,2}-)?\Z"
)
_CODE_BEFORE = re.compile(
    r"(?:编号|序号|编码|代码|账号|帐号|电话|手机|传真|邮编|邮政编码|联系方式|日期|QQ|信用代码|证号|号码)"
    r"(?:\([^()]{0,6}\))? ?:? {0,3}[0-9-]{0,14}\Z"
    r"|(?:排名|位列|位居|名列)[^0-9,。;\n\t]{0,4}\Z|工业 ?\Z"
)
_HOTLINE = re.compile(
    r"(?:12[0-9]{3}|9[56][0-9]{3,4}) ?(?:热线|平台|专线|政务|市民|便民|投诉|举报|服务|工单|公共)"
    r"|1(?:10|19|20|22) ?(?:热线|急救|指挥|报警|接警|接处警)"
)
_JOINED_CODE = re.compile(r"(?:[A-Za-z]-|[A-Za-z0-9][·•])\Z")
_LETTERED = re.compile(r"[A-Za-z]{2}\Z")
_AFTER_MARK = re.compile(r"(?:^|[^0-9.])[0-9]{1,2}\Z")
_SECTION_NUMBER = re.compile(r"(?:1[0-2]|[1-9])\.(?:1[0-9]|[1-9])[ 、.]{0,2}(?=[\u4e00-\u9fff])")
_LISTED_BEFORE = re.compile(r"(?:指标|目标|任务|问题|措施|项目|举措|步骤|阶段|原因|建议|方案)\Z")
_DIGITS_ONLY = re.compile(r"[0-9]+\Z")
_MOBILE = re.compile(r"1[3-9][0-9]{9}\Z")
_LAND_LINE = re.compile(r"0[0-9]{2,3}[-—][0-9]{7,8}")
_YEAR_AFTER = re.compile("(?:19|20)[0-9]{2} ?年")
_LINE = re.compile(r"(?:^|[\n\t])[ #*\-]{0,12}\Z")
_LINE_OR_CLAUSE = re.compile(r"(?:^|[\n\t。;,:(])[ #*\-]{0,12}\Z")

# A Chinese digit before a measure word that is an idiom, a slogan or a title of a policy.
_IDIOM = re.compile(
    r"十[一二三四五六]五|十分(?!钟|之)|[零〇](?:件|头|部|位|点|层|口|售|花)"
    r"|一(?:批|些|种|度|期|类|级|届|片|段|轮|层|成|番|口|块|头|起|面|手|把|身|点|步|部|节|课|站|位|股|流|线|门|孔|章|字|集)"
    r"|一(?:次(?:性|分|供|函|办|会|验收|通过|合格)|条(?:龙|心|街|线)|盘棋|张(?:网|图|表|蓝图|清单|卡|单)|件事)"
    r"|一(?:本(?:账|通|经|证)|家(?:亲|人)|分(?:钱|为|一)|个中心|(?P<again>.)(?P=again))"
    r"|一[户人事企县镇乡村校园品项业岗网窗河](?:[一两双三多]|长)(?![个家名])|一个[^,。;、\n]{1,3}一(?![个家名])"
    r"|三天两头|三番五次|(?<!翻)(?<!翻了)[一两三]番|二次(?=供水|污染|创业|利用|装修|分配|加压|转运)|三次产业"
    r"|[二三]本(?!书|账|台|册|教|手)|三头(?![猪牛羊])|(?:一[年天])(?=[\u4e00-\u9fff])(?![内以左])"
    r"|[两二三四五六七八九十](?:个(?:一|基本点|维护|确立|毫不动摇|文明|责任|代表|务必|区分|必须|意识|自信|全面|服从)"
    r"|个(?:不摘|最严|革命|统筹|伟大|结合|没有变|大局|健康|覆盖|只增不减|百(?!分点)|100|方面军|坚持|转变|优先)"
    r"|项(?:规定|纪律|准则|基本原则)|位一体|分法|年(?:行动|规划|计划|攻坚|倍增|级|制))"
    r"|[二三四五六七八九](?:点(?![零一二三四五六七八九])|等|产|次元|度|线|成(?![以左,。;、）)]))"
)
_CODE_JOINS = frozenset("-·•")
_RANK_ENDS = frozenset("第前oO.pP \n")
_FUSED_BEFORE = frozenset("每某另同哪这那统惟唯逐之")


def find_stretches(text: str, dates: Iterable[Span]) -> list[Span]:
    """The stretches of a folded text in which no number counts, dates included, in order and without overlap."""
    spans = [*dates, *(Span(*match.span()) for match in _STRETCH.finditer(text))]
    spans.extend(Span(*match.span()) for match in _PAGE_MARK.finditer(text))
    return sorted(spans)


def find_quotations(text: str) -> list[Span]:
    """The short quotations of a folded text, with their marks; a count in one is part of a name: “三员”, “500强”."""
    return [Span(*match.span()) for match in _QUOTED.finditer(text)]


def is_name(text: str, start: int, end: int) -> bool:
    """True where an Arabic number is an ordinal, a code or part of a name, whatever follows it."""
    before = text[start - 1 : start]
    if before == "_" or (before.isascii() and before.isalpha()):
        lettered = _LETTERED.search(text, max(0, start - 2), start) is not None
        return not lettered or not _counts_after_letters(text, end)
    if before == "." and text[start - 2 : start - 1].strip():
        return _AFTER_MARK.search(text, max(0, start - 4), start - 1) is None  # the 12 of 2.12个乡镇 does count
    if before in _CODE_JOINS and _JOINED_CODE.search(text, max(0, start - 2), start):
        return True
    if before == ":" and text[start - 2 : start - 1].isdigit():
        return not _LISTED_BEFORE.search(text[max(0, start - 5) : start - 1].rstrip("0123456789:"))
    if _is_bracketed_year(text, start, end) or _LAND_LINE.match(text, start) or _HOTLINE.match(text, start):
        return True
    if _NAME_AFTER.match(text, end) and not _keeps_unit(text, start, end):
        return True
    return before in _RANK_ENDS and bool(_RANK_BEFORE.search(text, max(0, start - 5), start))


def _counts_after_letters(text: str, end: int) -> bool:
    """GDP5.2% and APP30个 count, PM2.5 and G20 do not."""
    return text[end : end + 1] in {"%", "个", "家", "款", "元", "万", "亿"}


def _keeps_unit(text: str, start: int, end: int) -> bool:
    """A unit in letters (5km, 30kg) and a list mark before its value (指标1:20个) are no names."""
    if text[end] == ":":
        return _LISTED_BEFORE.search(text, max(0, start - 4), start) is not None
    return text[end] != "届" and unit_at(text, end) is not None


def _is_bracketed_year(text: str, start: int, end: int) -> bool:
    if end - start != 4 or text[start : start + 2] not in {"19", "20"}:
        return False
    return text[start - 1 : start] in set("[(〔【") and text[end : end + 1] in set("])〕】")


def is_label(text: str, start: int, end: int) -> bool:
    """True where a number without unit is a label, a code, a telephone number or a list mark."""
    digits = text[start:end]
    if _CODE_BEFORE.search(text, max(0, start - 26), start) or text[max(0, start - 3) : start].endswith(
        ("..", "…", "… ")
    ):
        return True
    if not _DIGITS_ONLY.match(digits):
        if _SECTION_NUMBER.match(text, start) is None or text[max(0, start - 2) : start].rstrip(" ").endswith(":"):
            return False
        return at_clause_start(text, start)
    if len(digits) <= 2:
        return _is_small_label(text, start, end)
    after = text[end : end + 1]
    year = len(digits) == 4 and digits[:2] in {"19", "20"} and "\u4e00" <= after <= "\u9fff"
    return year or len(digits) > 15 or _MOBILE.match(digits) is not None


def _is_small_label(text: str, start: int, end: int) -> bool:
    if _LABEL_BEFORE.search(text, max(0, start - 8), start) or _is_list_mark(text, start, end):
        return True
    return text[end : end + 1] == ":" and _LISTED_BEFORE.search(text, max(0, start - 4), start) is not None


def at_line_start(text: str, start: int) -> bool:
    """True at the start of a line or a cell."""
    return _LINE.search(text, max(0, start - 14), start) is not None


def at_clause_start(text: str, start: int) -> bool:
    """True at the start of a line, a cell or a clause, where list marks stand."""
    return _LINE_OR_CLAUSE.search(text, max(0, start - 14), start) is not None


def _is_list_mark(text: str, start: int, end: int) -> bool:
    """1、 and 1. before words, 1) and (1) before words or at the start of a line."""
    after = text[end : end + 1]
    if after in {"、", "."}:
        following = text[end + 1 : end + 4].strip(" ")[:1]
        if following.isdigit() and not _YEAR_AFTER.match(text, end + 1):
            return at_line_start(text, start)
        if text[max(0, start - 2) : start].rstrip(" ")[-1:] in {":", "("} and text[start:end] != "1":
            return False  # 得分：10、等级：优; a list starts with 1
        return bool(following) and ((after == "." and text[start - 1 : start] == " ") or at_clause_start(text, start))
    closing = text[end : end + 2].lstrip(" ")[:1]
    if closing not in {")", "]"}:
        return False
    opening = text[max(0, start - 2) : start].rstrip(" ")[-1:]
    if opening not in {"(", "["}:
        return at_clause_start(text, start)
    bracket = text.rfind(opening, 0, start)
    follower = text[text.index(closing, end) + 1 :][:2].strip(" ")[:1]
    return at_clause_start(text, bracket) or "\u4e00" <= follower <= "\u9fff"


def idiom_end(text: str, start: int) -> int | None:
    """Where the idiom ends that a Chinese numeral begins, or the numeral that ends another word (统一, 第三)."""
    before = text[start - 1 : start]
    if before in _FUSED_BEFORE and text[start] == "一" and not text.startswith("合同", max(0, start - 2)):
        return start + 1
    if before in _RANK_ENDS and _RANK_BEFORE.search(text, max(0, start - 5), start):
        return start + 1
    match = _IDIOM.match(text, start)
    return None if match is None else match.end()

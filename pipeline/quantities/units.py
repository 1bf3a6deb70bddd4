"""The units and scales of the reports, as a table: what is counted or measured, in which base unit."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple


class Unit(NamedTuple):
    """A unit as it is written, what it measures, and its size in the base unit of that dimension."""

    word: str
    dimension: str
    factor: Decimal
    not_before: re.Pattern[str] | None  # the word is no unit where this follows: 15 人员, 3 项目, 10 分别


ONE = Decimal(1)

# "word=factor!pattern": size in the base unit (1 where left out), and what must not follow.
# Base units: 元 (or the foreign currency), percent point, 平方米, 米, 千克, 立方米, 秒, 千瓦时, 千瓦.
_TABLE = {
    "money:CNY": "元!旦|素|宵|月|件 圆!桌|满|形 元人民币 人民币 元整",
    "money:USD": "美元 美金",
    "money:EUR": "欧元",
    "money:HKD": "港元 港币",
    "money:JPY": "日元",
    "money:GBP": "英镑",
    "money:TWD": "新台币 台币",
    "money:AUD": "澳元",
    "money:KRW": "韩元",
    "money:RUB": "卢布",
    "percent": "% 百分比",
    "permille": "‰",
    "percentage_point": "个百分点 百分点 个百分比",
    "multiple": "倍!增 成=0.1!立|功|果|效|本|员|交|为|长|品|绩|都|熟|人|年|就|分|活|套|批|立|因|型 番!茄|薯",
    "area": (
        "平方米 ㎡ m² m2 平米 平方 亩=666.6666666666666666666666667 公顷=10000 平方公里=1000000 "
        "平方千米=1000000 km²=1000000"
    ),
    "volume": (
        "立方米 立方 m³ m3 方!面|案|式|法|向|针|便|可|略|能|位|才|阵 升=0.001!级|学|降|值|格|温|至|为|高|华|旗|到"
    ),
    "length": (
        "公里=1000 千米=1000 km=1000 米!面|粉|线|豆|业|其 m 厘米=0.01 cm=0.01 毫米=0.001 mm=0.001 海里=1852 华里=500"
    ),
    "mass": "吨=1000 千克 公斤 kg 斤=0.5 克=0.001!服|隆|扣|拉|里|己|难 毫克=0.000001 微克=0.000000001",
    "energy": "千瓦时 kWh 度!假|过|汛|量 兆瓦时=1000",
    "power": "千瓦 kW KW 兆瓦=1000 MW=1000",
    "time": (
        "年=31536000!度|代|底|末|初|级|报|份|货|轻|龄|终 周年=31536000 学年=31536000 个月=2628000 个多月=2628000 "
        "个余月=2628000 个季度=7884000 个学期 学期 周=604800!边|转|期|末|岁|年|密|到|报 个星期=604800 "
        "天=86400!然|津|气|河|门|元|山|府|桥|街|价|网|空|使|猫 日=86400!常|报|均|照|期|前|志|程|用|本|晚 "
        "个工作日=86400 工作日=86400 日历天=86400 小时=3600!工|候 个小时=3600 分钟=60 秒 岁=31536000"
    ),
    "count": (
        "个!体[工户经私]|性化|转企|人所得|人信 人次 人·次 人天 人日 "
        "人!民|大[代常会工]|社[局部厅]|员|才|事[局科处部档]|均|居|力|口|物|选 户次 "
        "户!籍|外[运用活广拓]|型|主|均|口 名!录|单|额|义|誉|词 家次 家!庭 次!日|年|生|序|月|于 批次 "
        "批!准|复文|发[市价零企]|零[住售]|量 场次 场!所|馆|景|域|镇 频次 班次 车次 台次 件次 项次 项!目(?!标)|链 "
        "条!件|例(?!行)|令|理|约 件!套 份!额|子 台套 台（套） 台(套) 台!账|湾|风|阶|历 套!餐|取|路|现 辆 "
        "座!谈|位数|次 处!理|置|罚|级|室|长|于|分决|方[药单] 所!有|属|需|得|谓|辖 株!洲 棵 "
        "本!级|年|地|科|次|土|金|身|期|月|季|币|溪 册 张!家|店 篇 幅!度 块 间!接|隔|距|断|作 栋 幢 宗!旨|教 "
        "起!草|点|步|到|来|始|义|诉|重|码|伏|飞|用|至|降 例!会|如|行|外|证 款!项|式|额 种类 "
        "种!植[业面大基合户]|子[企公]|养[业大殖]|粮[大户面补]|业[企振公园]|苗|田 类!别|型|似|推 站点 网点 "
        "站!点|在|式|位|长|立|台 个点 期!间|末|初|限|望|刊|满|盼|待|内|货 "
        "分!别|类|析|配|享|局|管|红|成|布|解|工|级|行|支|流|散|包|期|值|公司|之"
        "|项|设|段|层|数|批|步|组|片|担|税|摊|校|店|子|清|拨|拣|中[心队]|院|会"
        "|离|歧|明|给|列|发|属|档|比|母|区|县|队|账 头!部|等|条|脑|衔|雁|顶|疼 "
        "只!有|能|是|要|增|减|需|保|限|收|剩|占|完|会|做|涉 羽 匹 尾!款|水|气|数|矿|盘 "
        "位!于|居|列|置|数|次|势|阶 组!织|长|合|团|装|委 支队伍 支部 "
        "支!出|持|付|撑|部|行|农|援|教|委|线|队|局|取|前|架|渠|柱 艘 架!构|设|空 根!据|本|源|治|除 枚 届 "
        "轮!换|岗|训|流|候|胎|船|作 门!类|户|店|票|诊|市|槛|牌|头|前|禁 "
        "部!门|分|署|队|长|级|委|位|属|件|里|落|省|市 首!次|批|个|家|届|先|创|要|位|期|府|席|都|年|季|问 "
        "节!约|能|省|点|日|假|目|水|气|庆|俭|奏|支 课时 课!题|程|堂|后|标 学时 层!级|面|次 笔!试|记 "
        "单!位|独|一|个|项|元|纯|边|据|价|列 卷 包!括|含|装|容|保|联|干|片|抓|村|厢 箱 袋 瓶 桶 盒 粒 颗 盏 "
        "眼!科|光|镜|前|界|下 口!岸|径|号|粮|罩|头|服|碑|腔|子|述|味|感|语 孔 段!落 片!区|面|长|状 剂次 针次 "
        "例次 针!对|灸 张床位 个床位 床位 床!位|上 席 票 页!面|码 字!段|样|体 章!程|节 个班 班!子|级|组 "
        "集!中|团|体|合|聚|约|成|镇|市|群|散|装|结|权|训|会 万步 步!骤|伐|行|道|入|调"
    ),
}

# Longest first: 万亿 before 万. A hedge may stand between the number and these (400余万) or after (5万余).
SCALES = {
    "万亿": Decimal(10) ** 12,
    "千亿": Decimal(10) ** 11,
    "百亿": Decimal(10) ** 10,
    "十亿": Decimal(10) ** 9,
    "个亿": Decimal(10) ** 8,
    "亿": Decimal(10) ** 8,
    "千万": Decimal(10) ** 7,
    "百万": Decimal(10) ** 6,
    "十万": Decimal(10) ** 5,
    "万": Decimal(10) ** 4,
    "千": Decimal(1000),
    "百": Decimal(100),
}

# Words that follow a Chinese numeral as part of another word more often than as its unit (四面八方, 三字经, 十日).
ARABIC_ONLY = frozenset("方度升克分字席票针眼孔包集步部日章门页组层课节单口卷类期届站位片段米")

CURRENCY_SIGNS = {"¥": "money:CNY", "￥": "money:CNY", "$": "money:USD", "€": "money:EUR", "£": "money:GBP"}


def _table_rows() -> dict[str, tuple[Unit, ...]]:
    rows: dict[str, list[Unit]] = {}
    for dimension, words in _TABLE.items():
        for entry in words.split():
            head, _, stops = entry.partition("!")
            word, _, factor = head.partition("=")
            unit = Unit(word, dimension, Decimal(factor or 1), re.compile(stops) if stops else None)
            rows.setdefault(word[0], []).append(unit)
    return {first: tuple(sorted(units, key=lambda unit: -len(unit.word))) for first, units in rows.items()}


_UNITS = _table_rows()
UNIT_STARTS = frozenset(_UNITS)
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ2³²")


def unit_at(text: str, position: int) -> Unit | None:
    """The longest unit that starts at the position of a folded text, or None."""
    for unit in _UNITS.get(text[position : position + 1], ()):
        if not text.startswith(unit.word, position):
            continue
        end = position + len(unit.word)
        if unit.not_before is not None and unit.not_before.match(text, end):
            continue
        follower = text[end : end + 1]
        if unit.word[-1] in _LETTERS and follower.isascii() and follower.isalnum():
            continue  # 5m is a length, 5mobile is not
        return unit
    return None

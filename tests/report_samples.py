"""A small invented report, and files that are none, for the tests of runs and commands."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

REPORT = (
    "云溪县园林局2023年度部门整体支出绩效自评报告\n"
    "一、部门基本情况\n本单位编制数12人，实有在职人员11人。\n"
    "二、预算执行情况\n2023年项目支出全年预算数262.07万元，全年执行数250.50万元，执行率95.59%。\n"
    "三、绩效情况\n全年新建口袋公园7个，比上年增加2个。\n"
    "部门整体支出绩效自评表\n"
    "一级指标\t二级指标\t三级指标\t年度指标值\t实际完成值\t分值\t得分\t偏差原因分析及改进措施\n"
    "产出指标\t数量指标\t巡查次数\t≥120次\t96次\t10\t10\t\n"
    "产出指标\t质量指标\t苗木成活率\t95%\t97.2%\t10\t10\t\n"
    "总分\t\t\t\t\t100\t92.5\t\n"
    "四、存在的问题\n（一）预算编制不够精细。部分项目预算测算依据不足。\n"
    "五、下一步改进措施\n（一）加强预算管理。提高预算编制质量。\n"
)

NO_REPORT = "今天的菜谱：青菜、豆腐、米饭。" * 20

OFFICE_ENCRYPTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def write_report(path: Path, unit: str = "云溪县园林局") -> Path:
    """A report of a unit; another unit makes another content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(REPORT.replace("云溪县园林局", unit), encoding="utf-8")
    return path


def truncated_docx() -> bytes:
    """The first half of a Word file's archive."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>" * 200)
        archive.writestr("word/document.xml", "<w:document/>" * 400)
    return content.getvalue()[: len(content.getvalue()) // 2]

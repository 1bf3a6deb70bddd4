"""The year that a report is about."""

from __future__ import annotations

import pytest

from pipeline.forms.year import find_year
from tests.rule_samples import document


@pytest.mark.parametrize(
    "text",
    ["", "云溪县园林局绩效自评报告\n支出1202万元，编号2023。", "云溪县园林局绩效自评报告\n电话52023年"],
    ids=["empty", "no year", "end of a longer number"],
)
def test_report_without_a_year(text: str) -> None:
    assert find_year(document(text)) is None


@pytest.mark.parametrize(
    ("text", "year", "place"),
    [
        ("云溪县园林局2023年度绩效自评报告\n2022年、2022年、2022年", "2023", 0),
        ("2024年3月\n云溪县园林局2023年度部门整体支出绩效自评报告\n", "2023", 8),
        ("云溪县园林局2023 年度绩效评价报 告\n", "2023", 0),
        ("云溪县园林局绩效自评报告\n2022年支出71万元。2023年支出79万元，2023年末在职42人。", "2023", 20),
        ("关于报送材料的说明\n2022年支出71万元，2023年支出79万元，2022年末在职42人。", "2022", 0),
    ],
    ids=["title", "last one in the title", "spaces", "told most", "told most, no title"],
)
def test_year_of_a_report(text: str, year: str, place: int) -> None:
    found = find_year(document(text))
    assert found is not None
    start = text.index(year, place)
    assert (found.value, found.where) == (year, (start, start + 4))

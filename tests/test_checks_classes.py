from __future__ import annotations

import pytest

from tests.check_samples import codes_about_report, findings, report


@pytest.mark.parametrize(
    "words",
    [
        "接收档案3.62万卷，其中文书档案1.85万卷、科技档案1.77万卷。",
        "接收档案3.62万卷，其中文书档案1.85万卷、科技档案1.00万卷。",  # other classes are left out
        "培训320人，其中党员120人、女性195人。",  # no classes of one kind
        "接收档案3.5万卷，其中文书档案1.85万卷、科技档案1.67万卷。",  # rounded
        "接收档案362卷，其中文书档案185卷、科技档案170件。",
        "项目支出3.62万元，其中文书档案1.85万元、科技档案1.67万元等。",  # money has a check of its own
        "接收档案3.62万卷，同比增长4%。其中文书档案1.85万卷、科技档案1.67万卷。",
    ],
)
def test_classes_that_add_up_or_may_not_be_all_are_no_finding(words):
    assert codes_about_report(report(words)) == []


def test_classes_that_miss_the_whole_by_little():
    words = "接收档案3.62万卷，完成任务3.5万卷，其中文书档案1.85万卷、科技档案0.62万卷和民生档案1.05万卷。"
    (finding,) = findings(report(words))
    assert (finding.code, finding.detail) == ("SUM", "1.85+0.62+1.05=3.52，报告写3.62万卷，相差0.1")

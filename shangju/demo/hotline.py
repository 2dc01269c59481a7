"""A table of the 12345 hotline, taken in by the duty desk through the services that serve people."""

import csv
import io
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from shangju.accounts.models import User
from shangju.areas.models import Area, AreaKind
from shangju.cases import moves
from shangju.cases.rules import REPORTER, staff
from shangju.cases.services import apply_move
from shangju.imports.models import ImportRun
from shangju.imports.runs import give_table, start_import
from shangju.imports.work import work_on_runs

HEADERS = (
    "工单编号",
    "来电时间",
    "诉求内容",
    "诉求类型",
    "所属社区",
    "诉求地址",
    "来电人",
    "联系电话",
    "办理状态",
    "办理结果",
)
ORDERS = (
    ("楼下早餐店凌晨四点开始和面，机器声很大，休息不好", "投诉", "宋官营社区", "宋官营社区弥陀寺巷"),
    ("请问社区服务大厅周末是否办理老年优待证", "咨询", "宋官营社区", ""),
    ("路口共享单车堆得太多，婴儿车过不去", "投诉", "桂井社区", ""),
    ("希望在小区门口加一盏路灯，晚上太暗", "建议", "桂井社区", ""),
    ("烧烤店油烟直排，楼上不敢开窗", "投诉", "宋官营社区", ""),
    ("楼道里堆满纸箱，担心着火", "举报", "", "大市口街道中山东路"),
    ("独居老人家里水管漏水，请帮忙联系师傅", "求助", "桂井社区", ""),
    ("网格员冒雨帮忙抬轮椅，特来感谢", "表扬", "宋官营社区", ""),
)
"""What was said, its type, where; the numbers, times and phones are made when the table is written."""

UNUSABLE = ("工地夜里十一点还在打桩", "投诉", "桂井社区", "")
"""A row whose time was typed as words: the table shows what a refusal looks like."""

ANSWER = "社区服务大厅周六上午九点至十二点可以办理老年优待证，请带身份证和一张照片。"


def tell_hotline_table(*, now: datetime) -> ImportRun | None:
    """A finished import of the day before yesterday, with one order answered; none where there is no duty desk."""
    user = User.objects.filter(username="duty-desk").first()
    area = Area.objects.filter(kind=AreaKind.SUBDISTRICT).order_by("path").first()
    if user is None or area is None:
        return None
    by, given_at = staff(user), now - timedelta(days=2)
    upload = SimpleUploadedFile("12345热线交办单.csv", _table(given_at))
    run = give_table(upload, area=area, by=by, language=settings.LANGUAGE_CODE, now=given_at)
    work_on_runs(given_at)
    run = start_import(run, by=by, now=given_at, masks=True)
    while work_on_runs(given_at):
        pass
    question = run.rows.filter(case__request_type="enquiry").select_related("case").first()
    if question is not None and question.case is not None:
        answer = moves.AnswerDirectly(answer=ANSWER)
        case = apply_move(question.case, answer, by=by, now=given_at + timedelta(hours=1))
        thanks = moves.Confirm(solved="yes", satisfaction="satisfied", words="答复很清楚")
        apply_move(case, thanks, by=REPORTER, now=given_at + timedelta(hours=5))
    return run


def _table(given_at: datetime) -> bytes:
    """The table as the hotline exports it: GB18030, a title above the headers."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["12345 热线交办单", *("" for _header in HEADERS[1:])])
    writer.writerow(HEADERS)
    for number, order in enumerate((*ORDERS, UNUSABLE), start=1):
        called = timezone.localtime(given_at - timedelta(hours=number, minutes=7 * number))
        told = "前天晚上" if order is UNUSABLE else f"{called:%Y-%m-%d %H:%M:%S}"
        caller, phone = f"来电人 {number}号", f"1380000{number:04}"
        row = (f"ZJ{called:%Y%m%d}{number:05}", told, *order, caller, phone, "待签收", "")
        writer.writerow(row)
    return out.getvalue().encode("gb18030")

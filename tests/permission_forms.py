"""What the requests behind the permission matrix carry: values that forms, moves and the interface accept.

A word in braces names a row that is there: ``tests/permission_requests.py`` puts it in.
"""

from typing import Any

from shangju.bulletins.text.parts import Part
from shangju.cases.rungs import Rung

MOVE_VALUES: dict[str, tuple[str, dict[str, Any]]] = {
    "accept": ("registered", {"category": "0103", "request_type": "complaint"}),
    "decline": ("registered", {"reason": "too_vague", "explanation": "请补充时间和地点。"}),
    "refer": ("registered", {"legal_channel": "诉讼", "explanation": "此事请向法院提出。"}),
    "answer_directly": ("registered", {"answer": "办事大厅九点开门。"}),
    "dispatch": ("accepted", {"handler": "post-{post}"}),
    "sign": ("dispatched", {}),
    "contact": ("in_progress", {"way": "phone", "reached": True}),
    "visit": ("in_progress", {"place": "upstairs", "finding": "楼上无异常"}),
    "find_cause": ("in_progress", {"root_cause": "吊扇老化"}),
    "mediate": ("in_progress", {"with_whom": "店主", "account": "劝导更换", "result": "agreed"}),
    "resolve": ("in_progress", {"outcome": "explained", "answer": "吊扇已拆除"}),
    "confirm": ("resolved", {"reached": True, "solved": "yes", "satisfaction": "satisfied"}),
    "reopen": ("resolved", {"reason": "又响了"}),
    "close_unreachable": ("resolved", {}),
    "answer_as_party": ("in_progress", {"words": "马上检查"}),
    "change_assistants": ("in_progress", {"assistants": []}),
    "ask_return": ("in_progress", {"reason": "不属本网格"}),
    "ask_pause": ("spoken", {"reason": "parts", "until": "{soon}", "explanation": "等配件"}),
    "ask_extension": ("asked_nothing", {"amount": 2, "reason": "施工需要时间"}),
    "grant_return": ("asked", {"note": "同意"}),
    "grant_pause": ("asked", {"note": "同意"}),
    "grant_extension": ("asked", {"explanation": "施工还需两天。"}),
    "ask_reveal": ("minor", {"fields_needed": ["phone"], "code": "call", "reason": "需要与监护人联系"}),
    "grant_reveal": ("asked", {"note": "同意"}),
    "refuse": ("asked", {"what": "return", "explanation": "请继续办理"}),
    "resume": ("paused", {"note": "配件已到"}),
    "merge": ("accepted", {"into": "{registered}", "explanation": "同一件事"}),
    "unmerge": ("merged", {"reason": "不是同一件事"}),
    "split": ("accepted", {"parts": "油烟\n\n噪音"}),
    "urge": ("in_progress", {"words": "请抓紧"}),
    "supervise": ("in_progress", {"demand": "书面回复", "reply_by": "{soon}"}),
    "escalate": ("in_progress", {"reason": "久拖未决"}),
    "convene": (
        "in_progress",
        {"others": "环境监测站、市场监管所", "account": "现场会商", "agreed": "三日内复查"},
    ),
    "reply": ("ordered", {"reply": "已约谈店主"}),
    "protect": ("in_progress", {"is_confidential": True}),
    "recuse": ("in_progress", {"reason": "own_home"}),
}
"""Every move that staff and members make: the state of the case it is tried on, and values that its form accepts."""

HANDLED_BY_MEMBER = {
    "sign": "member_dispatched",
    "visit": "member_in_progress",
    "resolve": "member_in_progress",
    "ask_return": "member_in_progress",
    "ask_pause": "member_spoken",
    "ask_extension": "member_asked_nothing",
    "resume": "member_paused",
    "reply": "member_ordered",
}
"""What a member does with a case that was given to it, tried on such a case."""

PASSWORD = "Lantern-2026"
"""Of the resident, the only one on the street who has one."""

CONFIRMATION = {"solved": "yes", "satisfaction": "satisfied"}
REASON = {"reason": "调整"}
NEW_AREA = {"kind": "community", "code": "A9", "name": "新社区"}
NEW_PERSON = {"username": "new-worker", "display_name": "网格员 9号"}
NEW_PARTY = {"kind": "merchant", "name": "东里粮店", "area": "{grid}", "joined_on": "2026-11-01"}
NEW_WEBHOOK = {"name": "数据平台", "address": "https://example.cn/hook"}
CONCERN = {"text": "楼道灯不亮", "place": {"area_code": "A1G1"}}
CALL = {
    "text": "楼道灯不亮",
    "area": "A1G1",
    "channel": "phone",
    "request_type": "complaint",
    "key": "desk-1",
}
VISIT = {"text": "楼道灯不亮", "address": "东里1幢", "visited": "shared_space", "key": "visit-1"}
ARTICLE = {"question": "垃圾怎么投放？", "short_answer": "看投放点公示。", "audience": "public"}
REPORT = {"text": "楼道灯不亮", "area": "A1G1", "request_type": "complaint", "key": "web-1"}
LADDER = {
    "save": "1",
    "dormant_days": "4",
    "long_pause_days": "10",
    **{f"{rung}-action": "urge" for rung in Rung},
    **{f"{rung}-after": "2" for rung in Rung},
    **{f"{rung}-receivers": "responsible" for rung in Rung},
}
MEASURES = {"weight_contacted": "20", "weight_solved": "40", "weight_satisfied": "40", "minimum": "5"}
NEW_PASSWORD = {"oldpassword": PASSWORD, "password1": "correct horse 7", "password2": "correct horse 7"}

FORMS: dict[str, dict[str, Any]] = {
    "public:report": REPORT,
    "public:me_too": {**REPORT, "case": "{case}"},
    "public:confirm": CONFIRMATION,
    "public:add_words": {"words": "夜里更响"},
    "public:withdraw": {"reason": "已自行解决"},
    "public:ask_about_data": {"words": "电话写错了"},
    "desk:enter": CALL,
    "desk:visit": VISIT,
    "desk:visit_categories": {"text": "楼道灯不亮"},
    "desk:earlier": {"phone": "13900001111"},
    "desk:me_too": {**CALL, "phone": "13955556666", "case": "{case}"},
    "desk:propose": {"result": "噪声源已拆除"},
    "desk:withdraw_publication": REASON,
    "public:help_opinion": {"was_helpful": "yes"},
    "knowledge:write": {**ARTICLE, "area": "{subdistrict}", "language": "zh-hans"},
    "knowledge:revise": {**ARTICLE, **REASON, "seen": "1"},
    "knowledge:move": REASON,
    "topics:move": REASON,
    "topics:gather": {"case": "{number}", "into": ""},
    "imports:give": {"area": "A"},
    "imports:name_columns": {"column_0": "id", "column_2": "text"},
    "desk:reveal": {"fields_needed": "phone", "code": "call", "reason": "回访预约时间"},
    "public:protect": {"is_confidential": "yes"},
    "ledgers:keep": {"name": "本月"},
    "ledgers:export": {"form": "csv"},
    "ledgers:decide": {"answer": "allow"},
    "supervision:urge": {"case": "{number}", "words": "请抓紧办理"},
    "supervision:ladder": LADDER,
    "supervision:measure-settings": MEASURES,
    "supervision:entrust": {
        "case": "{number}",
        "entrust-task_force": "{task_force}",
        "entrust-reason": "久拖未决",
    },
    "supervision:release": {"reason": "已协调完毕"},
    "supervision:start_card": {"case": "{number}"},
    "supervision:card_step": {"reason": "误报"},
    "supervision:set_up_task_force": {
        "name": "油烟专班",
        "mandate": "治理沿街油烟",
        "lead": "post-{leading}",
        "starts_on": "2026-03-05",
    },
    "supervision:change_task_force": {
        "name": "噪声专班",
        "mandate": "治理噪声",
        "lead": "post-{leading}",
        "starts_on": "2026-03-05",
    },
    "supervision:add_task_force_member": {"body": "party-{shop}", "role_word": "商户代表"},
    "my:card": {"words": "已整改"},
    "bulletins:new": {"first": "week:{last_week}", "language": "zh-hans"},
    "bulletins:edit": {"seen": "1", "title": "周通报", **dict.fromkeys(Part.values, "无")},
    "bulletins:issue": {"seen": "1", "is_read": "on"},
    "bulletins:withdraw": REASON,
    "administration:add_area": NEW_AREA,
    "administration:rename_area": {"name": "东一网格新", **REASON},
    "administration:move_area": {"parent": "{other_parent}", **REASON},
    "administration:retire_area": {"on": "2026-12-31", **REASON},
    "administration:outline": {"outline": "", "datum": "wgs84"},
    "administration:add_address": {"shown_as": "东里后巷"},
    "administration:remove_address": REASON,
    "administration:add_post": {"kind": "grid_worker", "name": "网格员岗 9号"},
    "administration:retire_post": {"on": "2026-12-31", **REASON},
    "administration:appoint": {"user": "resident", "starts_on": "2026-12-01"},
    "administration:end_appointment": {"last_day": "2026-12-31", **REASON},
    "administration:add_person": NEW_PERSON,
    "administration:change_activity": REASON,
    "administration:change_phone": {"phone": "", **REASON},
    "administration:change_wecom": {"wecom_id": "member-7", **REASON},
    "administration:template": {"text": "事项${{number}}已受理。", "provider_template": "SMS_1"},
    "administration:add_webhook": {**NEW_WEBHOOK, "area": "{subdistrict}"},
    "administration:change_webhook": {**NEW_WEBHOOK, "area": "{subdistrict}"},
    "administration:admit_party": NEW_PARTY,
    "administration:change_party": {**NEW_PARTY, **REASON},
    "administration:change_membership": {"status": "suspended", **REASON},
    "administration:delegate": {"user": "resident", "starts_on": "2026-12-01"},
    "administration:end_delegation": {"last_day": "2026-12-31", **REASON},
    "administration:add_stake": {"user": "resident", "party": "{shop}", "reason": "family"},
    "administration:end_stake": REASON,
    "administration:limits": {"gateway_minute": "10", "receiver_day": "20"},
    "administration:sending_times": {"begins": "20:00", "ends": "08:30"},
    "my:notice_settings": {"reset": "1"},
    "my:stakes": {"building": "{building}", "reason": "own_home"},
    "administration:retention_rule": {"days": "2", "reason": "statutory_duty"},
    "accounts:profile": {"language": "en"},
    "accounts:make_key": {"name": "grid program", "scopes": "read_cases", "days": "90"},
    "accounts:unlock": {"name": "resident"},
    "public:track": {"code": "{code}"},
    "account_login": {"login": "resident", "password": PASSWORD},
    "account_reauthenticate": {"password": PASSWORD},
    "account_request_login_code": {"phone": "13800001111"},
    "account_change_password": NEW_PASSWORD,
    "set_view_preference": {"theme": "dark"},
    "set_language": {"language": "en"},
}
"""What a POST of a page carries; nothing where it is not named."""

BODIES: dict[str, dict[str, Any]] = {
    "api:report": CONCERN,
    "api:confirm": CONFIRMATION,
    "api:reveal": {"fields": ["phone"], "code": "call", "reason": "回访预约时间"},
    "api:add_words": {"words": "夜里更响"},
    "api:withdraw": {"reason": "已自行解决"},
    "api:make_token": {
        "username": "resident",
        "password": PASSWORD,
        "name": "grid program",
        "scopes": ["read_cases"],
    },
    "api:add_webhook": {**NEW_WEBHOOK, "area": "A"},
    "api:change_webhook": {**NEW_WEBHOOK, "area": "A"},
}
"""What a POST of the interface carries."""

"""S1 as a table: what every role is answered by every page and operation. ``docs/permissions.md`` is made from it.

A row is ``METHOD page`` (and for a move its name), asked with sound values. What it says reads: the answer to
everybody, then who is answered otherwise, later words over earlier ones. ``sign-in`` is the way to the sign-in page.
A pair speaks of a case *near*, in the grid of the grid worker, and of a case *far*, in the neighbouring sub-district:
own area without the right is 403, another area's case is 404, one about the own shop is 404 at every staff door.
"""

from tests.permission_accounts import ACCOUNTS
from tests.permission_administration import ADMINISTRATION
from tests.permission_moves import MOVES_OF_MEMBERS, moves_of_staff
from tests.permission_roles import MINE, OPEN, SIGNED_IN, answers_of

DESK = "403 · sign-in anonymous · 404 elsewhere"
DESK_FAR = "404 · sign-in anonymous · 403 outsiders callers_in"
IMPORTS = "403 · sign-in anonymous · 404 importers"
"""A table of the sub-district: who takes orders in for a community of it or elsewhere does not know of it."""

TOPIC = "403 · sign-in anonymous · 404 readers unit walled elsewhere"
TOPIC_DONE = "403 · sign-in anonymous · 404 keepers walled elsewhere"
"""Whoever could keep or lead topics, but not this one, does not know of it; the others have nothing to do there."""
WALL = "403 · sign-in anonymous · 200 wall_watchers · 404 far_desk"
WALL_FAR = "403 · sign-in anonymous · 404 wall_watchers · 200 far_desk"
WALL_ROWS = "403 · sign-in anonymous · 302 wall_watchers · 404 far_desk"
WALL_ROWS_FAR = "403 · sign-in anonymous · 404 wall_watchers · 302 far_desk"
"""The screen of a sub-district, and the rows behind a figure (without one: back to the screen). Who may look at none is
told so, who looks at one does not know of another."""
LEDGERS = "403 · sign-in anonymous"
EXPORTS = "403 · sign-in anonymous · 404 ledger_readers audit_administrator"
"""What somebody took out, asked for or saved: who has ledgers of their own does not know of it."""

PROGRAM_SETUP = "403 · 401 anonymous · "
CASES = "403 · 401 anonymous · 404 outsiders elsewhere"
CASES_FAR = "404 · 401 anonymous"
PUBLICATION = (
    "403 · sign-in anonymous · 302 dispatchers · 404 elsewhere walled",
    "403 · sign-in anonymous · 404 dispatchers other_officer walled · 302 far_desk",
)

SUPERVISORS_FAR = "403 · sign-in anonymous · 404 supervisors"
LEADER_FAR = "403 · sign-in anonymous · 404 leader"
LEADING = ("403 · sign-in anonymous · 302 leader", LEADER_FAR)
"""What the leaders alone do with a task force."""

BULLETIN_WRITERS = "403 · sign-in anonymous · 200 supervisors"
BULLETIN_DRAFT = (
    "403 · sign-in anonymous · 404 far_desk · 200 supervisors",
    "404 · sign-in anonymous · 403 outsiders callers_in far_desk",
)
BULLETIN_FAR = "403 · sign-in anonymous · 404 supervisors"
BULLETIN_ISSUED_FAR = "403 · sign-in anonymous · 404 task_force leader"
STAFF = "200 · sign-in anonymous · 403 outsiders"
STAFF_FAR = "404 · sign-in anonymous · 403 outsiders · 200 far_desk"
NO_WRITER = "403 · sign-in anonymous"
ARTICLE_FAR = f"{NO_WRITER} · 404 writers · 200 far_desk"


MATRIX: dict[str, str | tuple[str, str]] = {
    "GET public:home": OPEN,
    "GET public:report": OPEN,
    "POST public:report": "302",
    "POST public:places": OPEN,
    "GET public:received": "302",
    "POST public:me_too": "302",
    "GET public:endorsed": "302",
    "GET public:endorsement": OPEN,
    "GET public:export_endorsement": OPEN,
    "POST public:withdraw_endorsement": "302",
    "GET public:place": OPEN,
    "GET public:member_place": OPEN,
    "GET public:board": OPEN,
    "GET public:figures": OPEN,
    "GET public:figures_table": OPEN,
    "GET public:track": OPEN,
    "POST public:track": "302",
    "GET public:case": OPEN,
    "POST public:confirm": "302",
    "POST public:add_words": "302",
    "POST public:protect": "302",
    "POST public:withdraw": "302",
    "GET public:photo": OPEN,
    "GET public:report_shell": OPEN,
    "GET public:report_worker": OPEN,
    "GET kept_form_token": OPEN,
    "GET desk:visit_shell": OPEN,
    "GET desk:service_worker": OPEN,
    "GET desk:visit": "403 · sign-in anonymous · 200 enterers enterers_elsewhere",
    "POST desk:visit": "403 · sign-in anonymous · 302 enterers",
    "GET desk:visited": "403 · sign-in anonymous · 302 enterers enterers_elsewhere",
    "POST desk:visit_categories": "403 · sign-in anonymous · 200 enterers enterers_elsewhere",
    "POST desk:earlier": "403 · sign-in anonymous · 200 enterers enterers_elsewhere",
    "GET public:help": OPEN,
    "GET public:help_article": OPEN,
    "POST public:help_opinion": "302",
    "GET public:own_data": OPEN,
    "GET public:export_own_data": OPEN,
    "POST public:data_request_step": "302",
    "POST public:forget_contact": "302",
    "POST public:ask_about_data": "302",
    "GET public:privacy": OPEN,
    "GET public:privacy_version": OPEN,
    "GET desk:worklist": "200 · sign-in anonymous · 403 outsiders",
    "GET desk:approvals": "403 · sign-in anonymous · 200 dispatchers walled elsewhere task_force",
    "GET desk:data_requests": "403 · sign-in anonymous · 200 duty_desk far_desk task_force",
    "GET desk:data_request": (
        "403 · sign-in anonymous · 404 far_desk · 200 duty_desk task_force",
        "403 · sign-in anonymous · 404 duty_desk task_force · 200 far_desk",
    ),
    "POST desk:answer_data_request": (
        "403 · sign-in anonymous · 404 far_desk · 302 duty_desk task_force",
        "403 · sign-in anonymous · 404 duty_desk task_force · 302 far_desk",
    ),
    "GET desk:call_backs": "403 · sign-in anonymous · 200 call_back walled elsewhere",
    "POST desk:call_back_phone": (f"{DESK} walled · 200 call_back", f"{DESK_FAR} · 403 far_desk"),
    "GET desk:enter": "403 · sign-in anonymous · 200 enterers enterers_elsewhere",
    "POST desk:enter": "403 · sign-in anonymous · 302 enterers · 422 enterers_elsewhere",
    "GET desk:received": "403 · sign-in anonymous · 302 enterers enterers_elsewhere",
    "POST desk:me_too": "403 · sign-in anonymous · 302 enterers · 422 enterers_elsewhere",
    "GET desk:endorsed": "403 · sign-in anonymous · 302 enterers enterers_elsewhere",
    "GET desk:board": "403 · sign-in anonymous · 200 dispatchers elsewhere walled",
    "POST desk:check_publication": PUBLICATION,
    "POST desk:withdraw_publication": PUBLICATION,
    "POST desk:propose": (
        f"{DESK} walled · 302 handlers grid_secretary dispatchers task_force",
        f"{DESK_FAR} · 302 far_desk",
    ),
    "GET desk:place_codes": "200 · sign-in anonymous · 403 outsiders",
    "GET desk:case": (f"{DESK} walled · 200 readers", f"{DESK_FAR} · 200 far_desk"),
    **moves_of_staff("POST desk:move", DESK, DESK_FAR, "302"),
    "POST desk:reveal": (f"{DESK} walled · 200 handlers call_back", f"{DESK_FAR} · 200 far_desk"),
    "GET desk:photo": (f"{DESK} walled · 200 readers", f"{DESK_FAR} · 200 far_desk"),
    "GET desk:mediation": (f"{DESK} walled · 200 readers", f"{DESK_FAR} · 200 far_desk"),
    "GET desk:order": (f"{DESK} walled · 200 readers", f"{DESK_FAR} · 200 far_desk"),
    "GET desk:coordination": (f"{DESK} walled · 200 readers", f"{DESK_FAR} · 200 far_desk"),
    "GET knowledge:list": STAFF,
    "GET knowledge:article": (f"{STAFF} · 404 far_desk", STAFF_FAR),
    "GET knowledge:version": (f"{STAFF} · 404 far_desk", STAFF_FAR),
    "GET knowledge:write": f"{NO_WRITER} · 200 writers far_desk",
    "POST knowledge:write": f"{NO_WRITER} · 422 writers far_desk · 302 street_writers",
    "GET knowledge:revise": (f"{NO_WRITER} · 404 far_desk · 200 street_writers", ARTICLE_FAR),
    "POST knowledge:revise": (
        f"{NO_WRITER} · 404 far_desk · 302 street_writers",
        f"{ARTICLE_FAR} · 302 far_desk",
    ),
    "POST knowledge:move": (
        f"{NO_WRITER} · 404 far_desk · 302 duty_desk task_force",
        f"{ARTICLE_FAR} · 302 far_desk",
    ),
    "GET imports:list": "403 · sign-in anonymous · 200 importers",
    "GET imports:give": "403 · sign-in anonymous · 200 importers",
    "POST imports:give": "403 · sign-in anonymous · 422 importers · 302 duty_desk",
    "GET imports:run": (f"{IMPORTS} · 200 duty_desk", f"{IMPORTS} · 200 far_desk"),
    "POST imports:name_columns": (f"{IMPORTS} · 302 duty_desk", f"{IMPORTS} · 302 far_desk"),
    "POST imports:start": (f"{IMPORTS} · 302 duty_desk", f"{IMPORTS} · 302 far_desk"),
    "POST imports:discard": (f"{IMPORTS} · 302 duty_desk", f"{IMPORTS} · 302 far_desk"),
    "GET imports:refused": (f"{IMPORTS} · 200 duty_desk", f"{IMPORTS} · 200 far_desk"),
    "GET imports:answers": (f"{IMPORTS} · 200 duty_desk", f"{IMPORTS} · 200 far_desk"),
    "GET supervision:list": "403 · sign-in anonymous · 200 supervisors",
    "POST supervision:urge": "403 · sign-in anonymous · 302 supervisors",
    "GET supervision:orders": "403 · sign-in anonymous · 200 supervisors",
    "GET supervision:ladder": "403 · sign-in anonymous · 200 supervisors",
    "POST supervision:ladder": "403 · sign-in anonymous · 302 task_force leader",
    "GET supervision:measures": "403 · sign-in anonymous · 200 supervisors",
    "GET supervision:measure-rows": "403 · sign-in anonymous · 302 supervisors",
    "GET supervision:measure-settings": "403 · sign-in anonymous · 200 task_force leader",
    "POST supervision:measure-settings": "403 · sign-in anonymous · 302 task_force leader",
    "GET supervision:reveals": "403 · sign-in anonymous · 200 supervisors",
    "GET topics:list": "403 · sign-in anonymous · 200 readers unit walled elsewhere",
    "GET topics:gather": "403 · sign-in anonymous · 302 keepers walled elsewhere",
    "POST topics:gather": "403 · sign-in anonymous · 422 keepers · 302 walled elsewhere",
    "GET topics:topic": (f"{TOPIC} · 200 keepers", f"{TOPIC} · 200 far_desk"),
    "POST topics:move": (f"{TOPIC_DONE} · 302 keepers", f"{TOPIC_DONE} · 302 far_desk"),
    "GET cockpit:home": "403 · sign-in anonymous · 200 wall_watchers",
    "GET cockpit:wall": (WALL, WALL_FAR),
    "GET cockpit:figures": (WALL, WALL_FAR),
    "GET cockpit:rows": (WALL_ROWS, WALL_ROWS_FAR),
    "POST supervision:entrust": "403 · sign-in anonymous · 302 supervisors · 422 secretary",
    "POST supervision:release": ("403 · sign-in anonymous · 302 supervisors", SUPERVISORS_FAR),
    "GET supervision:task_forces": "403 · sign-in anonymous · 200 supervisors",
    "GET supervision:set_up_task_force": "403 · sign-in anonymous · 200 leader",
    "POST supervision:set_up_task_force": "403 · sign-in anonymous · 302 leader",
    "GET supervision:task_force": ("403 · sign-in anonymous · 200 supervisors", SUPERVISORS_FAR),
    "GET supervision:change_task_force": ("403 · sign-in anonymous · 200 leader", LEADER_FAR),
    "POST supervision:change_task_force": LEADING,
    "POST supervision:end_task_force": LEADING,
    "POST supervision:add_task_force_member": LEADING,
    "POST supervision:end_task_force_member": LEADING,
    "GET supervision:brief": ("403 · sign-in anonymous · 200 supervisors", SUPERVISORS_FAR),
    "GET supervision:brief_text": ("403 · sign-in anonymous · 200 supervisors", SUPERVISORS_FAR),
    "GET supervision:cards": "403 · sign-in anonymous · 200 supervisors",
    "POST supervision:start_card": "403 · sign-in anonymous · 302 supervisors",
    "GET supervision:propose_card": "403 · sign-in anonymous · 200 task_force leader",
    "POST supervision:propose_card": "403 · sign-in anonymous · 422 task_force leader",
    "GET supervision:card": (
        "403 · sign-in anonymous · 200 task_force leader · 404 secretary",
        SUPERVISORS_FAR,
    ),
    "POST supervision:card_step": (
        "403 · sign-in anonymous · 302 task_force leader · 404 secretary",
        SUPERVISORS_FAR,
    ),
    "GET my:cards": "403 · sign-in anonymous · 200 members",
    "GET my:card": (f"{MINE} · 200 shopkeeper walled", MINE),
    "POST my:card": (f"{MINE} · 302 shopkeeper walled", MINE),
    "GET ledgers:list": f"{LEDGERS} · 200 ledger_readers audit_administrator",
    "GET ledgers:kind": f"{LEDGERS} · 200 ledger_readers",
    "POST ledgers:keep": f"{LEDGERS} · 302 ledger_readers",
    "POST ledgers:export": f"{LEDGERS} · 200 ledger_readers · 403 grid_worker",
    "GET ledgers:view": (f"{EXPORTS} · 200 officer", f"{EXPORTS} · 200 far_desk"),
    "POST ledgers:remove": (f"{EXPORTS} · 302 officer", f"{EXPORTS} · 302 far_desk"),
    "GET ledgers:exports": f"{LEDGERS} · 200 ledger_readers audit_administrator",
    "GET ledgers:row": (
        f"{EXPORTS} · 200 officer log_readers",
        f"{EXPORTS} · 200 far_desk audit_administrator",
    ),
    "GET ledgers:file": (
        f"{EXPORTS} · 200 officer · 403 log_readers",
        f"{EXPORTS} · 200 far_desk · 403 audit_administrator",
    ),
    "POST ledgers:take": (
        f"{EXPORTS} · 200 officer · 403 log_readers",
        f"{EXPORTS} · 200 far_desk · 403 audit_administrator",
    ),
    "POST ledgers:decide": (
        f"{EXPORTS} · 302 secretary duty_desk task_force · 403 officer leader audit_administrator",
        f"{EXPORTS} · 403 far_desk audit_administrator",
    ),
    "GET bulletins:list": "403 · sign-in anonymous · 200 readers unit elsewhere walled",
    "GET bulletins:new": BULLETIN_WRITERS,
    "POST bulletins:new": "403 · sign-in anonymous · 302 supervisors",
    "POST bulletins:settings": "403 · sign-in anonymous · 302 task_force leader",
    "GET bulletins:bulletin": BULLETIN_DRAFT,
    "GET bulletins:edit": (BULLETIN_WRITERS, BULLETIN_FAR),
    "POST bulletins:edit": ("403 · sign-in anonymous · 302 supervisors", BULLETIN_FAR),
    "POST bulletins:figures": ("403 · sign-in anonymous · 302 supervisors", BULLETIN_FAR),
    "GET bulletins:issue": ("403 · sign-in anonymous · 200 task_force leader", BULLETIN_ISSUED_FAR),
    "POST bulletins:issue": ("403 · sign-in anonymous · 302 task_force leader", BULLETIN_ISSUED_FAR),
    "GET bulletins:withdraw": ("403 · sign-in anonymous · 200 task_force leader", BULLETIN_ISSUED_FAR),
    "POST bulletins:withdraw": ("403 · sign-in anonymous · 409 task_force leader", BULLETIN_ISSUED_FAR),
    "GET bulletins:text": BULLETIN_DRAFT,
    "GET bulletins:word": BULLETIN_DRAFT,
    "GET my:home": SIGNED_IN,
    "GET my:notices": SIGNED_IN,
    "POST my:read_notices": "302 · sign-in anonymous",
    "GET my:notice_settings": "200 · sign-in anonymous · 403 resident shopkeeper property_clerk administrators",
    "POST my:notice_settings": "302 · sign-in anonymous · 403 resident shopkeeper property_clerk administrators",
    "GET my:today": "200 · sign-in anonymous · 403 resident shopkeeper property_clerk administrators",
    "GET my:reports": SIGNED_IN,
    "GET my:stakes": "200 · sign-in anonymous · 403 resident shopkeeper property_clerk administrators",
    "POST my:stakes": "302 · sign-in anonymous · 403 resident shopkeeper property_clerk administrators · 422 elsewhere",
    "GET my:own_data": SIGNED_IN,
    "GET my:export_own_data": SIGNED_IN,
    "POST my:ask_about_data": "302 · sign-in anonymous",
    "POST my:data_request_step": "404 · sign-in anonymous",
    "GET my:concerns": "403 · sign-in anonymous · 200 members",
    "GET my:concern": (f"{MINE} · 200 shopkeeper walled", MINE),
    **MOVES_OF_MEMBERS,
    **ADMINISTRATION,
    **ACCOUNTS,
    "GET api:openapi-json": OPEN,
    "POST api:report": "201",
    "POST api:upload": "201",
    "GET api:follow": OPEN,
    "POST api:confirm": OPEN,
    "POST api:add_words": OPEN,
    "POST api:withdraw": OPEN,
    "GET api:concern_photo": OPEN,
    "GET api:areas": OPEN,
    "GET api:categories": OPEN,
    "GET api:articles": OPEN,
    "GET api:article": OPEN,
    "POST api:make_token": "201",
    "GET api:tokens": "200 · 401 anonymous",
    "DELETE api:end_token": "404 · 401 anonymous · 204 grid_worker",
    "GET api:webhooks": f"{PROGRAM_SETUP}200 system",
    "POST api:add_webhook": f"{PROGRAM_SETUP}201 system",
    "GET api:webhook": f"{PROGRAM_SETUP}200 system",
    "PUT api:change_webhook": f"{PROGRAM_SETUP}200 system",
    "DELETE api:remove_webhook": f"{PROGRAM_SETUP}204 system",
    "POST api:change_webhook_secret": f"{PROGRAM_SETUP}200 system",
    "POST api:stop_webhook": f"{PROGRAM_SETUP}200 system",
    "POST api:start_webhook": f"{PROGRAM_SETUP}200 system",
    "POST api:test_webhook": f"{PROGRAM_SETUP}202 system",
    "GET api:deliveries": f"{PROGRAM_SETUP}200 system",
    "POST api:deliver_again": f"{PROGRAM_SETUP}202 system",
    "GET api:cases": "200 · 401 anonymous · 403 outsiders callers_in",
    "GET api:case": (f"{CASES} walled · 200 readers", f"{CASES_FAR} · 200 far_desk"),
    "GET api:moves": (f"{CASES} walled · 200 readers", f"{CASES_FAR} · 200 far_desk"),
    "GET api:case_photo": (f"{CASES} walled · 200 readers", f"{CASES_FAR} · 200 far_desk"),
    "POST api:reveal": (f"{CASES} walled · 200 handlers call_back", f"{CASES_FAR} · 200 far_desk"),
    "GET api:approvals": "403 · 401 anonymous · 200 dispatchers walled elsewhere task_force",
    **moves_of_staff("POST api:make_move", CASES, CASES_FAR, "200"),
    "GET api:api-root": "404",
    "GET api:unknown": "404",
    "GET healthz": OPEN,
    "POST set_view_preference": "302",
    "POST set_language": "302",
    "GET styleguide:home": OPEN,
    "GET demo:mailbox": OPEN,
}
"""``demo:`` and ``styleguide:`` exist in demo mode only."""


def near_and_far(key: str) -> tuple[dict[str, str], ...]:
    """What a row says of the object near and, where it names one, of the object far away."""
    row = MATRIX[key]
    return tuple(answers_of(text) for text in ((row,) if isinstance(row, str) else row))

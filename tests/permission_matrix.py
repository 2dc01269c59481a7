"""S1 as a table: what every role is answered by every page and operation. ``docs/permissions.md`` is made from it.

A row is ``METHOD page`` (and for a move its name), asked with sound values. What it says reads: the answer to
everybody, then who is answered otherwise, later words over earlier ones. ``sign-in`` is the way to the sign-in page.
A pair speaks of a case *near*, in the grid of the grid worker, and of a case *far*, in the neighbouring sub-district:
own area without the right is 403, another area's case is 404, one about the own shop is 404 at every staff door.
"""

ROLES = {
    "anonymous": "whoever is not signed in",
    "resident": "resident",
    "shopkeeper": "member of the shop concerned",
    "property_clerk": "member of the firm that handles it",
    "contact": "micro-grid contact",
    "hub_household": "hub household",
    "building_head": "building head (assisting)",
    "grid_worker": "grid worker (handling)",
    "grid_secretary": "grid secretary",
    "officer": "community officer",
    "officer_with_shop": "community officer with a stake in the shop",
    "secretary": "community secretary",
    "unit": "sub-district unit (not handling)",
    "duty_desk": "duty desk",
    "task_force": "task force",
    "leader": "sub-district leader",
    "other_officer": "officer of another community",
    "far_desk": "duty desk of the neighbouring sub-district",
    "system_administrator": "system administrator",
    "security_administrator": "security administrator",
    "audit_administrator": "audit administrator",
}
"""Every role by the short name of its user on the street of the tests, in the words of the document."""

GROUPS = {
    "members": "shopkeeper property_clerk officer_with_shop",
    "administrators": "system_administrator security_administrator audit_administrator",
    "outsiders": "resident shopkeeper property_clerk system_administrator security_administrator audit_administrator",
    "callers_in": "contact hub_household",
    "enterers": "grid_worker officer officer_with_shop secretary unit duty_desk",
    "enterers_elsewhere": "contact hub_household building_head other_officer far_desk",
    "readers": "building_head grid_worker grid_secretary officer secretary duty_desk task_force leader",
    "handlers": "building_head grid_worker",
    "dispatchers": "officer secretary duty_desk",
    "call_back": "officer secretary duty_desk task_force",
    "importers": "officer officer_with_shop secretary duty_desk other_officer far_desk",
    "supervisors": "secretary task_force leader",
    "ledger_readers": "grid_worker grid_secretary officer officer_with_shop other_officer far_desk secretary duty_desk"
    " task_force leader",
    "log_readers": "secretary duty_desk task_force leader audit_administrator",
    "elsewhere": "other_officer far_desk",
    "keepers": "officer secretary duty_desk task_force leader",
    "wall_watchers": "duty_desk task_force leader far_desk",
    "writers": "officer officer_with_shop other_officer secretary unit duty_desk task_force",
    "street_writers": "unit duty_desk task_force",
    "walled": "officer_with_shop",
    "system": "system_administrator",
}
"""Words for several roles. ``walled`` has a stake in the shop concerned; ``callers_in`` may enter cases, not open them."""

OPEN = "200"
SIGNED_IN = "200 · sign-in anonymous"
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

MINE = "404 · sign-in anonymous"
SETUP = "403 · sign-in anonymous · 200 system"
PROGRAM_SETUP = "403 · 401 anonymous · "
SETUP_DONE = "403 · sign-in anonymous · 302 system"
STAKES = "403 · sign-in anonymous · 200 system_administrator security_administrator"
LOOKING_ON = "403 · sign-in anonymous · 200 system security_administrator"
DECIDING = "403 · sign-in anonymous · 200 security_administrator"
DECIDED = "403 · sign-in anonymous · 302 security_administrator"
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

ENTRANCE = "302 · 200 anonymous"
NO_PASSWORD = "403 · sign-in anonymous"
NO_SECOND_FACTOR = "404 · sign-in anonymous"


def _moves(door: str, near: str, far: str, done: str) -> dict[str, tuple[str, str]]:
    """The rows of staff's moves at one door; pages and interface give the same people the same right."""
    dispatching, working = f"{near} · {done} dispatchers walled", f"{near} walled · {done} handlers"
    leading, reopening = f"{near} walled · {done} grid_worker", f"{near} walled · {done} call_back leader"
    deciding = f"{near} walled · {done} dispatchers task_force"
    supervising = f"{near} walled · {done} supervisors"
    asking, desk_may, desk_may_not = (
        f"{near} walled · {done} call_back",
        f"{far} · {done} far_desk",
        f"{far} · 403 far_desk",
    )
    return {
        f"{door} accept": (dispatching, desk_may),
        f"{door} decline": (dispatching, desk_may),
        f"{door} refer": (dispatching, desk_may),
        f"{door} answer_directly": (dispatching, desk_may),
        f"{door} dispatch": (dispatching, desk_may),
        f"{door} sign": (f"{near} · {done} grid_worker", desk_may_not),
        f"{door} contact": (working, desk_may),
        f"{door} visit": (working, desk_may),
        f"{door} find_cause": (working, desk_may),
        f"{door} mediate": (working, desk_may),
        f"{door} resolve": (leading, desk_may_not),
        f"{door} confirm": (asking, desk_may_not),
        f"{door} reopen": (reopening, desk_may_not),
        f"{door} close_unreachable": (asking, desk_may_not),
        f"{door} answer_as_party": (f"{near} walled", desk_may_not),
        f"{door} change_assistants": (f"{near} walled · {done} dispatchers", desk_may),
        f"{door} ask_return": (leading, desk_may_not),
        f"{door} ask_pause": (leading, desk_may_not),
        f"{door} ask_extension": (leading, desk_may_not),
        f"{door} grant_return": (deciding, desk_may),
        f"{door} grant_pause": (deciding, desk_may),
        f"{door} grant_extension": (deciding, desk_may),
        f"{door} ask_reveal": (f"{near} walled · {done} handlers call_back", desk_may),
        f"{door} grant_reveal": (deciding, desk_may),
        f"{door} refuse": (deciding, desk_may),
        f"{door} resume": (f"{deciding} grid_worker", desk_may),
        f"{door} merge": (dispatching, desk_may),
        f"{door} unmerge": (dispatching, desk_may),
        f"{door} split": (dispatching, desk_may),
        f"{door} urge": (supervising, desk_may_not),
        f"{door} supervise": (supervising, desk_may_not),
        f"{door} escalate": (supervising, desk_may_not),
        f"{door} convene": (supervising, desk_may_not),
        f"{door} reply": (f"{near} walled · {done} dispatchers grid_worker", desk_may),
        f"{door} protect": (f"{near} walled · {done} dispatchers", desk_may),
        f"{door} recuse": (f"{near} walled · {done} handlers call_back leader", desk_may),
    }


NOT_A_MEMBERS_MOVE = (f"{MINE} · 403 shopkeeper walled", MINE)
BY_HANDLING_MEMBER = (f"{MINE} · 302 property_clerk", MINE)

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
    **_moves("POST desk:move", DESK, DESK_FAR, "302"),
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
    "POST my:move accept": (MINE, MINE),
    "POST my:move decline": (MINE, MINE),
    "POST my:move refer": (MINE, MINE),
    "POST my:move answer_directly": (MINE, MINE),
    "POST my:move dispatch": (MINE, MINE),
    "POST my:move sign": BY_HANDLING_MEMBER,
    "POST my:move contact": NOT_A_MEMBERS_MOVE,
    "POST my:move visit": BY_HANDLING_MEMBER,
    "POST my:move find_cause": NOT_A_MEMBERS_MOVE,
    "POST my:move mediate": NOT_A_MEMBERS_MOVE,
    "POST my:move resolve": BY_HANDLING_MEMBER,
    "POST my:move confirm": NOT_A_MEMBERS_MOVE,
    "POST my:move reopen": NOT_A_MEMBERS_MOVE,
    "POST my:move close_unreachable": NOT_A_MEMBERS_MOVE,
    "POST my:move protect": NOT_A_MEMBERS_MOVE,
    "POST my:move recuse": NOT_A_MEMBERS_MOVE,
    "POST my:move answer_as_party": (f"{MINE} · 302 shopkeeper walled", MINE),
    "POST my:move change_assistants": NOT_A_MEMBERS_MOVE,
    "POST my:move ask_return": BY_HANDLING_MEMBER,
    "POST my:move ask_pause": BY_HANDLING_MEMBER,
    "POST my:move ask_extension": BY_HANDLING_MEMBER,
    "POST my:move grant_return": NOT_A_MEMBERS_MOVE,
    "POST my:move grant_pause": NOT_A_MEMBERS_MOVE,
    "POST my:move grant_extension": NOT_A_MEMBERS_MOVE,
    "POST my:move ask_reveal": NOT_A_MEMBERS_MOVE,
    "POST my:move grant_reveal": NOT_A_MEMBERS_MOVE,
    "POST my:move refuse": NOT_A_MEMBERS_MOVE,
    "POST my:move resume": BY_HANDLING_MEMBER,
    "POST my:move merge": (MINE, MINE),
    "POST my:move unmerge": (MINE, MINE),
    "POST my:move split": (MINE, MINE),
    "POST my:move urge": NOT_A_MEMBERS_MOVE,
    "POST my:move supervise": NOT_A_MEMBERS_MOVE,
    "POST my:move escalate": NOT_A_MEMBERS_MOVE,
    "POST my:move convene": NOT_A_MEMBERS_MOVE,
    "POST my:move reply": BY_HANDLING_MEMBER,
    "GET administration:home": "403 · sign-in anonymous · 200 administrators",
    "GET administration:areas": SETUP,
    "GET administration:add_area": SETUP,
    "POST administration:add_area": SETUP_DONE,
    "GET administration:area": SETUP,
    "GET administration:rename_area": SETUP,
    "POST administration:rename_area": SETUP_DONE,
    "GET administration:move_area": SETUP,
    "POST administration:move_area": SETUP_DONE,
    "GET administration:retire_area": SETUP,
    "POST administration:retire_area": SETUP_DONE,
    "GET administration:outline": SETUP,
    "POST administration:outline": SETUP_DONE,
    "GET administration:add_address": SETUP,
    "POST administration:add_address": SETUP_DONE,
    "GET administration:remove_address": SETUP,
    "POST administration:remove_address": SETUP_DONE,
    "GET administration:add_post": SETUP,
    "POST administration:add_post": SETUP_DONE,
    "GET administration:post": SETUP,
    "GET administration:retire_post": SETUP,
    "POST administration:retire_post": SETUP_DONE,
    "GET administration:appoint": SETUP,
    "POST administration:appoint": SETUP_DONE,
    "GET administration:end_appointment": SETUP,
    "POST administration:end_appointment": SETUP_DONE,
    "GET administration:people": SETUP,
    "GET administration:add_person": SETUP,
    "POST administration:add_person": SETUP_DONE,
    "GET administration:person": SETUP,
    "GET administration:change_activity": SETUP,
    "POST administration:change_activity": SETUP_DONE,
    "GET administration:change_phone": SETUP,
    "POST administration:change_phone": SETUP_DONE,
    "GET administration:change_wecom": SETUP,
    "POST administration:change_wecom": SETUP_DONE,
    "GET administration:templates": SETUP,
    "GET administration:template": SETUP,
    "POST administration:template": SETUP_DONE,
    "GET administration:outgoing": SETUP,
    "POST administration:send_again": SETUP_DONE,
    "GET administration:sending": SETUP,
    "GET administration:limits": SETUP,
    "POST administration:limits": SETUP_DONE,
    "GET administration:sending_times": SETUP,
    "POST administration:sending_times": SETUP_DONE,
    "GET administration:parties": SETUP,
    "GET administration:admit_party": SETUP,
    "POST administration:admit_party": SETUP_DONE,
    "GET administration:party": SETUP,
    "GET administration:change_party": SETUP,
    "POST administration:change_party": SETUP_DONE,
    "GET administration:change_membership": SETUP,
    "POST administration:change_membership": SETUP_DONE,
    "GET administration:delegate": SETUP,
    "POST administration:delegate": SETUP_DONE,
    "GET administration:end_delegation": SETUP,
    "POST administration:end_delegation": SETUP_DONE,
    "GET administration:stakes": STAKES,
    "GET administration:add_stake": STAKES,
    "POST administration:add_stake": STAKES.replace("200", "302"),
    "GET administration:end_stake": STAKES,
    "POST administration:end_stake": STAKES.replace("200", "302"),
    "GET administration:retention": LOOKING_ON,
    "GET administration:retention_rule": DECIDING,
    "POST administration:retention_rule": DECIDED,
    "POST administration:prepare_retention": "403 · sign-in anonymous · 302 system security_administrator",
    "GET administration:retention_run": LOOKING_ON,
    "POST administration:confirm_retention": DECIDED,
    "POST administration:discard_retention": DECIDED,
    "GET administration:webhooks": SETUP,
    "GET administration:add_webhook": SETUP,
    "POST administration:add_webhook": SETUP_DONE,
    "GET administration:webhook": SETUP,
    "GET administration:change_webhook": SETUP,
    "POST administration:change_webhook": SETUP_DONE,
    "GET administration:remove_webhook": SETUP,
    "POST administration:remove_webhook": SETUP_DONE,
    "POST administration:test_webhook": SETUP_DONE,
    "POST administration:stop_webhook": SETUP_DONE,
    "POST administration:start_webhook": SETUP_DONE,
    "POST administration:change_webhook_secret": SETUP_DONE,
    "POST administration:deliver_again": SETUP_DONE,
    "GET administration:audit": "403 · sign-in anonymous · 200 audit_administrator",
    "GET account_login": ENTRANCE,
    "POST account_login": "302",
    "GET account_request_login_code": ENTRANCE,
    "POST account_request_login_code": "302",
    "GET account_confirm_login_code": "302",
    "POST account_confirm_login_code": "302",
    "GET account_logout": "200 · 302 anonymous",
    "POST account_logout": "302",
    "GET account_change_password": "302 · sign-in anonymous · 200 resident",
    "POST account_change_password": "302 · sign-in anonymous",
    "GET account_reauthenticate": f"{NO_PASSWORD} · 200 resident",
    "POST account_reauthenticate": f"{NO_PASSWORD} · 302 resident",
    "GET mfa_index": SIGNED_IN,
    "GET mfa_authenticate": "302 · sign-in anonymous",
    "POST mfa_authenticate": "302 · sign-in anonymous",
    "GET mfa_reauthenticate": f"{NO_PASSWORD} · 302 resident",
    "POST mfa_reauthenticate": f"{NO_PASSWORD} · 302 resident",
    "GET mfa_activate_totp": f"{SIGNED_IN} · 302 resident",
    "POST mfa_activate_totp": f"{SIGNED_IN} · 302 resident",
    "GET mfa_deactivate_totp": NO_SECOND_FACTOR,
    "POST mfa_deactivate_totp": NO_SECOND_FACTOR,
    "GET mfa_view_recovery_codes": NO_SECOND_FACTOR,
    "GET mfa_generate_recovery_codes": f"{SIGNED_IN} · 302 resident",
    "POST mfa_generate_recovery_codes": f"{SIGNED_IN} · 302 resident",
    "GET mfa_download_recovery_codes": NO_SECOND_FACTOR,
    "GET accounts:profile": SIGNED_IN,
    "POST accounts:profile": "302 · sign-in anonymous",
    "GET accounts:keys": SIGNED_IN,
    "GET accounts:make_key": f"{SIGNED_IN} · 302 resident",
    "POST accounts:make_key": f"{SIGNED_IN} · 302 resident",
    "POST accounts:revoke_key": "404 · sign-in anonymous · 302 grid_worker",
    "GET accounts:all_keys": "403 · sign-in anonymous · 200 security_administrator",
    "POST accounts:revoke_all": "403 · sign-in anonymous · 302 security_administrator",
    "GET accounts:locks": "403 · sign-in anonymous · 200 security_administrator",
    "POST accounts:unlock": "403 · sign-in anonymous · 302 security_administrator",
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
    **_moves("POST api:make_move", CASES, CASES_FAR, "200"),
    "GET api:api-root": "404",
    "GET api:unknown": "404",
    "GET healthz": OPEN,
    "POST set_view_preference": "302",
    "POST set_language": "302",
    "GET styleguide:home": OPEN,
    "GET demo:mailbox": OPEN,
}
"""``demo:`` and ``styleguide:`` exist in demo mode only. Signing in and the second factor are tried without one set up."""


def answers_of(row: str) -> dict[str, str]:
    """Role by role what a row says; ``ValueError`` for a word that is neither role nor group."""
    default, *exceptions = row.split(" · ")
    answers = dict.fromkeys(ROLES, default)
    for exception in exceptions:
        answer, *words = exception.split()
        for role in (role for word in words for role in GROUPS.get(word, word).split()):
            if role not in ROLES:
                raise ValueError(role)
            answers[role] = answer
    return answers


def near_and_far(key: str) -> tuple[dict[str, str], ...]:
    """What a row says of the object near and, where it names one, of the object far away."""
    row = MATRIX[key]
    return tuple(answers_of(text) for text in ((row,) if isinstance(row, str) else row))

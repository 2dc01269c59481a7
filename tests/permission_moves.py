"""The rows of the permission matrix that are about moves: one a move, at the doors of staff and at that of members."""

from tests.permission_roles import MINE


def moves_of_staff(door: str, near: str, far: str, done: str) -> dict[str, tuple[str, str]]:
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

MOVES_OF_MEMBERS = {
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
}
"""What a member may do with a concern about the shop, and with a case that was given to the firm."""

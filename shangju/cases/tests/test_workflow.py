"""The table of moves, written down a second time by hand: a change of the one must be meant in the other."""

import pytest

from shangju.cases.workflow import FOLLOWING, MOVES, OPEN_STATES, CaseRole, MoveName, State, moves_from

TABLE = """
accept            | registered                                   | accepted    | dispatcher
decline           | registered accepted                          | declined    | dispatcher
refer             | registered accepted                          | referred    | dispatcher
answer_directly   | registered accepted                          | resolved/closed | dispatcher
dispatch          | accepted                                     | dispatched  | dispatcher
sign              | dispatched                                   | in_progress | handler party_handler
change_assistants | dispatched in_progress                       | -           | dispatcher
ask_return        | dispatched in_progress                       | -           | handler party_handler
grant_return      | dispatched in_progress                       | accepted/dispatched | dispatcher task_force
ask_pause         | in_progress                                  | -           | handler party_handler
grant_pause       | in_progress                                  | -           | dispatcher task_force
resume            | in_progress                                  | -           | handler party_handler dispatcher task_force
ask_extension     | dispatched in_progress                       | -           | handler party_handler
grant_extension   | dispatched in_progress                       | -           | dispatcher task_force
ask_reveal        | *                                            | -           | dispatcher handler assistant caller
grant_reveal      | *                                            | -           | dispatcher task_force
refuse            | *                                            | -           | dispatcher task_force
contact           | in_progress                                  | -           | handler assistant
visit             | in_progress                                  | -           | handler assistant party_handler
find_cause        | in_progress                                  | -           | handler assistant
mediate           | in_progress                                  | -           | handler assistant
resolve           | in_progress                                  | resolved/closed | handler party_handler
confirm           | resolved                                     | closed/resolved | reporter caller
reopen            | resolved closed                              | in_progress/accepted | reporter caller supervisor
close_unreachable | resolved                                     | closed      | caller system
withdraw          | registered accepted dispatched in_progress   | withdrawn   | reporter system
add_words         | registered accepted dispatched in_progress resolved merged | -    | reporter
answer_as_party   | dispatched in_progress                       | -           | party party_handler
merge             | registered accepted dispatched in_progress resolved | merged | dispatcher
unmerge           | merged         | accepted/registered accepted dispatched in_progress resolved | dispatcher system
take_in           | registered accepted dispatched in_progress resolved | -  | system
let_go            | *                                            | -           | system
follow            | merged                                       | -           | system
hear              | *                                            | -           | system
split             | accepted dispatched in_progress              | -           | dispatcher
part_ended        | *                                            | -           | system
remind            | registered accepted dispatched in_progress resolved | -    | system
urge              | registered accepted dispatched in_progress resolved | -    | supervisor system
supervise         | registered accepted dispatched in_progress resolved | -    | supervisor
reply             | registered accepted dispatched in_progress resolved | -    | handler party_handler dispatcher
escalate          | registered accepted dispatched in_progress resolved | -/dispatched | supervisor system
convene           | registered accepted dispatched in_progress resolved | -    | supervisor
entrust           | registered accepted dispatched in_progress resolved | -    | supervisor
release           | registered accepted dispatched in_progress resolved | -    | supervisor
cite              | *                                            | -           | supervisor system
protect           | *                                            | -           | dispatcher reporter
recuse  | registered accepted dispatched in_progress resolved | -/accepted | handler assistant dispatcher caller supervisor
"""
ROWS = {
    (cells := [cell.strip() for cell in line.split("|")])[0]: cells[1:] for line in TABLE.strip().splitlines()
}


def test_every_move_stands_in_the_table() -> None:
    assert set(ROWS) == set(MoveName.values) == set(MOVES)


@pytest.mark.parametrize("name", ROWS)
def test_a_move_is_as_written(name: str) -> None:
    sources, target, roles = ROWS[name]
    move = MOVES[MoveName(name)]
    usual, _slash, others = target.partition("/")
    assert move.sources == frozenset(State.values if sources == "*" else sources.split())
    assert (move.target or "-", move.otherwise) == (usual, frozenset(others.split()))
    assert move.roles == frozenset(roles.split())


def test_nothing_leaves_an_end_but_a_reopening_and_the_undoing_of_a_merge() -> None:
    told = {MoveName.LET_GO, MoveName.HEAR, MoveName.PART_ENDED, MoveName.CITE}
    told |= {
        MoveName.ASK_REVEAL,
        MoveName.GRANT_REVEAL,
        MoveName.REFUSE,
    }  # about the contact, not about the case
    ends = {state: set(moves_from(state)) - told for state in State.values if state not in OPEN_STATES}
    assert ends == {
        "closed": {MoveName.REOPEN, MoveName.PROTECT},
        "declined": {MoveName.PROTECT},
        "referred": {MoveName.PROTECT},
        "merged": {MoveName.UNMERGE, MoveName.ADD_WORDS, MoveName.FOLLOW, MoveName.PROTECT},
        "withdrawn": {MoveName.PROTECT},
    }


def test_what_follows_of_itself_is_nobodys_to_make() -> None:
    assert {name for name in MOVES if MOVES[name].roles == {CaseRole.SYSTEM}} == FOLLOWING


def test_every_state_is_reached_and_every_role_has_a_move() -> None:
    reached = {move.target for move in MOVES.values()}.union(*(move.otherwise for move in MOVES.values()))
    # Back to "registered" only by the undoing of a merge.
    assert set(State.values) - reached == set()
    assert set().union(*(move.roles for move in MOVES.values())) == set(CaseRole.values)


def test_somebody_can_always_bring_an_open_case_nearer_to_its_end() -> None:
    for state in OPEN_STATES:
        targets = {MOVES[name].target for name in moves_from(state)} - {None, state}
        assert targets, f"a case in {state} is stuck"

"""The table of moves, written down a second time by hand: a change of the one must be meant in the other."""

import pytest

from shangju.cases.workflow import MOVES, OPEN_STATES, CaseRole, MoveName, State, moves_from

TABLE = """
accept            | registered                                   | accepted    | dispatcher
decline           | registered accepted                          | declined    | dispatcher
refer             | registered accepted                          | referred    | dispatcher
answer_directly   | registered accepted                          | resolved    | dispatcher
dispatch          | accepted                                     | dispatched  | dispatcher
sign              | dispatched                                   | in_progress | handler party_handler
contact           | in_progress                                  | -           | handler assistant
visit             | in_progress                                  | -           | handler assistant party_handler
find_cause        | in_progress                                  | -           | handler assistant
mediate           | in_progress                                  | -           | handler assistant
resolve           | in_progress                                  | resolved    | handler party_handler
confirm           | resolved                                     | closed/resolved | reporter caller
reopen            | resolved closed                              | in_progress/accepted | reporter caller supervisor
close_unreachable | resolved                                     | closed      | caller system
withdraw          | registered accepted dispatched in_progress   | withdrawn   | reporter
add_words         | registered accepted dispatched in_progress resolved | -    | reporter
answer_as_party   | dispatched in_progress                       | -           | party party_handler
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
    where = f"{move.target or '-'}/{move.otherwise}" if move.otherwise else (move.target or "-")
    assert (move.sources, where, move.roles) == (frozenset(sources.split()), target, frozenset(roles.split()))


def test_nothing_leaves_an_end_but_the_reopening_of_a_closed_case() -> None:
    ends = {state: moves_from(state) for state in State.values if state not in OPEN_STATES}
    assert ends == {
        "closed": (MoveName.REOPEN,),
        "declined": (),
        "referred": (),
        "merged": (),
        "withdrawn": (),
    }


def test_every_state_but_merged_is_reached_and_every_role_has_a_move() -> None:
    reached = {move.target for move in MOVES.values()} | {move.otherwise for move in MOVES.values()}
    assert set(State.values) - reached == {State.REGISTERED, State.MERGED}
    assert set().union(*(move.roles for move in MOVES.values())) == set(CaseRole.values)


def test_somebody_can_always_bring_an_open_case_nearer_to_its_end() -> None:
    for state in OPEN_STATES:
        targets = {MOVES[name].target for name in moves_from(state)} - {None, state}
        assert targets, f"a case in {state} is stuck"

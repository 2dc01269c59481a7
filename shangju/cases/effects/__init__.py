"""What each move does to a case besides changing its state: guards, clocks, records of work, texts for each reader.

An effect is called by :func:`shangju.cases.services.apply_move` with the case locked and the right and state checked.
It refuses with ``DomainError`` at the field, or changes the case (never its state) and returns a :class:`Draft`.
"""

from shangju.cases import moves
from shangju.cases.effects import feedback, triage, work
from shangju.cases.effects.draft import Draft, Effect
from shangju.cases.effects.triage import classes_of

__all__ = ["EFFECTS", "Draft", "classes_of"]

EFFECTS: dict[type[moves.Payload], Effect] = {
    moves.Accept: triage.accept,
    moves.Decline: triage.decline,
    moves.Refer: triage.refer,
    moves.AnswerDirectly: triage.answer_directly,
    moves.Dispatch: triage.dispatch,
    moves.Sign: work.sign,
    moves.RecordContact: work.record_contact,
    moves.RecordVisit: work.record_visit,
    moves.FindCause: work.find_cause,
    moves.Mediate: work.mediate,
    moves.Resolve: work.resolve,
    moves.Confirm: feedback.confirm,
    moves.Reopen: feedback.reopen,
    moves.CloseUnreachable: feedback.close_unreachable,
    moves.Withdraw: feedback.withdraw,
    moves.AddWords: feedback.add_words,
    moves.AnswerAsParty: feedback.answer_as_party,
}

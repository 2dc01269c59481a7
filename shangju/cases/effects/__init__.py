"""What each move does to a case besides changing its state: guards, clocks, records of work, texts for each reader.

An effect is called by :func:`shangju.cases.services.apply_move` with the case locked and the right and state checked.
It refuses with ``DomainError`` at the field, or changes the case (never its state) and returns a :class:`Draft`.
"""

from shangju.cases import moves
from shangju.cases.effects import (
    approvals,
    coordination,
    entrusting,
    feedback,
    joining,
    looks,
    protection,
    supervision,
    triage,
    work,
)
from shangju.cases.effects.draft import Draft, Effect, FollowUp
from shangju.cases.effects.triage import classes_of

__all__ = ["EFFECTS", "Draft", "FollowUp", "classes_of"]

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
    moves.ChangeAssistants: triage.change_assistants,
    moves.AskReturn: approvals.ask_return,
    moves.AskPause: approvals.ask_pause,
    moves.AskExtension: approvals.ask_extension,
    moves.GrantReturn: approvals.grant_return,
    moves.GrantPause: approvals.grant_pause,
    moves.GrantExtension: approvals.grant_extension,
    moves.AskReveal: looks.ask_reveal,
    moves.GrantReveal: looks.grant_reveal,
    moves.Refuse: approvals.refuse,
    moves.Resume: approvals.resume,
    moves.Merge: joining.merge,
    moves.Unmerge: joining.unmerge,
    moves.TakeIn: joining.take_in,
    moves.LetGo: joining.let_go,
    moves.Follow: joining.follow,
    moves.Hear: joining.hear,
    moves.Split: joining.split,
    moves.PartEnded: joining.part_ended,
    moves.Remind: supervision.remind,
    moves.Urge: supervision.urge,
    moves.Supervise: supervision.supervise,
    moves.Reply: supervision.reply,
    moves.Escalate: supervision.escalate,
    moves.Convene: coordination.convene,
    moves.Entrust: entrusting.entrust,
    moves.Release: entrusting.release,
    moves.Cite: entrusting.cite,
    moves.Protect: protection.protect,
    moves.Recuse: protection.recuse,
}

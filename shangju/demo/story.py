"""One case of the demonstration, lived through by the mechanism itself at instants of the past year."""

from dataclasses import dataclass
from datetime import datetime
from random import Random
from uuid import UUID

from shangju.cases import moves
from shangju.cases.intake import ContactDetails, Prepared, Submission, prepare_concern
from shangju.cases.places import Place as CasePlace
from shangju.cases.rules import REPORTER, Actor, ActorKind
from shangju.cases.services import advance, as_reopening_when_not_solved
from shangju.cases.workflow import CaseRole, Channel
from shangju.categories.models import Category
from shangju.deadlines.engine import Clock, Limit, WorkCalendar, compute_deadline
from shangju.demo.chronicle import Told
from shangju.demo.corpus import Concern, words_for
from shangju.demo.pictures import proof_picture
from shangju.demo.stage import Scene
from shangju.parties.models import Party

CHANNELS = {"web": Channel.WEB, "phone": Channel.PHONE, "counter": Channel.COUNTER}
WORDS = {"satisfied": "satisfied", "basically_satisfied": "basically", "dissatisfied": "dissatisfied"}
PLACES = {
    "楼上": "upstairs",
    "楼下": "downstairs",
    "隔壁": "neighbour",
    "店": "shop",
    "楼道": "shared_space",
    "街": "street",
}


@dataclass(slots=True)
class Story:
    """A concern on its way; ``step`` acts only while its instant lies before ``end``."""

    rng: Random
    scene: Scene
    concern: Concern
    category: Category
    shop: Party | None
    calendar: WorkCalendar
    end: datetime
    at: datetime
    pace: float = 1.0
    told: Told | None = None

    def wait(self, shortest: int, longest: int) -> bool:
        """Let some working minutes pass; false when that leads beyond the end."""
        minutes = max(1, round(self.rng.randint(shortest, longest) * self.pace))
        self.at = compute_deadline(self.at, Limit(minutes, Clock.WORKING_HOURS), calendar=self.calendar).due
        return self.at <= self.end

    def step(self, payload: moves.Payload, actor: Actor) -> None:
        """Make a move at the present instant of the story, in memory."""
        assert self.told is not None, "the story begins with a registered concern"
        told, payload = self.told, as_reopening_when_not_solved(payload)
        event, draft = advance(told.case, told.board, payload, by=actor, role=self._role(actor), now=self.at)
        told.events.append(event)
        told.records += [(record, event) for record in draft.records]
        told.photos += [(photo_id, draft.photo_purpose, event) for photo_id in draft.photo_ids]

    def _role(self, actor: Actor) -> CaseRole:
        roles = {
            id(self.scene.worker.actor): CaseRole.HANDLER,
            id(self.scene.desk.actor): CaseRole.DISPATCHER,
            id(self.scene.caller.actor): CaseRole.CALLER,
        }
        return roles.get(id(actor), CaseRole.REPORTER)

    def tell(self, *, reporter: Actor = REPORTER) -> Told:
        """From the report as far as the story gets before its end."""
        self.told = Told.beginning(self._register(reporter))
        fate = self.rng.random()
        if self.wait(15, 260) and not self._ends_early(fate):
            self._handle(fate)
        return self.told

    def _register(self, reporter: Actor) -> Prepared:
        rng, concern = self.rng, self.concern
        building = rng.choice(self.scene.buildings) if self.scene.buildings else None
        phone = f"138{rng.randrange(10**8):08d}" if rng.random() < 0.7 else ""
        channel = CHANNELS.get(concern.channel, Channel.WEB)
        submission = Submission(
            text=concern.text,
            title=concern.title,
            place=CasePlace(
                area=building or self.scene.grid, note=building.name if building else "", party=self.shop
            ),
            channel=channel,
            request_type=concern.request_type,
            category=self.category if rng.random() < 0.6 else None,
            # Some of those who call would rather be called back than written to.
            contact=ContactDetails(phone=phone, prefers_call=channel == Channel.PHONE and phone[-1:] == "7"),
            happening_now=concern.happening_now and rng.random() < 0.5,
            is_anonymous=not phone and rng.random() < 0.5,
        )
        by = reporter if channel == Channel.WEB or reporter is not REPORTER else self.scene.desk.actor
        return prepare_concern(submission, by=by, now=self.at)

    def _ends_early(self, fate: float) -> bool:
        desk = self.scene.desk.actor
        if fate < 0.02:
            self.step(moves.Decline("outside_duty", words_for(self.rng, "declines", "outside_duty")), desk)
        elif fate < 0.035:
            self.step(moves.Refer("人民法院", words_for(self.rng, "refers", "court")), desk)
        elif fate < 0.05:
            self.step(moves.Withdraw(""), REPORTER)
        elif self.category.deadline_class == "K":
            self.step(moves.AnswerDirectly(self.concern.answer), desk)
            self._confirm(fate)
        else:
            return False
        return True

    def _handle(self, fate: float) -> None:
        desk, worker = self.scene.desk, self.scene.worker
        concern = self.concern
        self.step(
            moves.Accept(
                self.category,
                concern.request_type,
                self.category.deadline_class,
                self.scene.grid,
                concern.title,
            ),
            desk.actor,
        )
        if not self.wait(5, 60):
            return
        self.step(moves.Dispatch(post=worker.post), desk.actor)
        if not self.wait(10, 170):
            return
        self.step(moves.Sign(), worker.actor)
        if self.wait(5, 90):
            self.step(moves.RecordContact("phone", reached=True, note=concern.contact_note), worker.actor)
            self._work(fate)

    def _work(self, fate: float) -> None:
        worker, concern = self.scene.worker.actor, self.concern
        for visit in concern.visits[:2]:
            if not self.wait(20, 200):
                return
            place = next((value for mark, value in PLACES.items() if mark in visit.where), "other")
            self.step(moves.RecordVisit(place, visit.finding, visit.where[:80], visit.met[:120]), worker)
        if self.wait(5, 60) and concern.cause:
            self.step(moves.FindCause(concern.cause, self.shop, self._summary()), worker)
        if concern.mediation and self.at <= self.end and self.wait(5, 60):
            talk = concern.mediation
            payload = moves.Mediate(talk.with_whom[:120], talk.told, talk.outcome, agreed=talk.reply)
            self.step(payload, worker)
        if self.at <= self.end and self.wait(30, 600):
            self._resolve(fate)

    def _summary(self) -> str:
        return f"社区收到反映：{self.category.name_zh}。请贵店配合查看。" if self.shop else ""

    def _resolve(self, fate: float) -> None:
        photos: list[UUID] = [proof_picture(self.rng, now=self.at)] if self.category.needs_proof else []
        self.step(moves.Resolve("solved", self.concern.answer, photo_ids=photos), self.scene.worker.actor)
        self._confirm(fate)

    def _confirm(self, fate: float) -> None:
        if not self.wait(60, 900):
            return
        by = REPORTER if self.rng.random() < 0.6 else self.scene.caller.actor
        mood = self.rng.choices(("satisfied", "basically_satisfied", "dissatisfied"), (80, 15, 5))[0]
        if fate > 0.95 and self.told is not None and self.told.case.reopen_count == 0:
            self.step(
                moves.Confirm("no", "dissatisfied", words_for(self.rng, "confirmations", "dissatisfied")), by
            )
            if self.told.case.state == "in_progress" and self.wait(60, 500):
                self._resolve(0.5)
            return
        solved = "partly" if mood == "dissatisfied" else "yes"
        self.step(moves.Confirm(solved, mood, words_for(self.rng, "confirmations", WORDS[mood])), by)


def signed_in(user: object) -> Actor:
    """A resident who reports with an account."""
    return Actor(ActorKind.REPORTER, user)  # type: ignore[arg-type] # the demonstration passes users

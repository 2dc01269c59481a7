"""Work that fails: noted, shown, tried again ever later, in nobody's way."""

import logging
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from shangju.core import health, queue
from shangju.core.models import AuditEvent, Heartbeat, SetAside
from shangju.core.setting_aside import LONGEST_DELAY, delay_after, resting, work_off

pytestmark = pytest.mark.django_db

PHONE = "13800138000"


def leave_a_trace(row: int, now: datetime) -> bool:
    AuditEvent.objects.create(action="test", object_type="row", object_id=str(row), at=now)
    return True


def traces() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("object_id", flat=True))


def test_a_failing_row_leaves_a_note_and_nothing_else_and_the_others_go_on(
    now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    @transaction.atomic
    def work(row: int) -> bool:
        leave_a_trace(row, now)
        if row == 1:
            raise ValueError(f"cannot reach {PHONE}")
        return row != 3

    with caplog.at_level(logging.INFO):
        assert work_off("tell", [1, 2, 3], work, now=now) == 1
    assert traces() == ["2", "3"]
    [note] = SetAside.objects.all()
    assert (note.step, note.row, note.attempts, note.due_at) == ("tell", 1, 1, now + timedelta(minutes=2))
    assert note.error.startswith("ValueError at test_setting_aside.py:")
    assert "row 1" in caplog.text
    assert PHONE not in caplog.text + note.error


def test_the_delay_grows_up_to_a_day() -> None:
    delays = [delay_after(attempts) for attempts in range(1, 40)]
    assert delays[:3] == [timedelta(minutes=2), timedelta(minutes=4), timedelta(minutes=8)]
    assert delays == sorted(delays)
    assert delays[-1] == LONGEST_DELAY


def test_a_row_rests_until_it_is_due_and_its_note_goes_when_it_succeeds(now: datetime) -> None:
    def fail(row: int) -> bool:
        raise KeyError(row)

    work_off("tell", [7], fail, now=now)
    assert resting("tell", now=now) == [7]
    assert resting("another step", now=now) == []
    due = now + timedelta(minutes=2)
    assert resting("tell", now=due) == []
    work_off("tell", [7], fail, now=due)
    assert SetAside.objects.get().attempts == 2
    assert work_off("tell", [7], lambda row: leave_a_trace(row, now), now=now + timedelta(hours=1)) == 1
    assert not SetAside.objects.exists()


def test_a_step_that_fails_as_a_whole_rests_and_the_others_have_their_turn(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    broken = True

    def first(moment: datetime) -> int:
        calls.append("first")
        if broken:
            raise RuntimeError(PHONE)
        return 0

    def second(moment: datetime) -> int:
        calls.append("second")
        return 0

    steps = {"one": queue.WorkerStep("one", first), "two": queue.WorkerStep("two", second)}
    monkeypatch.setattr(queue, "_steps", steps)
    queue.run_steps(now)
    queue.run_steps(now + timedelta(minutes=1))
    assert calls == ["first", "second", "second"]
    broken = False
    assert SetAside.objects.get().step == "one"
    queue.run_steps(now + timedelta(minutes=2))
    assert not SetAside.objects.exists()


def test_it_is_seen_from_outside(client: Client, now: datetime) -> None:
    Heartbeat.objects.create(name="worker", at=timezone.now())
    assert health.set_aside(now).well
    assert client.get("/healthz").json()["status"] == "ok"
    SetAside.objects.create(step="tell", row=7, attempts=3, error="KeyError", failed_at=now, due_at=now)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["status"], answer.json()["set_aside"]) == (200, "degraded", 1)
    with override("en"):
        finding = health.set_aside(now)
    assert not finding.well
    assert "tell, row 7: 3 tries, next at 2026-03-05 10:00, KeyError" in finding.sentence

"""Long exports: written by the worker, also after it was killed; fetched by who asked; deleted after a week."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from shangju.cases.tests.stories import raised
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.ledgers import work
from shangju.ledgers.models import Export
from shangju.ledgers.tests.reading import exported, rows_in
from shangju.notices.models import Notice
from shangju.posts.models import Appointment
from shangju.posts.rights import forget_standing
from tests.street import Street

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(street: Street, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Export:
    """An export that is too long to be written at once, of three rows in pieces of two."""
    monkeypatch.setattr("shangju.ledgers.exporting.AT_ONCE_AT_MOST", 2)
    monkeypatch.setattr("shangju.ledgers.queries.PIECE", 2)
    for _one in range(3):
        raised(street, now=now)
    export = exported(street, "officer", now=now, columns=("number",)).export
    assert export.state == "waiting"
    return export


def again(export: Export) -> Export:
    with everywhere(EverywhereReason.VERIFICATION):
        return Export.objects.get(pk=export.pk)


def told() -> list[str]:
    return list(Notice.objects.values_list("key", flat=True))


def content(export: Export) -> list[list[str]]:
    with default_storage.open(export.file) as stream:
        return rows_in(stream.read(), export.form)


def test_the_worker_writes_it_whole(waiting: Export, now: datetime) -> None:
    assert work.write_exports(now) == 1
    done = again(waiting)
    assert (done.state, done.row_count, done.rows_done, done.attempts) == ("done", 3, 3, 1)
    assert [row[0] for row in content(done)][:-1] == ["Row", "1", "2", "3"]
    assert content(done)[-1][0].startswith("# Taken out by officer 1号")
    assert done.size == default_storage.size(done.file)
    assert work.write_exports(now) == 0
    assert told() == [f"export-{done.pk}-done-in_app-user-{done.asked_by_id}"]


def test_after_a_kill_it_is_written_from_the_start(
    waiting: Export, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process ends between two pieces, as kill -9 ends it: nothing of it runs any more, the row says "running"."""
    tell = work._progress

    def killed(export: Export) -> Any:
        told = tell(export)

        def once(piece: Any) -> None:
            told(piece)
            raise SystemExit

        return once

    monkeypatch.setattr(work, "_progress", killed)
    with pytest.raises(SystemExit):
        work.write_exports(now)
    left = again(waiting)
    assert (left.state, left.rows_done, left.attempts) == ("running", 2, 1)
    monkeypatch.setattr(work, "_progress", tell)
    assert left.seen_at is not None
    assert work.write_exports(left.seen_at + work.SILENT_FOR) == 0
    assert work.write_exports(left.seen_at + work.SILENT_FOR + timedelta(seconds=1)) == 1
    done = again(waiting)
    assert (done.state, done.rows_done, done.attempts, len(content(done))) == ("done", 3, 2, 5)


def test_who_was_overtaken_leaves_the_file_of_the_other_alone(
    waiting: Export, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that slept through its two minutes wakes up after another has begun, and finds it is no longer its work."""
    tell = work._progress

    def overtaken(export: Export) -> Any:
        told = tell(export)
        monkeypatch.setattr(work, "_progress", tell)
        assert work.write_exports(timezone.now() + timedelta(minutes=3)) == 1
        return told

    with everywhere(EverywhereReason.VERIFICATION):
        Export.objects.update(asked_at=now)
    monkeypatch.setattr(work, "_progress", overtaken)
    assert work.write_exports(timezone.now()) == 0
    done = again(waiting)
    assert (done.state, done.attempts, len(content(done))) == ("done", 2, 5)


def test_what_fails_again_and_again_ends_with_a_sentence(waiting: Export, now: datetime) -> None:
    with everywhere(EverywhereReason.VERIFICATION):
        Export.objects.update(state="running", attempts=work.TRIES_AT_MOST, seen_at=now - timedelta(hours=1))
    work.write_exports(now)
    assert (again(waiting).state, again(waiting).failure) == ("failed", "gave_up")
    assert told() == [f"export-{waiting.pk}-failed-in_app-user-{waiting.asked_by_id}"]


@pytest.mark.parametrize(("ahead", "written"), [(timedelta(minutes=59), 0), (timedelta(hours=2), 1)])
def test_a_clock_that_was_put_back_keeps_no_export_waiting(
    waiting: Export, now: datetime, ahead: timedelta, written: int
) -> None:
    with everywhere(EverywhereReason.VERIFICATION):
        Export.objects.update(state="running", attempts=1, seen_at=now + ahead)
    assert work.write_exports(now) == written


def test_a_full_disk_is_told(waiting: Export, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(default_storage, "save", full)
    work.write_exports(now)
    failed = again(waiting)
    assert (failed.state, failed.failure, failed.file) == ("failed", "no_space", "")


def test_who_lost_the_right_gets_no_file(street: Street, waiting: Export, now: datetime) -> None:
    with everywhere(EverywhereReason.VERIFICATION):
        Appointment.objects.filter(user=street.users["officer"]).delete()
    forget_standing(street.users["officer"])
    work.write_exports(now)
    assert (again(waiting).state, again(waiting).failure) == ("failed", "right_gone")


def test_the_file_is_deleted_after_a_week_and_the_log_stays(waiting: Export, now: datetime) -> None:
    work.write_exports(now)
    name = again(waiting).file
    assert work.clear_exports(now + timedelta(days=7) - timedelta(seconds=1)) == 0
    assert default_storage.exists(name)
    assert work.clear_exports(now + timedelta(days=7)) == 1
    ended = again(waiting)
    assert not default_storage.exists(name)
    assert (ended.state, ended.file, ended.row_count, len(ended.sha256)) == ("expired", "", 3, 64)

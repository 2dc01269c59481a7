"""Kill the worker again and again while it tells people and programs; then look for what was lost or told twice.

``python -m tests.drills.kill_worker ROUNDS`` in a fresh data folder (``SHANGJU_DATA``); prints one line of figures and
exits 1 when a message or the call of a webhook is missing, or a second key was used for it.
"""

import os
import random
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.drills.receiver import Receiver, receiving

CASES_PER_ROUND = 4


def main() -> int:
    """Prepare, kill ``ROUNDS`` times, finish, compare."""
    import django  # noqa: PLC0415 - the settings are chosen by whoever starts this

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - after setup

    from shangju.notices.tests.street import accept, go, make_street, report  # noqa: PLC0415 - after setup

    rounds = int(sys.argv[1])
    call_command("migrate", verbosity=0)
    street = make_street()
    chance = random.Random(20260305)
    with receiving() as receiver:
        _subscribe(street.areas["subdistrict"], receiver.address)
        for _round in range(rounds):
            for _case in range(CASES_PER_ROUND):
                go(street, report(street), accept())
            _work_until_killed(chance.uniform(0.0, 0.25))
        return max(_compare(rounds), _compare_calls(receiver))


def _subscribe(area: Any, address: str) -> None:
    from django.utils import timezone  # noqa: PLC0415 - after setup

    from shangju.accounts.models import User  # noqa: PLC0415 - as above
    from shangju.core.scoping import EverywhereReason, everywhere  # noqa: PLC0415 - as above
    from shangju.webhooks.models import Subscription  # noqa: PLC0415 - as above
    from shangju.webhooks.signing import new_secret  # noqa: PLC0415 - as above

    marks = {"seen_at": timezone.now(), "created_at": timezone.now(), "secret": new_secret()}
    with everywhere(EverywhereReason.SETUP):
        owner = User.objects.order_by("pk")[0]
        Subscription.objects.create(name="drill", area=area, address=address, owner=owner, **marks)


def _compare_calls(receiver: Receiver) -> int:
    """What the subscriber was told, when everything due was sent to the end."""
    from django.utils import timezone  # noqa: PLC0415 - after setup

    from shangju.cases.models import CaseEvent  # noqa: PLC0415 - as above
    from shangju.core.scoping import EverywhereReason, everywhere  # noqa: PLC0415 - as above
    from shangju.webhooks.models import Delivery, Subscription  # noqa: PLC0415 - as above
    from shangju.webhooks.sending import make_deliveries, send_deliveries  # noqa: PLC0415 - as above

    now = timezone.now() + timedelta(minutes=5)
    for _hour in range(24):
        make_deliveries(now)
        while send_deliveries(now):
            pass
        now += timedelta(hours=1)
    with everywhere(EverywhereReason.VERIFICATION):
        subscription = Subscription.objects.get()
        events = CaseEvent.objects.values_list("pk", flat=True)
        expected = {f"event-{pk}-{subscription.pk}" for pk in events}
        undelivered = Delivery.objects.exclude(state="delivered").count()
    taken = set(receiver.taken)
    lost, strange = len(expected - taken), len((taken | set(receiver.refused)) - expected)
    print(  # noqa: T201 - the drill's answer
        f"calls={len(receiver.taken)} of={len(expected)} repeats={len(receiver.taken) - len(taken)} "
        f"refused={len(receiver.refused)} lost={lost} strange_ids={strange} undelivered={undelivered}"
    )
    return 1 if lost or strange or undelivered else 0


def _work_until_killed(delay: float) -> None:
    """Start a worker; kill it a little after it began, while there is work."""
    worker = subprocess.Popen([sys.executable, "-m", "shangju", "worker"])
    before, limit = _traces(), time.monotonic() + 20
    while _traces() == before and time.monotonic() < limit:
        time.sleep(0.005)
    time.sleep(delay)
    worker.kill()
    worker.wait()


def _keys() -> list[str]:
    path = Path(os.environ["SHANGJU_DRILL_KEYS"])
    return path.read_text(encoding="utf-8").split() if path.exists() else []


def _traces() -> int:
    return len(_keys())


def _compare(rounds: int) -> int:
    from django.utils import timezone  # noqa: PLC0415 - after setup

    from shangju.cases.models import CaseEvent  # noqa: PLC0415 - as above
    from shangju.core.scoping import EverywhereReason, everywhere  # noqa: PLC0415 - as above
    from shangju.notices.models import Notice, NoticeState  # noqa: PLC0415 - as above
    from shangju.notices.services import send_notices  # noqa: PLC0415 - as above
    from shangju.notices.telling import tell_of_events  # noqa: PLC0415 - as above

    later = timezone.now() + timedelta(minutes=5)  # the leases of the dead are over
    while tell_of_events(later) + send_notices(later):
        pass
    with everywhere(EverywhereReason.VERIFICATION):
        accepted = CaseEvent.objects.filter(kind="accept").values_list("pk", flat=True)
        expected = {f"event-{pk}-sms-reporter" for pk in accepted}
        untold = CaseEvent.objects.filter(notified_at__isnull=True).count()
    sent = _keys()
    unsent = Notice.objects.exclude(state=NoticeState.SENT).count()
    lost, strange = len(expected - set(sent)), len(set(sent) - expected)
    print(  # noqa: T201 - the drill's answer
        f"kills={rounds} events={len(expected)} sent={len(sent)} repeats={len(sent) - len(set(sent))} "
        f"lost={lost} strange_keys={strange} untold={untold} unsent={unsent}"
    )
    return 1 if lost or strange or untold or unsent or rounds * CASES_PER_ROUND != len(expected) else 0


if __name__ == "__main__":
    sys.exit(main())

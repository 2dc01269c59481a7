"""How many people have met the same: each once, also where they joined different cases that were merged since."""

from collections.abc import Iterable

from shangju.cases.models import Case, Endorsement


def count_me_too(case: Case, *, with_cases: Iterable[int] = (), without_cases: Iterable[int] = ()) -> int:
    """People who said "me too" of ``case`` or of one merged into it; a device, phone or account counts once.

    ``with_cases`` and ``without_cases`` are ids of cases that are just being merged into it or let go.
    """
    joined = set(case.merged_cases.values_list("pk", flat=True)) if case.is_joined else set()
    counted = {case.pk, *joined, *with_cases} - set(without_cases)
    alive = Endorsement.objects.filter(case__in=counted, is_counted=True, withdrawn_at__isnull=True)
    if len(counted) == 1:
        return alive.count()  # the database keeps them apart already
    seen: set[tuple[str, object]] = set()
    people = 0
    for device, phone, user in alive.order_by("pk").values_list("device_print", "phone_print", "user_id"):
        marks = {
            (kind, mark) for kind, mark in (("device", device), ("phone", phone), ("user", user)) if mark
        }
        people += not marks & seen
        seen |= marks
    return people

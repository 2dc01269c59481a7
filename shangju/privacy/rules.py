"""Who answers requests about one's own data, and which of them somebody sees."""

from django.db.models import Q

from shangju.cases.models import Case
from shangju.cases.walls import behind_wall, is_walled_off
from shangju.core.errors import NotAllowed
from shangju.posts.rights import Right, Standing
from shangju.privacy.models import DataRequest

ANSWERING = Right.ANSWER_DATA_REQUESTS


def requests_to_answer(standing: Standing) -> Q:
    """The requests of the areas in which the right is held, but of no case in which the reader has a stake."""
    reach = Q(pk__in=[])
    for area in standing.areas_with(ANSWERING):
        reach |= Q(area_path__startswith=area.path)
    return reach & ~Q(case__in=Case.objects.filter(behind_wall(standing)))


def may_answer(standing: Standing, request: DataRequest) -> bool:
    """The same of one request."""
    if request.case is not None and is_walled_off(standing, request.case):
        return False
    return standing.may(ANSWERING, path=request.area_path)


def demand_answering(standing: Standing, request: DataRequest, *, sentence: object) -> None:
    """Raise ``NotAllowed`` with ``sentence`` for whoever may not answer the request."""
    if not may_answer(standing, request):
        raise NotAllowed(sentence)

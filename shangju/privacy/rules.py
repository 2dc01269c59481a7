"""Who answers requests about one's own data, and which of them somebody sees."""

from django.db.models import Q

from shangju.cases.rules import has_stake
from shangju.core.errors import NotAllowed
from shangju.posts.rights import Right, Standing
from shangju.privacy.models import DataRequest

ANSWERING = Right.ANSWER_DATA_REQUESTS


def requests_to_answer(standing: Standing) -> Q:
    """The requests of the areas in which the right is held, but of no case in which the reader has a stake."""
    reach = Q(pk__in=[])
    for area in standing.areas_with(ANSWERING):
        reach |= Q(area_path__startswith=area.path)
    stake = Q(case__concerned_party__in=standing.parties) | Q(case__place_party__in=standing.parties)
    return reach & ~stake if standing.parties else reach


def may_answer(standing: Standing, request: DataRequest) -> bool:
    """The same of one request."""
    if request.case is not None and has_stake(standing, request.case):
        return False
    return standing.may(ANSWERING, path=request.area_path)


def demand_answering(standing: Standing, request: DataRequest, *, sentence: object) -> None:
    """Raise ``NotAllowed`` with ``sentence`` for whoever may not answer the request."""
    if not may_answer(standing, request):
        raise NotAllowed(sentence)

"""How many SQL statements one concern takes in the service, as one line of JSON."""

import json
from datetime import UTC, datetime
from uuid import uuid4

import django

django.setup()

from django.db import connection  # noqa: E402 - after the set-up
from django.test.utils import CaptureQueriesContext  # noqa: E402

from bench.load import AREA, TEXT  # noqa: E402
from shangju.areas.models import Area  # noqa: E402
from shangju.cases.intake import Submission, register_concern  # noqa: E402
from shangju.cases.places import locate  # noqa: E402
from shangju.cases.rules import REPORTER  # noqa: E402
from shangju.core.scoping import EverywhereReason, everywhere  # noqa: E402


def main() -> None:
    """The second concern of a process, when its caches are warm."""
    with everywhere(EverywhereReason.PUBLIC_INTAKE):
        for _time in range(2):
            with CaptureQueriesContext(connection) as captured:
                place = locate(area=Area.objects.get(code=AREA), address="")
                register_concern(
                    Submission(text=TEXT, place=place),
                    by=REPORTER,
                    now=datetime.now(UTC),
                    idempotency_key=f"bench-{uuid4()}",
                )
    print(json.dumps({"sql": len(captured), "aim": "≤ 15"}))


if __name__ == "__main__":
    main()

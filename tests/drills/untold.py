"""How many history rows nobody was told of yet, as one line of JSON. Asked by drills of a running installation."""

import json


def main() -> None:
    """Count."""
    import django  # noqa: PLC0415 - the settings are chosen by whoever starts this

    django.setup()
    from shangju.cases.models import CaseEvent  # noqa: PLC0415 - after setup
    from shangju.core.scoping import EverywhereReason, everywhere  # noqa: PLC0415 - after setup

    with everywhere(EverywhereReason.VERIFICATION):
        print(json.dumps({"untold": CaseEvent.objects.filter(notified_at__isnull=True).count()}))  # noqa: T201


if __name__ == "__main__":
    main()

"""Which notice is in force, and which ones were."""

from datetime import date

from shangju.consent.models import ConsentNotice


def notice_on(day: date) -> ConsentNotice | None:
    """The notice in force on ``day``; none before an installation has been seeded."""
    return ConsentNotice.objects.filter(valid_from__lte=day).order_by("-valid_from", "-version").first()


def notices() -> list[ConsentNotice]:
    """Every version, newest first."""
    return list(ConsentNotice.objects.all())


def notice_of(version: str) -> ConsentNotice:
    """One version; ``ConsentNotice.DoesNotExist`` where there is none."""
    return ConsentNotice.objects.get(version=version)

"""``shangju digest [--now ISO] [--dry-run]``: make the daily lists that are due."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import override

from shangju.accounts.models import User
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.notices.instants import add_instant, read_instant
from shangju.notices.list_wording import said
from shangju.notices.making_lists import list_for, make_daily_lists, waiting_for_a_list


class Command(BaseCommand):
    """Makes each list once; who has one of today already is left alone."""

    help = "Make the daily lists that are due now or at a given instant, each once a person and day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--now`` and ``--dry-run``."""
        add_instant(parser)
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="print whose list would say what, without cases; write nothing",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many lists went out, or what each would say."""
        now = read_instant(options["now"])
        if not options["dry_run"]:
            made = 0
            while count := make_daily_lists(now):
                made += count
            self.stdout.write(f"daily lists: {made}")
            return
        with everywhere(EverywhereReason.WORKER):
            waiting = list(User.objects.filter(pk__in=waiting_for_a_list(now)).order_by("pk"))
            for user in waiting:
                with override(user.language):
                    found = list_for(user, now=now)
                    words = said(found.found) if found.goes_out else "—"
                self.stdout.write(f"{user.username}: {words}")
        self.stdout.write(f"daily lists that would be made: {len(waiting)}")

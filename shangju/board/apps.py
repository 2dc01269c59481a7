"""The public board 公示栏: what became of concerns, in words that staff checked."""

from datetime import datetime

from django.apps import AppConfig

from shangju.core.queue import register_step


class BoardConfig(AppConfig):
    """The public board 公示栏: what became of concerns, in words that staff checked."""

    name = "shangju.board"
    label = "board"

    def ready(self) -> None:
        """Take down what became confidential, at once, and what was taken up again, with the worker's next pass."""
        from shangju.board.services import take_down_confidential  # noqa: PLC0415 - the models are loaded by now
        from shangju.cases.confidentiality import when_made_confidential  # noqa: PLC0415 - as above

        when_made_confidential(take_down_confidential)
        register_step("take down what no longer holds", _take_down_stale)


def _take_down_stale(now: datetime) -> int:
    from shangju.board.services import take_down_stale  # noqa: PLC0415 - as above

    return take_down_stale(now)

"""A gateway that leaves a trace which survives the death of its process."""

import os
import time
from datetime import datetime
from pathlib import Path

from shangju.gateways.sending import Message


class AppendingGateway:
    """Appends each key to the file ``SHANGJU_DRILL_KEYS``, durably; slow enough to be killed in the middle."""

    def send(self, message: Message, *, now: datetime) -> None:
        """One line a message."""
        with Path(os.environ["SHANGJU_DRILL_KEYS"]).open("a", encoding="utf-8") as file:
            file.write(f"{message.key}\n")
            file.flush()
            os.fsync(file.fileno())
        time.sleep(0.02)

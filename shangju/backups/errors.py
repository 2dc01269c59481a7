"""Why a backup was not made or not restored, as a sentence for the operator."""


class BackupError(Exception):
    """Nothing was changed, or all that was begun was undone; the message says what to do."""

"""Large uploads on their way in: a temporary file that cannot be written spoils the one upload, not the whole form."""

import errno
import io
import logging
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler

logger = logging.getLogger(__name__)


class LostUpload(UploadedFile):  # type: ignore[type-arg] # Django's class takes none when it runs
    """An upload for which there was no room: it has a name and a size, and reading it raises ``OSError``."""

    def seek(self, *args: Any) -> int:
        """Raise: there is nothing to read."""
        raise OSError(errno.ENOSPC, "the upload could not be kept")

    def read(self, *args: Any) -> bytes:
        """Raise: there is nothing to read."""
        raise OSError(errno.ENOSPC, "the upload could not be kept")


class SparingUploadHandler(TemporaryFileUploadHandler):
    """Django's handler for large uploads, whose full disk reaches the form as a :class:`LostUpload`."""

    lost = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Open the temporary file."""
        self.lost = False
        try:
            super().new_file(*args, **kwargs)
        except OSError as error:
            self._lose(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Write a piece, or pass over it when the file is lost already."""
        if not self.lost:
            try:
                return super().receive_data_chunk(raw_data, start)
            except OSError as error:
                self._lose(error)
        return None

    def file_complete(self, file_size: int) -> Any:
        """The upload, or the mark that it is lost."""
        if not self.lost:
            try:
                return super().file_complete(file_size)
            except OSError as error:
                self._lose(error)
        return LostUpload(io.BytesIO(), self.file_name, self.content_type, file_size)

    def _lose(self, error: OSError) -> None:
        self.lost = True
        logger.error(
            "an upload was not kept: %s", errno.errorcode.get(error.errno or 0, type(error).__name__)
        )

"""A stream under a passphrase: AES-256-GCM over pieces, each in its place, the last one marked as the last.

A piece that was changed, moved, left out or cut off the end is noticed when it is read (the STREAM construction). The key
is made from the passphrase with scrypt and a salt of the file's own; field keys have nothing to do with it.
"""

import io
import os
import struct
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.utils.translation import gettext as _

from shangju.backups.errors import BackupError

MAGIC = b"shangju locked backup 1\n"
PIECE = 1024 * 1024
"""Bytes of plain content in every piece but the last."""
_SALT, _PREFIX, _TAG = 16, 7, 16
_SCRYPT = {"length": 32, "n": 2**15, "r": 8, "p": 1}  # 32 MB of memory and a tenth of a second for each guess


def _box(passphrase: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, **_SCRYPT).derive(passphrase.encode()))


def _nonce(prefix: bytes, number: int, *, is_last: bool) -> bytes:
    return prefix + struct.pack(">IB", number, is_last)


class LockingWriter(io.RawIOBase):
    """Encrypts what is written to ``file``; :meth:`close` writes the last piece and leaves ``file`` open."""

    def __init__(self, file: IO[bytes], passphrase: str) -> None:
        super().__init__()
        salt, self._prefix = os.urandom(_SALT), os.urandom(_PREFIX)
        self._file, self._box = file, _box(passphrase, salt)
        self._waiting, self._number = bytearray(), 0
        file.write(MAGIC + salt + self._prefix)

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, content: bytes) -> int:  # type: ignore[override] # any buffer will do
        """Take ``content``; whole pieces go out. One piece always waits, for it may be the last."""
        self._waiting += content
        while len(self._waiting) > PIECE:
            self._put(bytes(self._waiting[:PIECE]), is_last=False)
            del self._waiting[:PIECE]
        return len(content)

    def finish(self) -> None:
        """Write the last piece."""
        self._put(bytes(self._waiting), is_last=True)
        self._waiting.clear()

    def _put(self, piece: bytes, *, is_last: bool) -> None:
        nonce = _nonce(self._prefix, self._number, is_last=is_last)
        self._file.write(self._box.encrypt(nonce, piece, MAGIC))
        self._number += 1


class UnlockingReader(io.RawIOBase):
    """Decrypts ``file``, whose :data:`MAGIC` was read already. Raises :class:`BackupError` on anything not as written."""

    def __init__(self, file: IO[bytes], passphrase: str) -> None:
        super().__init__()
        salt, self._prefix = file.read(_SALT), file.read(_PREFIX)
        self._file, self._box = file, _box(passphrase, salt)
        self._number, self._ready = 0, b""
        self._next = file.read(PIECE + _TAG)

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override] # any buffer will do
        """Fill ``buffer`` with plain content; 0 at the end."""
        if not self._ready and self._next:
            self._ready = self._opened()
        count = min(len(buffer), len(self._ready))
        buffer[:count], self._ready = self._ready[:count], self._ready[count:]
        return count

    def _opened(self) -> bytes:
        piece, self._next = self._next, self._file.read(PIECE + _TAG)
        nonce = _nonce(self._prefix, self._number, is_last=not self._next)
        try:
            plain = self._box.decrypt(nonce, piece, MAGIC)
        except InvalidTag as error:
            raise BackupError(self._sentence()) from error
        self._number += 1
        return plain

    def _sentence(self) -> str:
        if self._number:
            return _("The backup is damaged or was cut off. Take another copy of it.")
        return _(
            "The passphrase does not open this backup, or its beginning is damaged. "
            "Set SHANGJU_BACKUP_PASSPHRASE to the one it was made with."
        )

"""A locked stream opens only as it was written."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shangju.backups import locking
from shangju.backups.errors import BackupError
from shangju.backups.locking import MAGIC, LockingWriter, UnlockingReader

PHRASE = "a phrase for the tests"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small pieces and a cheap key, so that many streams can be tried."""
    monkeypatch.setattr(locking, "PIECE", 64)
    monkeypatch.setattr(locking, "_SCRYPT", {"length": 32, "n": 2, "r": 1, "p": 1})


def locked(*parts: bytes, phrase: str = PHRASE) -> bytes:
    file = io.BytesIO()
    writer = LockingWriter(file, phrase)
    for part in parts:
        writer.write(part)
    writer.finish()
    return file.getvalue()


def unlocked(content: bytes, *, phrase: str = PHRASE) -> bytes:
    file = io.BytesIO(content)
    assert file.read(len(MAGIC)) == MAGIC
    return io.BufferedReader(UnlockingReader(file, phrase), 10).read()


@given(parts=st.lists(st.binary(max_size=200), max_size=5))
def test_what_was_locked_is_unlocked(parts: list[bytes]) -> None:
    assert unlocked(locked(*parts)) == b"".join(parts)


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 128, 129])
def test_every_length_around_a_piece(size: int) -> None:
    content = bytes(range(256))[:size]
    sealed = locked(content)
    assert unlocked(sealed) == content
    assert len(content) < 16 or content not in sealed


@given(at=st.integers(min_value=0), bit=st.integers(0, 7))
def test_any_bit_changed_after_the_mark_is_noticed(at: int, bit: int) -> None:
    content = bytearray(locked(b"words of a resident " * 20))
    content[len(MAGIC) + at % (len(content) - len(MAGIC))] ^= 1 << bit
    with pytest.raises(BackupError):
        unlocked(bytes(content))


@pytest.mark.parametrize("cut", [1, 16, 80, 81, 160])
def test_a_cut_off_end_is_noticed(cut: int) -> None:
    with pytest.raises(BackupError):
        unlocked(locked(bytes(300))[:-cut])


def test_pieces_in_another_order_are_noticed() -> None:
    whole, head, piece = locked(bytes(range(200))), len(MAGIC) + 16 + 7, 64 + 16
    swapped = whole[:head] + whole[head + piece : head + 2 * piece] + whole[head : head + piece]
    with pytest.raises(BackupError):
        unlocked(swapped + whole[head + 2 * piece :])


def test_another_passphrase_is_refused_with_its_name() -> None:
    with pytest.raises(BackupError, match="SHANGJU_BACKUP_PASSPHRASE"):
        unlocked(locked(b"words"), phrase="another phrase altogether")


def test_the_same_content_is_locked_differently_each_time() -> None:
    assert locked(b"words") != locked(b"words")

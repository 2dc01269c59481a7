"""In which encoding a text file was written: told by its bytes, since nobody else knows."""

import codecs
import io
import re
from typing import IO

CHUNK = 1 << 16
START = 4096
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
UNREADABLE = re.compile("[\ud800-\udfff\ufffd]")
"""Signs that stand for bytes that mean nothing in the encoding of the file."""

MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
MOST_BROKEN = {"utf-8": 0.3, "gb18030": 0.1}
"""The share of unreadable among the signs beyond ASCII up to which a file counts as damaged, not as something else.

Of GB18030 read as UTF-8 more than half is unreadable; of UTF-8 read as GB18030 next to nothing, though all is wrong.
"""


def encoding_of(stream: IO[bytes]) -> str:
    """The encoding of a stream, read once through; the empty text where it is no text that we can read.

    A damaged sign in a UTF-8 file must not turn all of it into GB18030, in which almost any bytes mean something:
    the encoding with the smaller share of unreadable signs is taken.
    """
    start = stream.read(START)
    for mark, name in MARKS:
        if start.startswith(mark):
            return name
    if wide := _without_mark(start):
        return wide
    decoders = {name: codecs.getincrementaldecoder(name)("surrogateescape") for name in MOST_BROKEN}
    counts = {name: [0, 0] for name in MOST_BROKEN}
    chunk = start
    while True:
        for name, decoder in decoders.items():
            text = decoder.decode(chunk, final=not chunk)
            counts[name][0] += len(BEYOND_ASCII.findall(text))
            counts[name][1] += len(UNREADABLE.findall(text))
        if not chunk:
            break
        chunk = stream.read(CHUNK)
    fitting = (name for name, (signs, broken) in counts.items() if broken <= MOST_BROKEN[name] * signs)
    return next(fitting, "")


def _without_mark(start: bytes) -> str:
    """UTF-16 without its mark: commas and digits leave every other byte zero, Chinese signs none."""
    at_even, at_odd = start[::2].count(0), start[1::2].count(0)
    few, many = sorted((at_even, at_odd))
    if many * 50 < len(start) or few * 10 > many:
        return ""
    return "utf-16-le" if at_odd > at_even else "utf-16-be"


def text_of(stream: IO[bytes], encoding: str) -> io.TextIOWrapper:
    """The text of a stream; bytes that mean nothing in its encoding become signs that are ``UNREADABLE``."""
    errors = "replace" if encoding.startswith("utf-16") else "surrogateescape"
    return io.TextIOWrapper(stream, encoding=encoding, errors=errors, newline="")

"""What people and machines send that no form asked for. Everything is drawn from one seeded source."""

import random
from collections.abc import Mapping, Sequence
from urllib.parse import quote

ODD_TEXTS = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "噪音\udfff",
    "\u202e倒过来",
    "\u200f\u200e",
    "\ufeff",
    "\u2028\u2029",
    "🀄" * 50,
    "é" * 300,
    "楼上漏水，天花板滴水",
    "-1",
    "0",
    "1",
    "00",
    "１２",
    "٣",
    "²",
    "①",
    "1" * 30,
    "9" * 5000,
    "-" + "9" * 400,
    "1e400",
    "1e-400",
    "NaN",
    "Infinity",
    "-inf",
    "0x10",
    "1_000",
    "1.5",
    "1,5",
    "true",
    "null",
    "None",
    "undefined",
    "[]",
    "{}",
    '{"$gt": ""}',
    "[1, 2",
    "on",
    "off",
    "2026-03-05",
    "2026-02-30",
    "0000-00-00",
    "0001-01-01",
    "9999-12-31",
    "99999-01-01",
    "2026-03-05T10:00",
    "2026-03-05T25:61",
    "2026-13-45 99:99",
    "0001-01-01T00:00",
    "9999-12-31T23:59:59",
    "10000-01-01T00:00",
    "24:00",
    "13800138000",
    "+86 138 0013 8000",
    "１３８００１３８０００",
    "138-0013-800",
    "38.0,114.5",
    "91",
    "181",
    "-91.0000001",
    "1e308",
    "' OR 1=1 --",
    '"; DROP TABLE cases_case; --',
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "%s%s%n",
    "%",
    "%(name)s",
    "{0}",
    "\\",
    "../../etc/passwd",
    "/",
    "//evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "\r\nSet-Cookie: a=b",
    "NEAR(a b)",
    '"',
    '" OR "',
    "*",
    "a*",
    "AND",
    "^",
    "(",
    "（",
    "噪",
    "噪 音",
    "_" * 40,
    "post-",
    "post-x",
    "post-999999999999999999999",
    "party-0",
    "party-",
    "post-1-2",
    "-",
    "00000000-0000-0000-0000-000000000001",
    "sj_" + "x" * 60,
    "=cmd|' /C calc'!A0",
    "\t",
    "\v\f",
    "a" * 100_000,
    "好" * 5000,
)


def _part(headers: bytes, body: bytes) -> bytes:
    return b"--x\r\nContent-Disposition: form-data; " + headers + b"\r\n\r\n" + body + b"\r\n--x--\r\n"


ODD_BODIES: tuple[tuple[str, bytes], ...] = (
    ("multipart/form-data", b"no boundary at all"),
    ("multipart/form-data; boundary=", b"--\r\n"),
    ("multipart/form-data; boundary=x", b""),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\ncut off'),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\nno name\r\n--x--\r\n"),
    ("multipart/form-data; boundary=x", b"--x\r\n\r\n\r\n--x--\r\n"),
    (
        "multipart/form-data; boundary=x",
        _part(b'name="photos"; filename="\x00../a.jpg"\r\nContent-Type: image/jpeg', b"\xff\xd8"),
    ),
    (
        "multipart/form-data; boundary=x",
        _part(b'name="photos"; filename="a.jpg"\r\nContent-Transfer-Encoding: base64', b"!!!"),
    ),
    ("multipart/form-data; boundary=x", _part(b'name="text"\r\nContent-Transfer-Encoding: base64', b"====")),
    ("multipart/form-data; boundary=" + "x" * 300, b"--" + b"x" * 300 + b"\r\n"),
    ("multipart/form-data; boundary=\xff", b"--\xff\r\n"),
    ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % number for number in range(2000))),
    ("application/x-www-form-urlencoded", b"text=%FF%FE%ZZ%&=&&=a&text"),
    ("application/x-www-form-urlencoded; charset=no-such-charset", b"text=a"),
    ("application/x-www-form-urlencoded; charset=utf-16", b"text=a"),
    ("application/x-www-form-urlencoded", b"text=" + b"a" * 3_000_000),
    ("application/json", b'{"text": "\\ud800"'),
    ("text/plain", b"\x00\x01"),
    ("", b"text=a"),
    ("application/x-www-form-urlencoded", b""),
)
"""Content type and body of requests that are no proper form at all."""


def percent_encoded(pairs: Sequence[tuple[str, str]]) -> str:
    """Like ``urlencode``, and lone surrogates go out as the bytes that a careless client makes of them."""
    return "&".join(
        f"{quote(name.encode('utf-8', 'surrogatepass'))}={quote(value.encode('utf-8', 'surrogatepass'))}"
        for name, value in pairs
    )


def multipart(
    pairs: Sequence[tuple[str, str]], files: Sequence[tuple[str, str, bytes]], *, boundary: str = "odd"
) -> bytes:
    """A multipart body of text parts and files (field, file name, content)."""
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode(
            "utf-8", "surrogatepass"
        )
        + value.encode("utf-8", "surrogatepass")
        + b"\r\n"
        for name, value in pairs
    ]
    parts += [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n'
        f"Content-Type: image/jpeg\r\n\r\n".encode("utf-8", "surrogatepass")
        + content
        + b"\r\n"
        for name, file, content in files
    ]
    return b"".join([*parts, f"--{boundary}--\r\n".encode()])


def filled_in(
    values: Mapping[str, Sequence[str]], choices: Mapping[str, Sequence[str]], chance: random.Random
) -> list[tuple[str, str]]:
    """A form filled in soundly where possible, then spoiled in a few places: the pairs to be sent."""
    filled: dict[str, list[str]] = {name: list(given) for name, given in values.items()}
    for name, offered in choices.items():
        if offered and (name not in filled or chance.random() < 0.5):
            filled[name] = [chance.choice(offered)]
    for name, given in filled.items():
        if given == [""] and chance.random() < 0.6:
            filled[name] = [
                chance.choice(("楼上漏水，天花板滴水", "3", "2026-03-05", "13800138000", "2026-03-05T10:00"))
            ]
    for name in chance.sample(list(filled), k=min(len(filled), chance.choice((0, 1, 1, 2, 3, len(filled))))):
        filled[name] = _spoiled(filled[name], chance)
    pairs = [(name, value) for name, given in filled.items() for value in given]
    if chance.random() < 0.1:
        pairs.append((chance.choice(ODD_TEXTS)[:50], chance.choice(ODD_TEXTS)))
    return pairs


def _spoiled(given: list[str], chance: random.Random) -> list[str]:
    way = chance.random()
    if way < 0.1:
        return []
    if way < 0.25:
        return [*given, chance.choice(ODD_TEXTS), *given]
    if way < 0.35 and given:
        return [given[0] + chance.choice(ODD_TEXTS)]
    return [chance.choice(ODD_TEXTS)]

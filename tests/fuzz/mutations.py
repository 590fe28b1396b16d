"""Changes files as disks, editors, networks and ill will do; everything follows from the random numbers given."""

from __future__ import annotations

import contextlib
import os
import random
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

PIECES = (
    *(b"\0", b"\xff\xfe", b"\xb0\xb2", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\n", b"\r", b" ", b"\t", b"\x85"),
    *(b"<", b">", b"&x;", b"&#0;", b"]]>", b"<!--", b'"', b"'", b"\\", b"\\ud800", b"{", b"}", b"[", b"]", b","),
    *(b":", b";", b"nan", b"-1", b"1e999", b"-0", b"null", b"true", b'""', b"[]", b"{}", b"&a *a", b"\x1a"),
    b"!!python/object:os.system",
)
NUMBERS = (
    *(b"nan", b"inf", b"-inf", b"NaN", b"Infinity", b"-Infinity", b"1e308", b"-1e308", b"1e999", b"1e-320", b"-1"),
    *(b"0", b"-0.0", b"2147483648", b"9223372036854775808", b"-9223372036854775809", b"9" * 400, b"0x10", b"1_000"),
    *(b"1,5", b"0.1.2", b"1e", b"--5", b"true", b"null", b'"7"', b"[1]", b"{}", b"", b"\xd9\xa1", b"\xef\xbc\x91"),
)
NAMES = (
    *(b"../outside/x.jpg", b"../../../../etc/passwd", b"/etc/passwd", b"C:\\windows\\x.jpg", b"\\\\host\\x.jpg"),
    *(b"..", b".", b"", b"/", b"a/../../x.jpg", b"a\0b.jpg", b"\xed\xa0\x80.jpg", b"\xff\xfe.jpg", b"con.jpg"),
    *(b"x" * 5000, b"a.jpg/", b"file:///etc/passwd", b"http://example.org/x.jpg", b"~root/x.jpg", b"$HOME/x.jpg"),
    *(b"%2e%2e%2fx.jpg", b"\xe2\x80\xaegpj.x", b"sub/a.jpg", b"a.jpg", b"\n", b"a\r\nb.jpg", b"&lt;a&gt;"),
    *(b"\\u0000", b"\\ud800.jpg"),
)
_NUMBER = re.compile(rb"-?\d+(\.\d+)?")
_NAME = re.compile(rb'(?<=["\'>])[^"\'<>\n]{1,80}(?=["\'<])|[\w./-]{2,60}\.(jpe?g|png|tiff?|txt)', re.IGNORECASE)
_ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "latin-1", "cp1252", "gbk", "shift_jis", "cp037", "utf-7")
_DEEP = 100_000
_LONG = 1_000_000


def mutated(content: bytes, rng: random.Random) -> bytes:
    """Changed once or a few times, seldom not at all."""
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        content = rng.choice(_CHANGES)(content, rng)
    return content


def _cut(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def _leave_out(content: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(content) + 1)
    return content[:at] + content[at + rng.choice((1, 2, 8, 40, 400)) :]


def _insert(content: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(content) + 1)
    return content[:at] + rng.choice(PIECES) + content[at + rng.choice((0, 0, 1, 8)) :]


def _repeat(content: bytes, rng: random.Random) -> bytes:
    at, length = rng.randrange(len(content) + 1), rng.choice((1, 8, 40, 400))
    return content[:at] + content[at : at + length] * rng.choice((2, 3, 50)) + content[at + length :]


def _flip(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 4, 16))):
        if changed:
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _number(content: bytes, rng: random.Random) -> bytes:
    return _exchanged(content, _NUMBER, NUMBERS, rng)


def _name(content: bytes, rng: random.Random) -> bytes:
    return _exchanged(content, _NAME, NAMES, rng)


def _exchanged(content: bytes, what: re.Pattern[bytes], others: tuple[bytes, ...], rng: random.Random) -> bytes:
    found = list(what.finditer(content[:200_000]))
    if not found:
        return content
    one = rng.choice(found)
    return content[: one.start()] + rng.choice(others) + content[one.end() :]


def _swap(content: bytes, rng: random.Random) -> bytes:
    """Two pieces change places, as a merge that went wrong leaves them."""
    lines = content.split(b"\n")
    if len(lines) > 2:
        a, b = rng.randrange(len(lines)), rng.randrange(len(lines))
        lines[a], lines[b] = lines[b], lines[a]
    return b"\n".join(lines)


def _encoding(content: bytes, rng: random.Random) -> bytes:
    return content.decode("utf-8", "surrogateescape").encode(rng.choice(_ENCODINGS), "ignore")


def _whole(content: bytes, rng: random.Random) -> bytes:
    return rng.choice(
        (b"", b"\0" * 4096, content * 2, content[::-1], bytes(range(256)) * 20, b"\xef\xbb\xbf" + content)
    )


def _bomb(content: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(content) + 1)
    deep = rng.choice((b"[", b'{"a":', b"<a>", b"- ", b"(", b"{a: "))
    piece = rng.choice((deep * (_DEEP // len(deep)), b"9" * _LONG, b"x" * _LONG, b" " * _LONG, b"\n" * (_LONG // 10)))
    return content[:at] + piece + content[at:]


_ENTITIES = (
    b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
)


def _entities(content: bytes, rng: random.Random) -> bytes:
    if not content.lstrip().startswith(b"<"):
        return _insert(content, rng)
    head, mark, rest = content.partition(b"?>")
    changed = head + mark + _ENTITIES + rest if mark else _ENTITIES + content
    return _exchanged(changed, re.compile(rb"(?<=>)[^<>]{1,40}(?=<)"), (b"&b;", b"&c;"), rng)


_Change = Callable[[bytes, random.Random], bytes]
_OFTEN: tuple[_Change, ...] = (_cut, _leave_out, _insert, _repeat, _flip, _swap, _number, _number, _name, _name)
_SELDOM: tuple[_Change, ...] = (_encoding, _whole, _bomb, _entities)
_CHANGES: tuple[_Change, ...] = _OFTEN * 4 + _SELDOM  # fmt: skip


def change_database(file: Path, rng: random.Random) -> None:
    """A database that is whole as a file and says something else; what cannot be done to it is left undone."""
    with contextlib.suppress(sqlite3.Error, OverflowError, IndexError):
        connection = sqlite3.connect(file)
        connection.text_factory = bytes
        try:
            listed = connection.execute("select name from sqlite_master where type = 'table'")
            tables = [name.decode() for (name,) in listed]
            for _ in range(rng.choice((1, 1, 3))):
                _change_table(connection, rng.choice(tables), rng)
            connection.commit()
        finally:
            connection.close()


def _change_table(connection: sqlite3.Connection, table: str, rng: random.Random) -> None:
    columns = [row[1].decode() for row in connection.execute(f'pragma table_info("{table}")')]
    column = rng.choice(columns)
    value = rng.choice(
        (None, -1, 0, 2**62, float("inf"), b"\xff\xfe", b"x" * 5000, *(piece for piece in (*NUMBERS, *NAMES, *PIECES)))
    )
    how = rng.randrange(7)
    if how == 0:
        connection.execute(f'drop table "{table}"')
    elif how == 1:
        connection.execute(f'alter table "{table}" rename column "{column}" to "other"')
    elif how == 2:
        connection.execute(f'delete from "{table}" where rowid % 2 = ?', (rng.randrange(2),))
    else:
        if isinstance(value, bytes) and rng.randrange(2):
            with contextlib.suppress(UnicodeDecodeError):
                value = value.decode()
        row = connection.execute(f'select rowid from "{table}" order by random() limit 1').fetchone()
        if row is not None:
            connection.execute(f'update "{table}" set "{column}" = ? where rowid = ?', (value, row[0]))


def change_place(file: Path, rng: random.Random) -> None:
    """What is no change of a content: the file is gone, a folder, a link that leads nowhere, in a circle or out."""
    how = rng.randrange(6)
    file.unlink()
    if how == 0:
        return
    if how == 1:
        file.mkdir()
    elif how == 2:
        file.symlink_to(file.name)
    elif how == 3:
        file.symlink_to("nowhere")
    elif how == 4:
        file.symlink_to(file.parent, target_is_directory=True)
    elif hasattr(os, "mkfifo"):
        os.mkfifo(file)

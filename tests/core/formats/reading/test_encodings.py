from __future__ import annotations

from pathlib import Path

import pytest

from core.domain.imports import Severity
from core.errors import FormatError
from core.formats.reading.encodings import decode_names, guess_encodings

FILE = Path("classes.txt")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("猫\n安全帽\n", "gbk"),
        ("人\n自行车\n汽车\n", "gbk"),
        ("ねこ\n自転車\n", "cp932"),
        ("安全帽\n腳踏車\n機車\n", "big5"),
        ("кошка\nсобака\n", "cp1251"),
        ("café\nfenêtre\n", "cp1252"),
    ],
)
def test_the_likeliest_encoding_is_offered_and_never_taken(text: str, encoding: str) -> None:
    data = text.encode(encoding)
    read = decode_names(data, FILE, None)
    problem = read.problem
    assert problem is not None and problem.kind == "names-not-utf8" and problem.severity is Severity.WARNING
    assert problem.offers[0][0] == encoding
    assert f"As {encoding} they would read" in problem.text and f"--names-encoding {encoding}" in problem.text
    assert text.split()[0] in problem.text and text.split()[0] in problem.offers[0][1]
    names = [read.name_of(name) for name in read.text.split()]
    assert all(name.isascii() for name in names) and names != text.split()
    raw = [data_line.decode("ascii", "backslashreplace") for data_line in data.split()]
    assert names == raw

    chosen = decode_names(data, FILE, encoding)
    assert chosen.text == text
    assert chosen.problem is not None and chosen.problem.severity is Severity.INFO and encoding in chosen.problem.text


def test_korean_is_among_the_offers() -> None:
    assert "euc_kr" in guess_encodings("고양이\n개\n".encode("euc_kr"))


@pytest.mark.parametrize("data", [b"cat\ndog", "猫".encode(), b"\xef\xbb\xbfcat", "猫".encode("utf-16")])
def test_what_says_its_encoding_needs_no_choice(data: bytes) -> None:
    for chosen in (None, "gbk"):
        read = decode_names(data, FILE, chosen)
        assert read.problem is None and not read.is_unread


@pytest.mark.parametrize("encoding", ["klingon", "rot13", "zip", "", "\0", "euc_kr"])
def test_a_choice_that_does_not_fit_is_refused(encoding: str) -> None:
    with pytest.raises(FormatError):
        decode_names(b"\xff\xfd\x80", FILE, encoding)


def test_bytes_that_are_no_text_at_all_offer_nothing() -> None:
    problem = decode_names(bytes(range(128, 160)) + b"\xff\xff", FILE, None).problem
    assert problem is not None and problem.offers == ()

"""JSON files whose text is damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import FormatError
from core.formats.reading.json_files import read_json


@pytest.mark.parametrize(
    "content",
    ['{"a": 1}'.encode("utf-16") + b"\0", '{"a": 1}'.encode("utf-32-le") + b"\xff\xff\xff\xff", b'\0\0\0{\0\0\0"\0'],
)
def test_text_of_two_or_four_bytes_a_sign_that_is_cut_or_damaged_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(content)
    with pytest.raises(FormatError, match=r"does not go on as such|not valid JSON"):
        read_json(file)


def test_the_same_text_whole_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_bytes('{"é": 1}'.encode("utf-16"))
    assert read_json(file)[1] == {"é": 1}

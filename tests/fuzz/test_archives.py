"""Mutated .zip files: nothing lands outside the folder, and none of them brings more than it says.

More by hand: `CALQUE_FUZZ=10000 pytest -m long tests/fuzz/test_archives.py`.
"""

from __future__ import annotations

import os
import random
import shutil
import struct
import zipfile
from pathlib import Path

import pytest

from core.domain.names import shown
from core.errors import CalqueError
from core.files.archives import list_archive, unpack
from tests.fuzz.mutations import NAMES, mutated

pytestmark = pytest.mark.filterwarnings("ignore:Duplicate name")  # of Python, while they are made

SAMPLE = 50
MANY = int(os.environ.get("CALQUE_FUZZ", "10000"))
PLAIN = ("a.jpg", "labels/a.txt", "é/ü.png", "data.yaml", "deep/er/still/x.xml", "nested.zip")
MOST_BYTES = 40_000_000  # of all that one of them may become


def made(archive: Path, rng: random.Random) -> None:
    """Some plain names, some that lead out, links, folders, two of a name, what packs well."""
    names = [*rng.sample(PLAIN, 3), *(rng.choice(NAMES).decode("utf-8", "surrogateescape") for _ in range(3))]
    with zipfile.ZipFile(archive, "w") as opened:
        for name in (*names, rng.choice(names)):
            info = zipfile.ZipInfo()
            info.filename = name.encode("utf-8", "replace").decode()[:5000] or "x"
            info.compress_type = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2))
            content = rng.choice((b"x", b"0 0.5 0.5 0.1 0.1\n" * 50, b"\0" * 2_000_000, b"../outside/x.jpg"))
            if rng.randrange(4) == 0:
                info.create_system = 3
                kind = rng.choice((0o120777, 0o040755, 0o010644, 0o060644, 0o100000, 0o104777))
                info.external_attr = kind << 16
            opened.writestr(info, content)


def lied_about(content: bytes, rng: random.Random) -> bytes:
    """One of the numbers in the archive's list is another: sizes, offsets, methods, flags."""
    at = content.find(b"PK\x01\x02")
    if at < 0:
        return content
    changed = bytearray(content)
    for _ in range(rng.choice((1, 2))):
        offset, form = rng.choice(((8, "<H"), (10, "<H"), (16, "<I"), (20, "<I"), (24, "<I"), (28, "<H"), (42, "<I")))
        value = rng.choice((0, 1, 9, 99, 0xFFFF)) if form == "<H" else rng.choice((0, 1, 10**6, 2**31, 2**32 - 1))
        changed[at + offset : at + offset + struct.calcsize(form)] = struct.pack(form, value)
    return bytes(changed)


def contents(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*")}


def check_archives(folder: Path, numbers: range) -> int:
    """How many were unpacked at least in part."""
    archive, target = folder / "some.zip", folder / "target"
    (folder / "outside").mkdir()
    target.mkdir()
    before = contents(folder) | {Path("some.zip")}
    n_unpacked = 0
    for number in numbers:
        rng = random.Random(number)
        made(archive, rng)
        content = archive.read_bytes()
        archive.write_bytes(rng.choice((lambda c, _r: c, mutated, mutated, lied_about))(content, rng))
        try:
            listing = list_archive(archive)
            left_out = unpack(listing, listing.members, target, progress=lambda *_: None, check=lambda: None)
        except CalqueError as error:
            assert shown(error.text) == error.text and error.text.endswith("."), number
            left_out = ()
        else:
            n_unpacked += 1
        assert all(shown(one.reason) == one.reason for one in left_out), number
        outside = {path for path in contents(folder) if path.parts[0] != "target"}
        assert outside == before - {Path("target")}, (number, outside)
        found = [path for path in target.rglob("*") if not path.is_dir()]
        assert not [path for path in found if path.is_symlink() or not path.is_file()], number
        assert sum(path.stat().st_size for path in found) <= MOST_BYTES, number
        shutil.rmtree(target)
        target.mkdir()
    return n_unpacked


def test_some_mutated_archives(tmp_path: Path) -> None:
    assert check_archives(tmp_path, range(SAMPLE)) > SAMPLE // 4


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_many_mutated_archives(tmp_path: Path) -> None:
    check_archives(tmp_path, range(MANY))

"""The cache of fingerprints: found again, torn ends cut off, other formats begun anew."""

from __future__ import annotations

import hashlib

import numpy as np

from core.fingerprints.kept import KeptFingerprints
from core.images.fingerprint import SIDE, Fingerprint


def key(number: int, white: int = 0) -> tuple[bytes, int]:
    return hashlib.sha256(str(number).encode()).digest(), white


def made(number: int) -> Fingerprint:
    return Fingerprint(np.full(SIDE * SIDE, number, dtype=np.int8), float(number))


def test_what_was_added_is_found_by_content_and_white(tmp_path):
    kept = KeptFingerprints(tmp_path / "fingerprints")
    assert kept.find([key(1)])[0].tolist() == [-1]
    kept.add([(key(n), made(n)) for n in range(5)])
    KeptFingerprints(tmp_path / "fingerprints").add([(key(1, white=4095), made(9))])
    numbers, records = kept.find([key(3), key(8), key(1, white=4095), key(1)])
    assert numbers.tolist() == [3, -1, 5, 1]
    found = kept.get(numbers[numbers >= 0], records)
    assert found.contrast.tolist() == [3.0, 9.0, 1.0]
    assert found.shades[0].tolist() == [3] * SIDE * SIDE


def test_a_torn_end_is_cut_off_and_another_format_begun_anew(tmp_path):
    kept = KeptFingerprints(tmp_path)
    kept.add([(key(1), made(1))])
    file = tmp_path / "fingerprints.bin"
    with file.open("ab") as stream:
        stream.write(b"torn")
    assert kept.find([key(1)])[0].tolist() == [0]
    kept.add([(key(2), made(2))])
    assert kept.find([key(1), key(2)])[0].tolist() == [0, 1]
    file.write_bytes(b"something else altogether, and rather long")
    assert kept.find([key(1)])[0].tolist() == [-1]
    kept.add([(key(2), made(2))])
    assert kept.find([key(1), key(2)])[0].tolist() == [-1, 0]


def test_a_cache_that_cannot_be_written_is_remembered_for_now(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    kept = KeptFingerprints(tmp_path / "file")
    kept.add([(key(1), made(1))])
    kept.add([(key(2), made(2)), (key(3), made(3))])
    numbers, records = kept.find([key(3), key(9), key(1)])
    assert (numbers >= 0).tolist() == [True, False, True]
    found = kept.get(numbers[[0, 2]], records)
    assert [shades.tolist() for shades in found.shades] == [made(3).shades.tolist(), made(1).shades.tolist()]
    assert KeptFingerprints(tmp_path / "file").find([key(1)])[0].tolist() == [-1]

"""Exported versions as nobody should ever get them: seeded changes of their bytes, JSON, tensors and names."""

from __future__ import annotations

import hashlib
import io
import json
import random
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

Files = dict[str, bytes]

HOSTILE: tuple[Any, ...] = (
    None, True, -1, 0, 5, -0.0, 2**63, 10**400, 1e308, float("nan"), float("inf"), "", " ", "\0", "\ud800", "../../os",
    "/etc/passwd", "a" * 300, "a" * 200_000, "\u202eevil", "line\nbreak", "=1+1", "<script>", "é" * 50, [], {}, [[]],
    {"a": {"a": {}}}, ["x"] * 3, "NaN", "1e999", "2026-11-28", "9999-12-31T23:59:59+00:00", "0" * 64, "f" * 32, "V001",
    "detection",
)  # fmt: skip

NAMES = (
    "model.json", "../model.json", "/tmp/model.json", "C:/model.json", "..\\model.json", "a/model.json", "model.json/",
    "weights.safetensors", "SHA256SUMS", "README.md", "version.json", "con", "\0", "x" * 300, "é.json", "MODEL.JSON",
    "__MACOSX/model.json", "./model.json", "evil.py", ".hidden",
)  # fmt: skip

WAYS = (zipfile.ZIP_STORED, zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2)


def mutate(exported: Path, target: Path, seed: int) -> str:
    """Writes a changed copy of an exported .zip; returns what was done to it, for the failure's message."""
    chance = random.Random(seed)
    with zipfile.ZipFile(exported) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    kind = chance.choice(sorted(_KINDS))
    content = _KINDS[kind](files, chance)
    target.write_bytes(content)
    return f"{kind} (seed {seed})"


def _of_model(files: Files, chance: random.Random) -> bytes:
    model = json.loads(files["model.json"])
    for _ in range(chance.randint(1, 3)):
        _change(model, chance)
    return _sound(files, model, chance)


def _of_origin(files: Files, chance: random.Random) -> bytes:
    origin = json.loads(files["version.json"])
    for _ in range(chance.randint(1, 2)):
        _change(origin, chance)
    files["version.json"] = chance.choice(
        (json.dumps(origin).encode(), json.dumps([origin]).encode(), b"\xff", b"[" * 99_999)
    )
    return _sound(files, json.loads(files["model.json"]), chance)


def _of_depth(files: Files, chance: random.Random) -> bytes:
    below = b'{"configuration":' * 40 + b"1" + b"}" * 40
    deep = chance.choice((b'{"a":' * 5_000 + b"1" + b"}" * 5_000, b"[" * 100_000, below))
    beside = files["model.json"].rstrip()[:-1] + b', "worker_says": ' + deep + b"}"
    files["model.json"] = beside if chance.random() < 0.7 else deep
    return _zipped(_summed(files), chance)


def _of_tensors(files: Files, chance: random.Random) -> bytes:
    weights = files["weights.safetensors"]
    n_header = struct.unpack("<Q", weights[:8])[0]
    header, numbers = json.loads(weights[8 : 8 + n_header]), weights[8 + n_header :]
    deed = chance.randint(0, 7)
    if deed == 0:
        header = {}
    elif deed == 1:
        header, numbers = {"__metadata__": {"a": "b"}}, b""
    elif deed == 2:
        header["padding"] = {
            "dtype": "F32",
            "shape": [0],
            "data_offsets": [len(numbers), len(numbers)],
            "x": "y" * 11_000_000,
        }
    elif deed == 3:
        numbers = numbers[: chance.randint(0, len(numbers))]
    elif deed == 4:
        header = {f"t{i}": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for i in range(3000)}
    else:
        for _ in range(2):
            _change(header, chance)
    told = json.dumps(header).encode()
    length = len(told) if deed != 5 else chance.choice((0, 1, 2**63, 2**32, len(told) + 1, 100_000_001))
    files["weights.safetensors"] = struct.pack("<Q", length) + told + numbers
    return _sound(files, json.loads(files["model.json"]), chance)


def _of_card(files: Files, chance: random.Random) -> bytes:
    files["README.md"] = chance.choice((b"", chance.randbytes(2000), b"\xed\xa0\x80", b"# x\n" * 100_000))
    return _sound(files, json.loads(files["model.json"]), chance)


def _of_sums(files: Files, chance: random.Random) -> bytes:
    sums = files["SHA256SUMS"]
    files["SHA256SUMS"] = chance.choice(
        (b"", sums[:70], sums + sums, chance.randbytes(300), sums.upper(), b"x  model.json\n")
    )
    return _zipped(files, chance)


def _of_members(files: Files, chance: random.Random) -> bytes:
    renamed = chance.choice(sorted(files))
    made = io.BytesIO()
    with (
        zipfile.ZipFile(made, "w") as archive,
        warnings.catch_warnings(action="ignore"),
    ):  # of a name that is there twice
        for name, content in files.items():
            entry = zipfile.ZipInfo(chance.choice(NAMES) if name == renamed else name)
            if name == renamed and chance.random() < 0.3:
                entry.external_attr = chance.choice((0o120777, 0o010644, 0o020644, 0o060644, 0o040755, 0o177777)) << 16
            archive.writestr(entry, content)
        if chance.random() < 0.4:
            archive.writestr(zipfile.ZipInfo(chance.choice(NAMES)), chance.randbytes(20))
    return made.getvalue()


def _of_missing(files: Files, chance: random.Random) -> bytes:
    for name in chance.sample(sorted(files), chance.randint(1, 3)):
        del files[name]
    return _zipped(files, chance)


def _of_bytes(files: Files, chance: random.Random) -> bytes:
    content = bytearray(_zipped(files, chance))
    for _ in range(chance.choice((1, 1, 3, 20))):
        # The directory at the end and the heads between the files say most.
        place = chance.randrange(len(content)) if chance.random() < 0.5 else len(content) - chance.randint(1, 700)
        content[place] ^= 1 << chance.randrange(8)
    return bytes(content)


def _of_length(files: Files, chance: random.Random) -> bytes:
    content = _zipped(files, chance)
    cut = chance.randint(0, len(content))
    return chance.choice(
        (content[:cut], content[cut:], content + chance.randbytes(500), chance.randbytes(500) + content)
    )


_KINDS: dict[str, Callable[[Files, random.Random], bytes]] = {
    "model.json": _of_model,
    "model.json, again": _of_model,  # the likeliest place for a stranger's hand
    "model.json, deep": _of_depth,
    "version.json": _of_origin,
    "tensors": _of_tensors,
    "card": _of_card,
    "sums": _of_sums,
    "members": _of_members,
    "missing": _of_missing,
    "bytes": _of_bytes,
    "length": _of_length,
}


def _change(value: Any, chance: random.Random) -> None:
    """Of a random place in JSON: another value, another name, or nothing."""
    place = value
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            return
        key = chance.choice(keys)
        below = place[key]
        if not isinstance(below, dict | list) or not below or chance.random() < 0.4:
            break
        place = below
    deed = chance.random()
    if deed < 0.15:
        del place[key]
    elif deed < 0.25 and isinstance(place, dict):
        place[str(chance.choice(HOSTILE))] = place.pop(key)
    else:
        place[key] = chance.choice(HOSTILE)


def _sound(files: Files, model: dict[str, Any], chance: random.Random) -> bytes:
    """With hashes that fit again, as a deliberate forger has them; now and then not."""
    if isinstance(model.get("files"), dict) and chance.random() < 0.9:
        for name in ("weights.safetensors", "README.md"):
            if isinstance(model["files"].get(name), dict) and name in files:
                stated = {"n_bytes": len(files[name]), "sha256": hashlib.sha256(files[name]).hexdigest()}
                model["files"][name] |= stated
        if "weights_sha256" in model and chance.random() < 0.9:
            model["weights_sha256"] = hashlib.sha256(files.get("weights.safetensors", b"")).hexdigest()
    files["model.json"] = json.dumps(model).encode()
    return _zipped(_summed(files), chance)


def _summed(files: Files) -> Files:
    told = {name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != "SHA256SUMS"}
    return files | {"SHA256SUMS": "".join(f"{sha256}  {name}\n" for name, sha256 in told.items()).encode()}


def _zipped(files: Files, chance: random.Random) -> bytes:
    made = io.BytesIO()
    way = chance.choice(
        (zipfile.ZIP_STORED, zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2)
    )
    with zipfile.ZipFile(made, "w", way) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()

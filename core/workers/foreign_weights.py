"""What a foreign .pt file would call when it is opened: read off its pickle without executing any of it."""

from __future__ import annotations

import lzma
import pickletools
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from core.domain.names import shown

MAX_PICKLE_BYTES = 64_000_000

_PICKLES_OF_OLD_FILES = 5  # a mark, a version, the system, the data, the names of the tensors that follow

_ROOTS = frozenset({"torch", "torchvision", "ultralytics", "collections", "numpy", "pathlib", "clip"})
_NAMES = frozenset({"_codecs.encode", *(f"builtins.{name}" for name in ("getattr", "set", "dict", "list", "tuple"))})
_NAMES |= frozenset(f"__builtin__.{name}" for name in ("getattr", "set", "dict", "list", "tuple"))
_STRINGS = frozenset({"SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "UNICODE", "STRING", "BINSTRING"})
_STRINGS |= frozenset({"SHORT_BINSTRING"})

# MemoryError: a length of up to 2^64 bytes, which the file does not have.
_UNREADABLE = (OSError, ValueError, EOFError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error, lzma.LZMAError)


def refuse_weights(file: Path) -> str:
    """Why the file will not be opened, a sentence; "" when nothing speaks against it.

    It is stricter than the name of a file and laxer than the engine, whose allow-list of classes has the last word.
    """
    try:
        names = set(_names_in(file))
    except _UNREADABLE as error:
        return f'"{shown(file.name)}" cannot be read as weights: {error or type(error).__name__}.'
    foreign = sorted(name for name in names if not _is_known(name))
    if foreign:
        return f'"{shown(file.name)}" would execute code when it is opened ("{foreign[0]}"); it was not opened.'
    return ""


def _is_known(name: str) -> bool:
    return name in _NAMES or name.partition(".")[0] in _ROOTS


def _names_in(file: Path) -> Iterator[str]:
    """Module and name of everything that the pickles in the file refer to."""
    with file.open("rb") as stream:
        if not zipfile.is_zipfile(stream):
            stream.seek(0)
            for number in range(_PICKLES_OF_OLD_FILES):
                if number and not stream.peek(1):
                    break
                yield from _globals(stream)
            return
    with zipfile.ZipFile(file) as archive:
        pickles = [entry for entry in archive.infolist() if entry.filename.endswith(".pkl")]
        if not pickles:
            raise ValueError("it holds no data of torch.save")
        for entry in pickles:
            if entry.file_size > MAX_PICKLE_BYTES:
                raise ValueError(f"{entry.filename} has {entry.file_size} bytes")
            with archive.open(entry) as stream:
                yield from _globals(stream)


def _globals(stream: IO[bytes]) -> Iterator[str]:
    strings: list[str] = []  # those pushed so far, the last two of which a STACK_GLOBAL takes
    memo: dict[int, str] = {}
    last = ""
    for opcode, value, _ in pickletools.genops(stream):
        if opcode.name in _STRINGS:
            last = str(value)
            strings.append(last)
        elif opcode.name == "MEMOIZE":
            memo[len(memo)] = last
        elif opcode.name in ("BINPUT", "LONG_BINPUT", "PUT"):
            memo[int(value or 0)] = last
        elif opcode.name in ("BINGET", "LONG_BINGET", "GET"):
            strings.append(memo.get(int(value or 0), ""))
        elif opcode.name in ("GLOBAL", "INST"):
            yield ".".join(str(value).split(" ", 1))
        elif opcode.name == "STACK_GLOBAL":
            yield ".".join(strings[-2:])
        if opcode.name not in _STRINGS and opcode.name not in ("MEMOIZE", "BINPUT", "LONG_BINPUT", "PUT"):
            last = ""

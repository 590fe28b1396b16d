"""Names of classes in files that are not UTF-8: never read by a guess, which is only offered."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.domain.imports import Problem, Severity
from core.domain.names import one_line, shown
from core.errors import FormatError

# From a byte of a text that nobody can read to a sign that any parser lets pass, and on to the escaped byte.
_STAND_IN = {0x80 + n: 0xE080 + n for n in range(0x80)}
_ESCAPED = {0xE080 + n: f"\\x{0x80 + n:02x}" for n in range(0x80)}

_MOST_OFFERED = 3
_MOST_NAMES = 3
_LIKELY = 0.6


@dataclass(frozen=True, slots=True)
class NamesText:
    """A text with names. `is_unread`: its bytes above ASCII stand for themselves, to be shown by `name_of`."""

    text: str
    is_unread: bool = False
    problem: Problem | None = None

    def name_of(self, name: str) -> str:
        """A name found in the text, as it is kept."""
        return one_line(name.translate(_ESCAPED) if self.is_unread else name)


def decode_names(
    data: bytes, file: Path, chosen: str | None, names_in: Callable[[str], Sequence[str]] = str.splitlines
) -> NamesText:
    """The text as UTF-8 or with its byte order mark; else in the encoding that the person has `chosen`.

    Without a choice the bytes are kept, and the problem offers what encodings would make of the names that `names_in`
    finds in a text. Raises FormatError when the choice does not fit.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return NamesText(data.decode("utf-16", "replace"))
    try:
        return NamesText(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        pass
    if chosen is not None:
        text = decode_as(data, chosen, file)
        note = f'The names in "{shown(file.name)}" were read as {shown(chosen)}, as chosen.'
        return NamesText(text, problem=Problem("names-encoding", note, str(file), severity=Severity.INFO))
    text = "".join(map(chr, data)).translate(_STAND_IN)
    return NamesText(text, is_unread=True, problem=_offer(data, file, names_in))


def decode_as(data: bytes, encoding: str, file: Path) -> str:
    """Raises FormatError when there is no such encoding, or the text is in another."""
    try:
        return data.decode(encoding)
    except LookupError:
        text, hint = f'There is no encoding "{shown(encoding)}".', "Choose e.g. gbk, cp932, cp1251 or cp1252."
    except (UnicodeError, ValueError):
        text = f'"{shown(file.name)}" cannot be read as {shown(encoding)}.'
        hint = "Choose another encoding for the names, or save the file as UTF-8."
    raise FormatError(text, file=file, hint=hint)


def guess_encodings(data: bytes) -> tuple[str, ...]:
    """Encodings in which the bytes are likely text, the likeliest first; none of them is sure."""
    scores: list[tuple[float, int, str]] = []
    is_western = _has_lone_letters(data)
    for encoding, is_common in _COMMON.items():
        try:
            signs = [sign for sign in data.decode(encoding) if ord(sign) > 127]
        except UnicodeDecodeError:
            continue
        score = sum(is_common(sign) for sign in signs) / max(1, len(signs))
        if (encoding == "cp1252") is not is_western:
            score *= 0.7
        if score >= _LIKELY:
            scores.append((-score, len(scores), encoding))
    return tuple(encoding for _, _, encoding in sorted(scores))[:_MOST_OFFERED]


def _offer(data: bytes, file: Path, names_in: Callable[[str], Sequence[str]]) -> Problem:
    readings = []
    for encoding in guess_encodings(data):
        try:
            names = [one_line(name) for name in names_in(data.decode(encoding))]
        except FormatError:
            continue
        readings.append((encoding, _listed([name for name in names if not name.isascii()])))
    text = f'The names in "{shown(file.name)}" are not UTF-8, so they are shown by their bytes.'
    if readings:
        encoding, names_read = readings[0]
        text += f" As {encoding} they would read {names_read}; choose that for the names if it is right"
        text += f" (on the command line: --names-encoding {encoding})."
    else:
        text += " Save the file as UTF-8, or choose its encoding for the names."
    return Problem("names-not-utf8", text, str(file), offers=tuple(readings))


def _listed(names: Sequence[str]) -> str:
    some = ", ".join(f"“{shown(name)}”" for name in names[:_MOST_NAMES])
    return f"{some} …" if len(names) > _MOST_NAMES else some


def _first_byte(encoding: str, low: int, high: int) -> Callable[[str], bool]:
    """Whether a sign lies in the part of a table that holds the common ones."""
    return lambda sign: low <= sign.encode(encoding)[0] <= high


def _is_japanese(sign: str) -> bool:
    return "\u3040" <= sign <= "\u30ff" or 0x88 <= sign.encode("cp932")[0] <= 0x97


def _is_small_cyrillic(sign: str) -> bool:
    return "\u0430" <= sign <= "\u045f"


def _is_accented(sign: str) -> bool:
    return unicodedata.category(sign) in ("Ll", "Lu") and "\u00c0" <= sign <= "\u017e"


def _has_lone_letters(data: bytes) -> bool:
    """Whether most bytes above ASCII stand alone between letters, as accents of Western words do."""
    high = {n for n, byte in enumerate(data) if byte > 127}
    return 2 * sum(n + 1 not in high and n - 1 not in high for n in high) > len(high)


_COMMON: dict[str, Callable[[str], bool]] = {
    "gbk": _first_byte("gbk", 0xB0, 0xD7),
    "euc_kr": _first_byte("euc_kr", 0xB0, 0xC8),
    "cp932": _is_japanese,
    "big5": _first_byte("big5", 0xA4, 0xC6),
    "cp1251": _is_small_cyrillic,
    "cp1252": _is_accented,
}

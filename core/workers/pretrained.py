"""Published weights of an architecture: looked up in the weights folder, fetched only when the person allowed it.

A download runs in the child process, goes to a temporary name, is checked and only then renamed into place; its size
and SHA-256 are kept beside it.
"""

from __future__ import annotations

import hashlib
import os
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import BinaryIO

from core import clock
from core.errors import StorageError, WeightsError
from core.files.hashing import sha256_of_file
from core.files.leftovers import partial_of
from core.workers.environment import PROXY_VARIABLE
from core.workers.weights_notes import WeightsNote, write_note

MISSING = "E-350"
ALTERED = "E-354"
TIMEOUT_S = 20.0

Progress = Callable[[float, float, str], None]
"""Done bytes, all bytes, what is being done."""

_CHUNK = 1 << 18


def not_bundled(name: str) -> Path | None:
    """For makers whose weights lie in no installed package."""


@dataclass(frozen=True, slots=True)
class PretrainedSource:
    """Where the makers of an engine publish weights. `names` matches the whole name of a file of theirs.

    `magic` is how such a file begins, one of several ways: a page that asks to sign in, or an error's, is then not
    taken for weights.
    `bundled` finds weights that lie inside an installed package, by the name of the file: they count as found, without
    a network. `sha256` states the content of files that is known; another one is refused.
    """

    base_url: str
    names: re.Pattern[str]
    magic: bytes | tuple[bytes, ...]
    bundled: Callable[[str], Path | None] = not_bundled
    sha256: Mapping[str, str] = field(default_factory=dict)
    maker: str = ""  # who publishes them, or the package that they lie in
    learned_from: str = ""  # the images, in a few words
    code_licence: str = ""  # of the network, as an SPDX name; "" = not known
    weights_licence: str = ""
    weights_licences: Mapping[str, str] = field(default_factory=dict)  # of single files, where they have others

    def has(self, name: str) -> bool:
        """Whether weights are published under this file name."""
        return self.names.fullmatch(name) is not None

    def weights_licence_of(self, name: str) -> str:
        """Of the file of that name; "" = not known."""
        return self.weights_licences.get(name, self.weights_licence)


def find_pretrained(name: str, weights_dir: Path, source: PretrainedSource | None = None) -> Path | None:
    """The complete file of that name in an installed package or in the weights folder, None when it is in neither."""
    if not name or Path(name).name != name:
        return None
    bundled = source.bundled(name) if source is not None else None
    if bundled is not None:
        return bundled
    path = weights_dir / name
    return path if path.is_file() and path.stat().st_size > 0 else None


def missing_pretrained(name: str, weights_dir: Path) -> WeightsError:
    """E-350, in words."""
    return WeightsError(
        f'Pretrained weights "{name}" are not on this computer and it is offline.',
        hint=f"Put the file in {weights_dir}, or train from scratch.",
        code=MISSING,
    )


def obtain_pretrained(
    name: str, weights_dir: Path, *, source: PretrainedSource | None, may_download: bool, progress: Progress
) -> Path:
    """The local file, fetched first when it is missing and that is allowed. Raises WeightsError: it is missing (E-350),
    or it is not the file that was published (E-354)."""
    found = find_pretrained(name, weights_dir, source)
    if found is not None:
        require_unaltered(found, source.sha256.get(name, "") if source is not None else "")
        return found
    if not may_download or source is None or not source.has(name):
        raise missing_pretrained(name, weights_dir)
    return download_pretrained(name, weights_dir, source, progress)


def require_unaltered(path: Path, sha256: str) -> None:
    """Raises WeightsError (E-354) when the file's content is another than `sha256` says; "" = that is not known."""
    if not sha256:
        return
    try:
        found = sha256_of_file(path)
    except OSError as error:
        text = f"{path} cannot be read: {error.strerror or error}."
        raise WeightsError(text, hint="Install Calque again, or train from scratch.") from error
    if found != sha256:
        raise WeightsError(
            f"{path.name} is not the file that was published: its SHA-256 is {found[:12]}…, not {sha256[:12]}…. "
            "It was not opened.",
            hint="Get the file again, or train from scratch.",
            code=ALTERED,
        )


def download_pretrained(name: str, weights_dir: Path, source: PretrainedSource, progress: Progress) -> Path:
    """Fetch `name` into the weights folder. Raises WeightsError (E-350) or StorageError; leaves no partial file."""
    weights_dir.mkdir(parents=True, exist_ok=True)
    url = f"{source.base_url}/{name}"
    target = weights_dir / name
    partial = partial_of(weights_dir / name, ".part")
    try:
        with partial.open("xb") as file:
            size, sha256 = _fetch(url, source.magic, file, lambda done, total: progress(done, total, f"getting {name}"))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    except (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError) as error:
        raise missing_pretrained(name, weights_dir) from error
    except OSError as error:
        raise StorageError(
            f'"{name}" could not be stored: {error.strerror}.', hint=f"Make room in {weights_dir} and try again."
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    write_note(
        target,
        WeightsNote(
            size, sha256, url, clock.now(), source.code_licence, source.weights_licence_of(name), source.learned_from
        ),
    )
    return target


def _fetch(
    url: str, magic: bytes | tuple[bytes, ...], file: BinaryIO, progress: Callable[[float, float], None]
) -> tuple[int, str]:
    """Copy a URL into a file; its size and SHA-256. WeightsError when it is cut short or is no weights file."""
    digest = hashlib.sha256()
    done = 0
    with _opener().open(url, timeout=TIMEOUT_S) as response:
        total = int(response.headers.get("Content-Length") or 0)
        while chunk := response.read(_CHUNK):
            if done == 0 and not chunk.startswith(magic):
                raise WeightsError(f"What {url} sent is not a weights file.", hint="Try again, or train from scratch.")
            file.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            progress(done, max(total, done))
    if done == 0 or (total and done != total):
        raise WeightsError(f"The download of {url} ended after {done} of {total} bytes.", hint="Try again.")
    return done, digest.hexdigest()


def _opener() -> urllib.request.OpenerDirector:
    """Uses the parent's HTTPS proxy, handed over under a name that no library reads."""
    proxy = os.environ.get(PROXY_VARIABLE, "")
    return urllib.request.build_opener(urllib.request.ProxyHandler({"https": proxy} if proxy else {}))

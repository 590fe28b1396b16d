"""Making the fingerprints that are missing: on threads of their own, which give way to all others."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from core.errors import CalqueError
from core.fingerprints.records import Key
from core.images.fingerprint import Fingerprint, fingerprint_file, fingerprint_of

_LEAST_SIDE = 96  # of a thumbnail that says enough
_NICENESS = 15
_WAITING_EACH = 4  # pictures in a thread's queue


class KnownThumbnails(Protocol):
    """What is asked of `core.images.thumbnails.ThumbnailCache`."""

    def known(self, sha256: str, white: int = 0) -> npt.NDArray[np.uint8] | None: ...


@dataclass(frozen=True, slots=True)
class Picture:
    """`number` is the caller's own."""

    number: int
    key: Key
    file: Path


@dataclass(frozen=True, slots=True)
class Made:
    """`problem` says why there is none."""

    picture: Picture
    fingerprint: Fingerprint | None
    problem: str = ""


def make_all(
    pictures: Iterable[Picture], thumbnails: KnownThumbnails, n_threads: int = 0
) -> Generator[Made, None, None]:
    """In the order in which they are done. Who stops asking ends the work. 0 threads = half of the processors."""
    n_threads = n_threads or max(1, (os.cpu_count() or 2) // 2)
    waiting = iter(pictures)
    with ThreadPoolExecutor(n_threads, "fingerprints", initializer=_give_way) as threads:
        under_way: set[Future[Made]] = set()
        try:
            while True:
                room = n_threads * _WAITING_EACH - len(under_way)
                under_way |= {threads.submit(_make, picture, thumbnails) for picture in islice(waiting, room)}
                if not under_way:
                    return
                done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                for one in done:
                    yield one.result()
        finally:
            threads.shutdown(cancel_futures=True)


def _make(picture: Picture, thumbnails: KnownThumbnails) -> Made:
    sha256, white = picture.key
    try:
        thumbnail = thumbnails.known(sha256.hex(), white)
        if thumbnail is not None and max(thumbnail.shape[:2]) >= _LEAST_SIDE:
            return Made(picture, fingerprint_of(thumbnail))
        return Made(picture, fingerprint_file(picture.file, white))
    except CalqueError as error:
        return Made(picture, None, error.text)


def _give_way() -> None:
    """Where threads have a priority of their own that anybody may lower: on Linux."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)

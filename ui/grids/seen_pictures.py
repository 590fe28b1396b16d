"""Pictures of cells that are or were on the screen; the memory they take is bounded."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Hashable

from PySide6.QtGui import QImage

MAX_BYTES = 64 << 20
MAX_FAILURES = 4000


class SeenPictures:
    """Forgets what was seen longest ago, never what `keep` names: the screen must not lose what it shows."""

    def __init__(self) -> None:
        self.keep: Collection[Hashable] = ()
        self._pictures: OrderedDict[Hashable, QImage] = OrderedDict()
        self._sides: dict[Hashable, int] = {}  # that each was asked for with
        self._failures: OrderedDict[Hashable, str] = OrderedDict()
        self._n_bytes = 0

    @property
    def n_bytes(self) -> int:
        return self._n_bytes

    def picture(self, key: Hashable) -> QImage | None:
        return self._pictures.get(key)

    def failure(self, key: Hashable) -> str:
        """Why there is no picture; "" while there is nothing to say."""
        return self._failures.get(key, "")

    def lacks(self, key: Hashable, side: int) -> bool:
        """Whether a picture made for `side` pixels is still to be made; not after a failure."""
        if key in self._failures:
            return False
        if key not in self._pictures:
            return True
        self._pictures.move_to_end(key)
        return self._sides[key] < side

    def put(self, key: Hashable, picture: QImage, side: int) -> None:
        self._drop(key)
        self._failures.pop(key, None)
        self._pictures[key] = picture
        self._sides[key] = side
        self._n_bytes += picture.sizeInBytes()
        while self._n_bytes > MAX_BYTES:
            oldest = next((one for one in self._pictures if one != key and one not in self.keep), None)
            if oldest is None:
                break
            self._drop(oldest)

    def put_failure(self, key: Hashable, text: str) -> None:
        self._drop(key)
        self._failures[key] = text
        while len(self._failures) > MAX_FAILURES:
            self._failures.popitem(last=False)

    def clear(self) -> None:
        self._pictures.clear()
        self._sides.clear()
        self._failures.clear()
        self._n_bytes = 0

    def _drop(self, key: Hashable) -> None:
        old = self._pictures.pop(key, None)
        if old is not None:
            del self._sides[key]
            self._n_bytes -= old.sizeInBytes()

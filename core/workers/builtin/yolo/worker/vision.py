"""torchvision, imported without torch's compiler, which it asks for with one function and nobody here uses: that
takes as long as all else together.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_COMPILER, _PART = "torch._dynamo", "torch._dynamo.utils"


def import_torchvision() -> ModuleType:
    """The module. Where the compiler is imported already, or torchvision asks for more of it, as anybody imports it."""
    if _COMPILER in sys.modules or "torchvision" in sys.modules:
        return importlib.import_module("torchvision")
    try:
        with _without_compiler():
            return importlib.import_module("torchvision")
    except ImportError:  # another torchvision
        for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
            del sys.modules[name]
        return importlib.import_module("torchvision")


@contextmanager
def _without_compiler() -> Iterator[None]:
    """Meanwhile another stands in its place, whose one function asks the real one when it is called."""
    package, part = ModuleType(_COMPILER), ModuleType(_PART)
    vars(package).update(__path__=[], utils=part)
    vars(part)["is_compile_supported"] = _is_compile_supported
    sys.modules.update({_COMPILER: package, _PART: part})
    try:
        yield
    finally:
        for name, own in ((_COMPILER, package), (_PART, part)):
            if sys.modules.get(name) is own:
                del sys.modules[name]


def _is_compile_supported(device: Any) -> Any:
    return importlib.import_module(_PART).is_compile_supported(device)

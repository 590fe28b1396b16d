from __future__ import annotations

from tests.core.categories.conftest import make_project, project

__all__ = ["make_project", "project"]

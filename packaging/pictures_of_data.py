"""The guide's pictures of what can be told of a project's data: its statistics, what looks alike, what the checks find.

The last is taken of pages with flaws (flawed_pages.py), of which a project is made and forgotten again.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from flawed_pages import make_flawed_pages

from core.domain.checks import CheckWish
from core.domain.imports import ImportSource
from core.domain.projects import Project
from ui.projects.project_page import IMAGES

if TYPE_CHECKING:
    from guide_pictures import Photographer

FLAWED = "Scanned pages"
"""Name of the project, and of its folder."""


def photograph_statistics(photographer: Photographer) -> None:
    """Of the open project, whose images are shown again afterwards."""
    page = photographer.features.project_page
    page.show_view("statistics")
    photographer.wait(3)
    photographer.take("statistics")
    page.show_view(IMAGES)


def photograph_alike(photographer: Photographer) -> None:
    """What looks like the first image of the open project."""
    features = photographer.features
    features.routes.find_like(features.browser.grid.ids[0])
    board = features.similar.page.board
    photographer.until(lambda: board.ids, 180)
    photographer.wait(3)
    photographer.take("similar")
    features.project_page.show_view(IMAGES)


def photograph_flaws(photographer: Photographer, root: Path) -> None:
    """`root` gets a folder of pages, which is deleted again. FileExistsError where one of that name is there."""
    features = photographer.features
    services = features.services
    folder = root / FLAWED
    make_flawed_pages(services.home.samples, folder)
    try:
        services.imports.commit(ImportSource(folder), project_name=FLAWED)
        project = services.projects.find_project(FLAWED)
        assert project is not None
        features.projects.open_project(project.id)
        photographer.until(lambda: (now := features.projects.current) is not None and now.id == project.id)
        photographer.wait(2)
        _photograph_checks(photographer)
        features.routes.close_project()
        _forget(photographer, project)
    finally:
        shutil.rmtree(folder)


def _photograph_checks(photographer: Photographer) -> None:
    features = photographer.features
    features.project_page.show_view("checks")
    page = features.checks.page
    page.run_requested.emit(CheckWish())
    photographer.until(lambda: page.report is not None)
    photographer.wait(2)
    photographer.take("checks")
    features.project_page.show_view(IMAGES)


def _forget(photographer: Photographer, project: Project) -> None:
    services = photographer.features.services
    services.projects.remove_project(project.id)
    services.trash.empty_project(project.id)
    photographer.wait(0.5)

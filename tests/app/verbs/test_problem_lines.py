"""Problems as the command line prints them."""

from __future__ import annotations

from app.verbs.problems import problem_data, problem_lines
from core.domain.imports import Problem


def test_a_code_stands_before_its_sentence() -> None:
    problem = Problem("image-missing", "3 images were not found.", "export.sqlite", code="W-204")

    assert problem_lines([problem]) == ["1 problem:", "  export.sqlite: W-204: 3 images were not found."]
    assert problem_data(problem)["code"] == "W-204"
    assert problem_lines([Problem("image-missing", "Gone.", "a.xml", 3)])[1] == "  a.xml:3: Gone."

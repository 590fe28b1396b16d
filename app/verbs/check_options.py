"""The options of `calque check`."""

from __future__ import annotations

import argparse

from core.domain.checks import CheckId


def add_check_options(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    option(
        "subject", metavar="PROJECT|DATASET", help="a project, or one of its datasets that no project is called like"
    )
    option("--dataset", metavar="D", help="one of the project's datasets, instead of all images")
    option(
        "--repair",
        metavar="ID",
        action="append",
        choices=[check.value for check in CheckId],
        help="of a finding; may be repeated",
    )
    option("--no-pictures", action="store_true", help="do not compare pictures with each other")
    option("--no-files", action="store_true", help="do not look whether the files are there and unchanged")

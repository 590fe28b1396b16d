"""The options of what looks after Calque's own data and machine, and of the sample."""

from __future__ import annotations

import argparse


def add_verify_options(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    option("--images", action="store_true", help="also images of frozen datasets: hash what looks changed")
    option("--full", action="store_true", help="hash every image of the frozen datasets")
    option("--recount", action="store_true", help="first count images and annotations anew")


def add_doctor_options(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    option(
        "--reindex",
        action="store_true",
        help="list runs and versions again that are on the disk and not in the registry",
    )


def add_restore_options(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    option("backup", metavar="BACKUP", nargs="?", help="a file's name or path; the newest sound one else")


def add_sample_options(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    option("--headless", action="store_true", help="without a window: print the result")
    option("--device", default="cpu", help="cpu or cuda:N")

"""The options of `calque accept` and `calque label-errors`."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_accept_options(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    option("source", metavar="VERSION|SET", help="whose stored predictions: the id of a version or of a set")
    option("--project", metavar="NAME", required=True)
    option("--set", metavar="SET", choices=("train", "val", "test"), help="of a version: which images")
    option("--above", metavar="CONFIDENCE", type=float, default=0.5, help="0 to 1; default 0.5")


def add_label_errors_options(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    option("source", metavar="VERSION|SET", help="whose stored predictions: the id of a version or of a set")
    option("--project", metavar="NAME", required=True)
    option("--set", metavar="SET", choices=("train", "val", "test"), help="of a version: which images")
    option("--most", metavar="N", type=int, default=20, help="so many are printed; default 20")
    option("--csv", metavar="FILE", type=Path, help="write all of them there, and the verdicts given so far")

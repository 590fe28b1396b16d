"""The options of `calque evaluate`, `compare`, `report` and `error-report`."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_evaluate_options(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    option("source", metavar="VERSION|SOURCE", help="a version's id, or the name of a set of predictions")
    option("--project", metavar="NAME", help="whose images; the version's own when not given")
    option("--folder", metavar="F", action="append", help="only this folder of it; may be repeated")
    option("--snapshot", metavar="V001", help="a frozen dataset instead of present images")
    option("--dataset", metavar="NAME", help="images of a dataset, of a frozen one as they were frozen")
    option("--set", metavar="SET", help="train, val or test of the frozen data; of a dataset the set's name")
    option("--name", metavar="NAME", help="of the evaluation")
    option("--device", metavar="cpu|cuda:0", help="the training's when not given")


def add_compare_options(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    option("first", metavar="V1")
    option("second", metavar="V2")
    option("--set", metavar="SET", choices=("train", "val", "test"), default="test", help="default: test")


def add_error_report_options(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    option("source", metavar="VERSION|SET", help="whose predictions: the id of a version or of a set")
    option("--out", metavar="DIR", type=Path, required=True, help="the folder to be made")
    option("--set", metavar="SET", choices=("train", "val", "test"), default="val", help="of a version: its images")
    option("--confidence", metavar="C", type=float, help="from which predictions count; the version's own else")
    option("--iou", metavar="I", type=float, help="overlap from which an object is found; default 0.5")
    option("--with-right", action="store_true", help="also crops of what was found")
    option("--crops-only", action="store_true", help="no whole images")


def add_report_options(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    option("id", metavar="RUN|VERSION")
    option("--out", metavar="FILE", type=Path, required=True)

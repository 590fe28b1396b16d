"""The options of `calque weights`."""

from __future__ import annotations

import argparse

ACTIONS = ("list", "add", "verify", "remove", "describe")


def add_weights_options(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    option("action", metavar="list|add|verify|remove|describe", nargs="?", default="list", choices=ACTIONS)
    option("name", metavar="FILE|NAME", nargs="?", help="of add: a file; else what the list calls it")
    option("--code-licence", metavar="L", help="of describe: e.g. Apache-2.0")
    option("--weights-licence", metavar="L", help="of describe")
    option("--note", metavar="TEXT", help="of describe: what you want to remember")

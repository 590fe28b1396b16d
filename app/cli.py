"""The command line: every verb of the window's services, without a window.

Exit codes: 0 done, 1 refused or failed, 2 usage, 130 stopped. With `--json` one JSON object goes to standard output;
progress always goes to standard error.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from app.paths import resolve_home
from app.verbs.check_options import add_check_options
from app.verbs.dataset_options import add_dataset_options
from app.verbs.export_arguments import add_export_data_options
from app.verbs.filter_options import add_filter_options
from app.verbs.import_options import add_import_options, add_imports_options
from app.verbs.output import Console, VerbResult, escaped
from app.verbs.tag_options import add_tag_options
from app.verbs.trash_options import add_trash_options
from app.verbs.weight_options import add_weights_options
from core.errors import CalqueError

if TYPE_CHECKING:
    from app.services import Services

DONE, REFUSED, USAGE, STOPPED = 0, 1, 2, 130
CHANGING = (
    *("import", "train", "recheck", "export", "predict", "import-predictions", "evaluate"),
    *("sample", "retry", "remove", "accept", "tag", "filter", "dataset", "check", "trash"),
)
VERBS = (
    "import",
    "imports",
    "train",
    "runs",
    "models",
    "projects",
    "locate",
    "stop",
    "retry",
    "kill",
    "remove",
    "rename",
    "describe",
    "current",
    "delete",
    "recheck",
    "predict",
    "try",
    "import-predictions",
    "accept",
    "tag",
    "filter",
    "dataset",
    "label-errors",
    "trash",
    "check",
    "evaluate",
    "compare",
    "report",
    "error-report",
    "export",
    "export-data",
    "formats",
    "import-version",
    "weights",
    "verify",
    "doctor",
    "restore",
    "sample",
)


def make_parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--home", metavar="DIR", default=argparse.SUPPRESS, help="where Calque keeps its data")
    common.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="one JSON object as the result")
    parser = argparse.ArgumentParser(
        prog="calque",
        parents=[common],
        description="Train models that find things in your images. Without a verb, the window opens.",
    )
    # Its name apart: `calque export` has a VERSION of its own.
    parser.add_argument("--version", action="store_true", dest="is_version_wanted", help="print the version and leave")
    parser.add_argument("--theme", choices=("system", "light", "dark"), help="colours of this session's window")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", title="verbs")

    def verb(name: str, text: str) -> argparse.ArgumentParser:
        return verbs.add_parser(name, parents=[common], help=text, description=text)

    add_import_options(verb("import", "Make a project from folders, files or a .zip file, or add them to one."))
    add_imports_options(verb("imports", "List what imports brought to a project, or show the report of one."))

    made = verb("train", "Train a model and wait for its end; Ctrl+C stops and keeps the best.")
    made.add_argument("file", metavar="run.toml", nargs="?", type=Path, help="the whole training as a file")
    add_training_options(made)

    for name, what in (("runs", "runs"), ("models", "models and their versions"), ("projects", "projects")):
        verb(name, f"List {what}, or show one.").add_argument("id", metavar="ID", nargs="?")
    made = verb("locate", "Say where a project's folder is now; its images are recognised by path, size and content.")
    made.add_argument("project", metavar="PROJECT")
    made.add_argument("folder", metavar="FOLDER", type=Path, nargs="?")
    made.add_argument("--images", action="store_true", help="find images that were moved within the folder")
    made.add_argument("--allow-missing", action="store_true", help="also when not all of its images are there")
    verb("stop", "Stop a run and keep the best so far.").add_argument("run", metavar="RUN")
    made = verb("retry", "Try a run again from its newest checkpoint, or start one that waits, and wait for its end.")
    made.add_argument("run", metavar="RUN")
    verb("kill", "End a run's processes now; its checkpoints stay.").add_argument("run", metavar="RUN")
    made = verb("remove", "Take a run off the list; the versions that it published stay.")
    made.add_argument("run", metavar="RUN")
    made.add_argument("--files", action="store_true", help="also its files: curves, log, artifacts, checkpoints")
    made = verb("rename", "Give a run, a model or a version another name.")
    made.add_argument("id", metavar="ID", help="of a run, a model or a version; a model's name too")
    made.add_argument("name", metavar="NAME")
    made = verb("describe", "Write about a run, a model or a version; what was written before is replaced.")
    made.add_argument("id", metavar="ID", help="of a run, a model or a version; a model's name too")
    made.add_argument("text", metavar="TEXT")
    made = verb("current", "Mark a version as the current one of its model, in place of another.")
    made.add_argument("version", metavar="VERSION")
    made.add_argument("--off", action="store_true", help="it is no longer the current one")
    made = verb("delete", "Delete a version, or a model with all its versions; never while a run needs one.")
    made.add_argument("id", metavar="ID", help="of a version or a model; a model's name too")
    made = verb("recheck", "Predict with a version again and compare with what it predicted when it was measured.")
    made.add_argument("version", metavar="VERSION")
    made.add_argument("--device", metavar="cpu|cuda:0", help="the training's when not given")
    made = verb("predict", "Find things with a version in a project's images or in files; what is found is kept.")
    add_prediction_options(made)
    made = verb("try", "See what a version finds on single pictures; nothing of it is kept.")
    made.add_argument("version", metavar="VERSION")
    made.add_argument("images", metavar="IMAGE", nargs="+", help="picture files; they belong to no project")
    made.add_argument("--confidence", metavar="C", type=float, help="from which on; the version's own threshold else")
    made = verb("accept", "Take predictions in as annotations made by a model, from a confidence up.")
    made.add_argument("source", metavar="VERSION|SET", help="whose stored predictions: the id of a version or of a set")
    made.add_argument("--project", metavar="NAME", required=True)
    made.add_argument("--set", metavar="SET", choices=("train", "val", "test"), help="of a version: which images")
    made.add_argument("--above", metavar="CONFIDENCE", type=float, default=0.5, help="0 to 1; default 0.5")
    made = verb("label-errors", "List the labels of a project that are likely wrong, as predictions make one think.")
    made.add_argument("source", metavar="VERSION|SET", help="whose stored predictions: the id of a version or of a set")
    made.add_argument("--project", metavar="NAME", required=True)
    made.add_argument("--set", metavar="SET", choices=("train", "val", "test"), help="of a version: which images")
    made.add_argument("--most", metavar="N", type=int, default=20, help="so many are printed; default 20")
    made.add_argument("--csv", metavar="FILE", type=Path, help="write all of them there, and the verdicts given so far")
    add_check_options(verb("check", "Say whether a project's data can be trusted, and repair what was found."))
    add_tag_options(verb("tag", "Tag images of a project; without an action, say how many have which tag."), common)
    add_dataset_options(
        verb("dataset", "Choose images in sets, share them out, and freeze what is to be trained on."), common
    )
    add_filter_options(verb("filter", "Keep filters of a project's images by name, and say what passes them."), common)
    add_trash_options(verb("trash", "List, bring back or forget what was removed: images, projects."), common)
    made = verb("evaluate", "Measure a version, or predictions that were imported, on images with ground truth.")
    made.add_argument("source", metavar="VERSION|SOURCE", help="a version's id, or the name of a set of predictions")
    made.add_argument("--project", metavar="NAME", help="whose images; the version's own when not given")
    made.add_argument("--folder", metavar="F", action="append", help="only this folder of it; may be repeated")
    made.add_argument("--snapshot", metavar="V001", help="a frozen dataset instead of present images")
    made.add_argument("--dataset", metavar="NAME", help="images of a dataset, of a frozen one as they were frozen")
    made.add_argument("--set", metavar="SET", help="train, val or test of the frozen data; of a dataset the set's name")
    made.add_argument("--name", metavar="NAME", help="of the evaluation")
    made.add_argument("--device", metavar="cpu|cuda:0", help="the training's when not given")
    made = verb("import-predictions", "Lay another program's predictions beside a project's images.")
    made.add_argument(
        "file", metavar="FILE|FOLDER", type=Path, help="COCO results, or what a format holds: calque formats lists them"
    )
    made.add_argument("--format", metavar="FORMAT", help="e.g. yolo; recognised when it is not given")
    made.add_argument("--project", metavar="NAME", required=True)
    made.add_argument("--name", metavar="SOURCE", required=True, help="who predicted; what they are listed as")
    made.add_argument(
        "--ground-truth", metavar="FILE", type=Path, help="a COCO file that says what the ids of a list of results mean"
    )
    made.add_argument(
        "--only-listed", action="store_true", help="images that the file does not name were not looked at"
    )
    made = verb("compare", "Say which of two versions is better on the images of both, and how sure that is.")
    made.add_argument("first", metavar="V1")
    made.add_argument("second", metavar="V2")
    made.add_argument("--set", metavar="SET", choices=("train", "val", "test"), default="test", help="default: test")
    made = verb("error-report", "Write crops and images of what a version got wrong into a new folder.")
    made.add_argument("source", metavar="VERSION|SET", help="whose predictions: the id of a version or of a set")
    made.add_argument("--out", metavar="DIR", type=Path, required=True, help="the folder to be made")
    made.add_argument(
        "--set", metavar="SET", choices=("train", "val", "test"), default="val", help="of a version: its images"
    )
    made.add_argument(
        "--confidence", metavar="C", type=float, help="from which predictions count; the version's own else"
    )
    made.add_argument("--iou", metavar="I", type=float, help="overlap from which an object is found; default 0.5")
    made.add_argument("--with-right", action="store_true", help="also crops of what was found")
    made.add_argument("--crops-only", action="store_true", help="no whole images")
    made = verb("report", "Write all of a run or a version into one HTML file that opens anywhere.")
    made.add_argument("id", metavar="RUN|VERSION")
    made.add_argument("--out", metavar="FILE", type=Path, required=True)
    made = verb("export", "Write a model version into a folder or a .zip file, for Calque or for another program.")
    made.add_argument("version", metavar="VERSION")
    made.add_argument("target", metavar="TARGET", type=Path)
    made.add_argument(
        "--as",
        dest="format",
        metavar="FORMAT",
        default="calque",
        help="calque (the default, to be taken in again), onnx, openvino, torchscript, pt, or what a plug-in brings",
    )
    made.add_argument("--precision", metavar="P", help="fp32, fp16 or int8; the first that the format has otherwise")
    made.add_argument("--form", metavar="F", help="raw (all candidates), nms (end to end) or one-to-one")
    made.add_argument("--fixed-size", action="store_true", help="for images of one size only, padded to a square")
    add_export_data_options(
        verb("export-data", "Write what a project holds in a format of other programs, into a new folder.")
    )
    made = verb("formats", "Say which formats there are, and what each reads and writes.")
    made.add_argument("format", metavar="F", nargs="?", help="only this one, with what it asks and what it loses")
    made = verb("import-version", "Take an exported model version back in, as a folder or a .zip file.")
    made.add_argument("path", metavar="PATH", type=Path)
    made.add_argument("--project", metavar="NAME", help="the project that gets the model; none when not given")
    made.add_argument("--model", metavar="NAME", help="of the model that is made; the file's own name when not given")
    add_weights_options(verb("weights", "List the weights to start a training from; take in, verify, remove files."))
    made = verb("verify", "Check the registry, frozen datasets and published models against their hashes.")
    made.add_argument("--images", action="store_true", help="also images of frozen datasets: hash what looks changed")
    made.add_argument("--full", action="store_true", help="hash every image of the frozen datasets")
    made.add_argument("--recount", action="store_true", help="first count images and annotations anew")
    made = verb("doctor", "Say what this machine has and what is missing.")
    made.add_argument(
        "--reindex",
        action="store_true",
        help="list runs and versions again that are on the disk and not in the registry",
    )
    made = verb("restore", "Put a copy of the registry back in its place; what was there is kept aside.")
    made.add_argument("backup", metavar="BACKUP", nargs="?", help="a file's name or path; the newest sound one else")
    made = verb("sample", "Open the sample project, train on it, show the result.")
    made.add_argument("--headless", action="store_true", help="without a window: print the result")
    made.add_argument("--device", default="cpu", help="cpu or cuda:N")
    return parser


def add_training_options(parser: argparse.ArgumentParser) -> None:
    """The options of `calque train`; core.training.draft.command writes the same ones for "copy as command"."""
    option = parser.add_argument
    option("--project", metavar="NAME")
    option("--worker", metavar="SLUG", help="e.g. yolo-detect, yolo-segment")
    option("--model", metavar="NAME", help="the model that gets the new version; made when there is none of that name")
    option("--train", metavar="FOLDER", action="append", help="training folder in the project; may be repeated")
    option("--val", metavar="FOLDER", action="append", help="validation folder; without one, a slice of the training")
    option("--test", metavar="FOLDER", action="append", help="test folder, seen only after the training")
    option(
        "--stated-set",
        metavar="SET",
        action="append",
        dest="stated_sets",
        help="train, val or test: the images that the import stated to be of that set; may be repeated",
    )
    option("--dataset", metavar="NAME", help="train on the sets of this dataset, by their roles")
    option("--sets", metavar="NAME", action="append", help="only this set of the dataset; may be repeated")
    option("--freeze", action="store_true", help="freeze the dataset first if it is open: then it stays as it is")
    option("--filter", metavar="NAME", dest="train_filter", help="train on what a saved filter, or one as JSON, finds")
    option("--val-filter", metavar="NAME", help="the same for validation")
    option("--test-filter", metavar="NAME", help="the same for the test")
    option("--tagged", action="store_true", help="train, validate and test on images with the tags of these sets")
    option(
        "--tagged-set", metavar="SET", action="append", help="train, val or test: images with that tag; may be repeated"
    )
    option("--name", metavar="NAME", help="of the run")
    option("--version-name", metavar="NAME", help="of the model version")
    option("--device", metavar="cpu|cuda:0")
    limit = parser.add_mutually_exclusive_group()
    limit.add_argument("--minutes", metavar="M", type=float, help="longest training time, 6 to 6000; default 60")
    limit.add_argument("--no-limit", action="store_true", help="train without a time limit")
    option("--configuration", metavar="NAME", help='a named configuration, e.g. "Fast on small data"')
    option("--set", metavar="KEY=VALUE", action="append", dest="settings", help="one value of the configuration")
    option("--start", metavar="FROM", help="scratch, pretrained, starter:NAME, a version's id, or a file")
    option("--allow-download", action="store_true", help="pretrained weights may be fetched from the network")
    option("--class", metavar="NAME", action="append", dest="classes", help="only these classes; may be repeated")
    option("--task", metavar="TASK", help="what is to be predicted; the method's first when not given")
    option("--crop-of", metavar="CLASS", action="append", help="label what these classes' shapes cut out")
    option(
        "--where",
        metavar='"A + B"',
        action="append",
        dest="conditions",
        help="only images that show all of these classes; repeated: any of the lists",
    )
    option("--val-ratio", metavar="R", type=float, help="share of the training images for validation; default 0.2")
    option("--seed", metavar="N", type=int)
    option("--use-images-without-objects", action="store_true")
    option(
        "--include-model-annotations",
        action="store_true",
        help="also learn from accepted predictions; they are left out when not given",
    )


def add_prediction_options(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    option("version", metavar="VERSION")
    option("paths", metavar="PATH", type=Path, nargs="*", help="images, or folders with images, of no project")
    option("--project", metavar="NAME", help="look at the images of this project instead")
    option("--folder", metavar="F", action="append", help="only this folder of it; may be repeated")
    option("--dataset", metavar="NAME", help="only the images of this dataset of it")
    option("--set", metavar="NAME", help="only this set of the dataset")
    option("--confidence", metavar="C", type=float, help="from which an object counts; the version's own else")
    option("--iou", metavar="I", type=float, help="overlap from which two objects of a class are one; default 0.7")
    option("--max", metavar="N", type=int, dest="most", help="most objects of an image, or of a tile; default 300")
    option("--tile", metavar="PX", type=int, help="look at large images in tiles of this many pixels, e.g. 1024")
    option("--overlap", metavar="PX", type=int, help="of neighbouring tiles; an eighth of the tile when not given")
    option("--whole-too", action="store_true", help="with tiles: look at each image as a whole too")
    option("--device", metavar="cpu|cuda:0", help="the training's when not given")
    option("--out", metavar="DIR", type=Path, help="write what was found into this new folder too")
    option("--format", metavar="F", help="of --out: coco (when not given), yolo, page, alto or csv")


def run_verb(arguments: argparse.Namespace) -> int:
    """Carry out the verb and print its result. The verbs' modules are imported here: each brings what it needs."""
    console = Console(is_json=getattr(arguments, "json", False))
    home = resolve_home(getattr(arguments, "home", None))
    try:
        result = _dispatch(arguments, home, console)
    except CalqueError as error:
        console.refuse(error)
        return REFUSED
    except OSError as error:
        console.refuse(CalqueError(f"{error.strerror or error}" + (f": {error.filename}" if error.filename else ".")))
        return REFUSED
    except KeyboardInterrupt:
        console.refuse(CalqueError("Stopped."))
        return STOPPED
    except SystemExit as error:
        console.refuse(CalqueError(f"A plug-in tried to end Calque (SystemExit: {error.code})."))
        return REFUSED
    try:
        console.show(result)
    except KeyboardInterrupt:
        return STOPPED
    except BrokenPipeError:  # the reader has seen enough, as `head` does
        return result.code
    except OSError as error:
        console.note(f"The result could not be written: {error.strerror}.")
        return REFUSED
    return result.code


def report_unexpected(parsed: argparse.Namespace) -> None:
    """From here on an error that nobody expected is a sentence on the terminal, its traceback a file in the logs."""
    console = Console(is_json=getattr(parsed, "json", False))
    logs = resolve_home(getattr(parsed, "home", None)).logs

    def say(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        details = "".join(traceback.format_exception(kind, error, trace))
        file = logs / "command-line-error.txt"
        try:
            logs.mkdir(parents=True, exist_ok=True)
            file.write_text(escaped(details), encoding="utf-8")
            hint = f"This is a defect; {file} holds the details that help to mend it."
        except OSError:
            hint = details
        console.refuse(CalqueError(f"Something in Calque went wrong: {kind.__name__}: {error}", hint=hint))

    sys.excepthook = say


def _dispatch(arguments: argparse.Namespace, home: Any, console: Console) -> VerbResult:
    verb = arguments.verb
    if verb == "restore" or (verb == "doctor" and arguments.reindex):
        from app.verbs import restoring

        return restoring.run_restore(home, arguments.backup) if verb == "restore" else restoring.run_reindex(home)
    if verb == "doctor":
        from app.verbs import doctor

        return doctor.run(home)
    if verb == "formats":
        from app.verbs import formats

        return formats.run(arguments)
    from app.services import open_services

    with open_services(home) as services:
        if verb in CHANGING and not getattr(arguments, "dry_run", False):
            _back_up(services, console)
        _take_in_runs(services, console)
        if verb in ("import", "imports"):
            from app.verbs import importing

            run = importing.run if verb == "import" else importing.run_imports
            return run(services, arguments, console)
        if verb == "export-data":
            from app.verbs import exporting

            return exporting.run(services, arguments, console)
        if verb in ("train", "sample"):
            from app.verbs import training

            return getattr(training, f"run_{verb}")(services, arguments, console)  # type: ignore[no-any-return]
        if verb == "export":
            from app.verbs import conversions

            return conversions.run(services, arguments, console)
        if verb == "weights":
            from app.verbs import weights

            return weights.run(services, arguments, console)
        if verb == "recheck":
            from app.verbs import rechecks

            return rechecks.run(services, arguments, console)
        if verb == "try":
            from app.verbs import trying

            return trying.run(services, arguments, console)
        if verb in ("predict", "import-predictions"):
            from app.verbs import predictions

            name = verb.replace("-", "_")
            return getattr(predictions, f"run_{name}")(services, arguments, console)  # type: ignore[no-any-return]
        if verb == "error-report":
            from app.verbs import error_reports

            return error_reports.run(services, arguments, console)
        if verb in ("accept", "label-errors"):
            from app.verbs import judgements

            name = verb.replace("-", "_")
            return getattr(judgements, f"run_{name}")(services, arguments, console)  # type: ignore[no-any-return]
        if verb == "check":
            from app.verbs import checking

            return checking.run(services, arguments, console)
        if verb == "dataset":
            from app.verbs import dataset_verbs

            return dataset_verbs.run(services, arguments, console)
        if verb in ("filter", "tag"):
            from app.verbs import filters, tags

            return (
                filters.run(services, arguments, console)
                if verb == "filter"
                else tags.run(services, arguments, console)
            )
        if verb == "trash":
            from app.verbs import trash

            return trash.run(services, arguments, console)
        if verb in ("evaluate", "compare", "report"):
            from app.verbs import evaluations

            return getattr(evaluations, f"run_{verb}")(services, arguments, console)  # type: ignore[no-any-return]
        if verb in ("rename", "describe", "current", "delete"):
            from app.verbs import naming

            return getattr(naming, f"run_{verb}")(services, arguments, console)  # type: ignore[no-any-return]
        if verb in ("retry", "kill", "remove"):
            from app.verbs import runs

            return getattr(runs, f"run_{verb}")(services, arguments, console)  # type: ignore[no-any-return]
        from app.verbs import library

        name = verb.replace("-", "_")
        return getattr(library, f"run_{name}")(services, arguments, console)  # type: ignore[no-any-return]


def _back_up(services: Services, console: Console) -> None:
    """The daily copy of the registry; a verb goes on without it."""
    try:
        services.registry.back_up_if_due()
    except CalqueError as error:
        console.note(str(error))


def _take_in_runs(services: Services, console: Console) -> None:
    """What runs did since, that nobody was there to record, and what the killed left; a verb goes on without it."""
    try:
        problems = services.runs.take_in()
        services.sweep()
    except CalqueError as error:
        problems = (error,)
    for problem in problems:
        console.note(str(problem))


def main(arguments: Sequence[str]) -> int:
    """Parse and run a verb; argparse leaves with 2 for wrong usage."""
    return run_verb(make_parser().parse_args(arguments))

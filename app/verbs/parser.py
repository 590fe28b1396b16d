"""What the command line can be told: every verb with its options, in the order of `calque --help`."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.verbs.check_options import add_check_options
from app.verbs.dataset_options import add_dataset_options
from app.verbs.evaluation_options import (
    add_compare_options,
    add_error_report_options,
    add_evaluate_options,
    add_report_options,
)
from app.verbs.export_arguments import add_export_data_options
from app.verbs.filter_options import add_filter_options
from app.verbs.import_options import add_import_options, add_imports_options
from app.verbs.judging_options import add_accept_options, add_label_errors_options
from app.verbs.model_options import (
    add_current_options,
    add_delete_options,
    add_describe_options,
    add_export_options,
    add_import_version_options,
    add_recheck_options,
    add_rename_options,
)
from app.verbs.prediction_options import add_import_predictions_options, add_predict_options, add_try_options
from app.verbs.tag_options import add_tag_options
from app.verbs.training_options import add_training_options
from app.verbs.trash_options import add_trash_options
from app.verbs.upkeep_options import add_doctor_options, add_restore_options, add_sample_options, add_verify_options
from app.verbs.weight_options import add_weights_options


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
    add_training_options(verb("train", "Train a model and wait for its end; Ctrl+C stops and keeps the best."))
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
    add_rename_options(verb("rename", "Give a run, a model or a version another name."))
    add_describe_options(
        verb("describe", "Write about a run, a model or a version; what was written before is replaced.")
    )
    add_current_options(verb("current", "Mark a version as the current one of its model, in place of another."))
    add_delete_options(
        verb("delete", "Delete a version, or a model with all its versions; never while a run needs one.")
    )
    add_recheck_options(
        verb("recheck", "Predict with a version again and compare with what it predicted when it was measured.")
    )
    add_predict_options(
        verb("predict", "Find things with a version in a project's images or in files; what is found is kept.")
    )
    add_try_options(verb("try", "See what a version finds on single pictures; nothing of it is kept."))
    add_accept_options(verb("accept", "Take predictions in as annotations made by a model, from a confidence up."))
    add_label_errors_options(
        verb("label-errors", "List the labels of a project that are likely wrong, as predictions make one think.")
    )
    add_check_options(verb("check", "Say whether a project's data can be trusted, and repair what was found."))
    add_tag_options(verb("tag", "Tag images of a project; without an action, say how many have which tag."), common)
    add_dataset_options(
        verb("dataset", "Choose images in sets, share them out, and freeze what is to be trained on."), common
    )
    add_filter_options(verb("filter", "Keep filters of a project's images by name, and say what passes them."), common)
    add_trash_options(verb("trash", "List, bring back or forget what was removed: images, projects."), common)
    add_evaluate_options(
        verb("evaluate", "Measure a version, or predictions that were imported, on images with ground truth.")
    )
    add_import_predictions_options(
        verb("import-predictions", "Lay another program's predictions beside a project's images.")
    )
    add_compare_options(
        verb("compare", "Say which of two versions is better on the images of both, and how sure that is.")
    )
    add_error_report_options(
        verb("error-report", "Write crops and images of what a version got wrong into a new folder.")
    )
    add_report_options(verb("report", "Write all of a run or a version into one HTML file that opens anywhere."))
    add_export_options(
        verb("export", "Write a model version into a folder or a .zip file, for Calque or for another program.")
    )
    add_export_data_options(
        verb("export-data", "Write what a project holds in a format of other programs, into a new folder.")
    )
    made = verb("formats", "Say which formats there are, and what each reads and writes.")
    made.add_argument("format", metavar="F", nargs="?", help="only this one, with what it asks and what it loses")
    add_import_version_options(
        verb("import-version", "Take an exported model version back in, as a folder or a .zip file.")
    )
    add_weights_options(verb("weights", "List the weights to start a training from; take in, verify, remove files."))
    add_verify_options(verb("verify", "Check the registry, frozen datasets and published models against their hashes."))
    add_doctor_options(verb("doctor", "Say what this machine has and what is missing."))
    add_restore_options(verb("restore", "Put a copy of the registry back in its place; what was there is kept aside."))
    add_sample_options(verb("sample", "Open the sample project, train on it, show the result."))
    return parser

"""Every refusal (E-) and warning (W-) that carries a code, once each: what it means, and what to do.

The sentence that a person reads is written where the numbers and names are known; this table says what the code stands
for wherever it is raised. `docs/guide/messages.md` is this table; features.md of the design knows most of the codes.

Three of the design's have nothing to say here. Validation images that a method needs (E-522) are always there: chosen,
or held back from the training, which is refused where that cannot be (E-440, E-150). Labels that a model has and the
data lack (W-510), or a model without any (E-511), are a class list that changed: E-301 names the difference.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    code: str
    meaning: str
    advice: str

    @property
    def is_error(self) -> bool:
        return self.code.startswith("E-")


_TABLE = (
    Code("E-100", "It is not said which project to train on.", "Name one with `--project`."),
    Code("E-101", "The project has no images.", "Import images."),
    Code("E-102", "No image of a set has an annotation that the task can use.", "Annotate, or choose other folders."),
    Code("E-103", "The project can only be read.", "Make Calque's home writable."),
    Code("E-110", "A name is empty.", "Give it one."),
    Code("E-111", "A name is too long.", "Shorten it."),
    Code("E-112", "There is no model that the version would belong to.", "Choose a model, or name a new one."),
    Code("E-113", "It is not said what is to be trained.", "Choose it, or name it with `--worker`."),
    Code("E-120", "What is to be trained needs a GPU and cannot have one.", "Choose a GPU, or something else."),
    Code("W-121", "A GPU is chosen and cannot be used.", "Nothing; the CPU is used."),
    Code("E-122", "The project has no annotations of the kind that the task needs.", "Choose another task."),
    Code("E-123", "A version was made by something else than what it is to be used with.", "Choose another version."),
    Code("E-124", "What is to be trained is not installed completely.", "Read the reason; `calque doctor` helps."),
    Code("E-125", "The model is of another task.", "Choose another model, or make a new one."),
    Code("E-126", "The task of the model is not installed.", "Install what brought it."),
    Code("E-130", "The configuration's name is taken.", "Choose another name."),
    Code("E-131", "A value is required.", "Fill it in."),
    Code("E-132", "A value is out of its range.", "Choose one in the range."),
    Code("W-133", "A configuration has values that are unknown here.", "Look at its values before training."),
    Code("E-133", "A setting of that name does not exist.", "Correct the name."),
    Code("E-134", "A setting is not written as key=value.", "Write it so."),
    Code("W-135", "A value will be changed a little.", "Nothing, or choose a value that fits."),
    Code("E-140", "The version is not available.", "Choose another version, or wait until it is trained."),
    Code("W-141", "The starting version has other classes.", "Nothing; shared classes are kept."),
    Code("E-142", "The starting weights are of another network.", "Choose the same network, or other weights."),
    Code("E-145", "What to start from is neither a version nor a file.", "`calque models` lists the versions."),
    Code("E-146", "It is not said which version to start from.", "Choose one."),
    Code("E-150", "The training images are too few, or none of them can be used.", "Read the reasons; add images."),
    Code("E-151", "Folders of two sets overlap.", "Choose folders apart from each other."),
    Code("E-152", "Images are in two sets.", "Remove them from one."),
    Code("W-153", "Pages of one book, or frames of one film, are in several sets.", "Keep each in one set."),
    Code("W-154", "Pictures that look the same are in several sets.", "Keep each group in one set."),
    Code("E-160", "No GPU can be used.", "Read the reason, or train on the CPU."),
    Code("W-161", "The same training is under way already.", "Look at the other run before starting another."),
    Code("E-162", "There is no such device.", "Choose one that there is."),
    Code("E-163", "A batch needs more memory than is free.", "Use a smaller batch, smaller images or network."),
    Code("W-164", "A batch needs more memory than another run leaves free.", "Use a smaller batch, or wait."),
    Code("E-201", "A file is not a SQLite database.", "Choose the database that Arkindex made."),
    Code("E-202", "A SQLite database is not an Arkindex export.", "Choose the database that Arkindex made."),
    Code("W-203", "An Arkindex export is of a newer version than is known.", "Look at what was read."),
    Code("W-204", "Images of an Arkindex export are on remote servers.", "Choose the folder that holds them."),
    Code("E-210", "A dataset of that name exists in the project.", "Choose another name."),
    Code("E-211", "A dataset needs at least one set.", "Add another set before removing the last one."),
    Code("E-212", "Images would be in two sets of a dataset that wants them in one.", "Move them, or allow it."),
    Code("E-213", "Images belong to another project than the dataset.", "Choose images of its project."),
    Code("E-214", "Two sets of a dataset would share a name.", "Choose another name."),
    Code("E-221", "A frozen dataset cannot be edited.", "Clone it, and edit the clone."),
    Code("W-220", "A dataset will be frozen, and can then no longer be edited.", "Clone it to change it later."),
    Code("E-222", "Image files are not there, or cannot be read.", "Put them back, or import the folder again."),
    Code("E-223", "Image files changed since the dataset was frozen.", "Restore them, freeze a clone, or start anew."),
    Code(
        "E-224",
        "Image files changed since they were imported.",
        "Take them as they are now (Checks), or import the folder again.",
    ),
    Code("W-224", "Changed image files are frozen as they are now.", "Look whether their annotations still fit."),
    Code("E-230", "A model of that name exists.", "Choose another name, or that model."),
    Code("E-233", "The chosen model is not there any more.", "Choose another one."),
    Code("E-240", "No class is left to learn.", "Choose at least one class that has examples."),
    Code("E-241", "Classes have no example in the training images.", "Leave them out, or add images."),
    Code("W-242", "Classes occur only in images that are not trained on.", "Add such images to the training."),
    Code("E-243", "Classes have only boxes, and the task needs shapes.", "Draw shapes, or choose another task."),
    Code("W-244", "Shapes without an area were left out.", "Look at them, if there are many."),
    Code("W-245", 'Images with the tag "exclude" are left out.', "Take the tag off those that are to be used."),
    Code("E-250", "There is not enough room on the disk.", "Free some space."),
    Code("E-260", "The weights of a version are missing.", "Restore them from a backup of Calque's home."),
    Code("E-301", "The classes are not those of the model.", "Create a new model for them."),
    Code("E-310", "A condition, or what is to be cut out, names a class that does not exist.", "Correct the name."),
    Code("E-311", "There are no shapes to cut out.", "Draw boxes or outlines, or use whole images."),
    Code("E-312", "The task looks for objects, so nothing is cut out for it.", "Classify or tag, or cut nothing out."),
    Code("W-320", "Images or crops have not exactly one class, and are skipped.", "Look at them, if there are many."),
    Code("E-321", "No image or crop has exactly one class.", "Label them, or train a tagger."),
    Code("E-350", "Published weights are not on this computer.", "Put the file there, or allow the download."),
    Code("E-351", "A weights file is refused.", "Choose weights from somewhere you trust."),
    Code("E-352", "A weights file is not there.", "Choose it again."),
    Code("E-353", "No weights are published for this network.", "Train from scratch."),
    Code("E-354", "A weights file is not what was published.", "Get it again, or start from others."),
    Code("E-355", "There are no weights of that name that come with Calque.", "Choose one that there is."),
    Code("E-401", "There are fewer classes than the task needs.", "Label images with another class."),
    Code("E-402", "Classes have fewer images than the task needs.", "Add images of them, or leave them out."),
    Code("W-403", "Classes have few images.", "Add images, if the result is not good enough."),
    Code("E-410", "A class has a name that ModelArts refuses, and is written under another.", "Rename it, or keep it."),
    Code("E-420", "Images are damaged, or cannot be read.", "Skip them, or replace the files."),
    Code("E-430", "A dataset of the project has, or had, that version.", "Choose another name for it."),
    Code("E-431", "A version's name has signs that it may not have.", 'Use letters, digits, "-" and "_".'),
    Code("E-432", "The project is being imported into or frozen.", "Wait until that is done."),
    Code("E-440", "The validation images would lack classes.", "Leave them out, choose a folder, or add images."),
    Code("E-441", "A share has too many decimals.", "Use 1 to 5 decimals."),
    Code("E-442", "The share for validation is not a number.", "Write a number such as 0.2."),
    Code("E-450", "The time limit is out of its range.", "Choose 6 to 6000 minutes, or no limit."),
    Code("E-501", "The version is published; it stays as it is.", "Create a new version starting from it."),
    Code("E-520", "The parts for train, validation and test do not add up to 100 %.", "Example: 70, 15, 15."),
    Code("E-521", "There is no training data.", "Choose folders or sets."),
    Code("E-523", "A set has no image that can be used.", "Read the reasons; choose other folders."),
    Code("E-524", "A filter names a class, a folder or a set that is gone.", "Change the condition, or remove it."),
    Code("E-525", "A folder is not in the project.", "Correct its name."),
    Code("E-526", "There is no set of that name.", "They are train, val and test."),
    Code("E-527", "The dataset, or a set of it, is not there.", "Choose another one."),
    Code("E-528", "A dataset is chosen together with folders, filters or tags.", "Choose the one or the others."),
    Code("E-529", "There is no saved filter of that name.", "Correct the name, or write the filter as JSON."),
    Code("E-530", "A filter has a field, an operator or a value that is unknown.", "Correct it where it is marked."),
    Code("E-531", "A text is not JSON.", "Correct it at the line that is named."),
    Code("W-532", "No image passes the filter.", "Change a condition, or remove one."),
    Code("E-550", "A run is still at work.", "Stop it first."),
    Code("E-570", "There is no ground truth to compare with.", "Annotate the images, or choose others."),
)

CODES = {item.code: item for item in _TABLE}


def as_markdown() -> str:
    """The table of the guide's page."""
    rows = [f"| {item.code} | {item.meaning} | {item.advice} |" for item in sorted(_TABLE, key=_by_number)]
    return "\n".join(["| Code | Means | What to do |", "|---|---|---|", *rows])


def _by_number(item: Code) -> tuple[str, str]:
    letter, _, number = item.code.partition("-")
    return number, letter

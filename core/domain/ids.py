"""Identifiers: opaque strings, made by `core.clock.new_id`.

Snapshots' ids are SHA-256 in hex. Those of images, annotations and categories are counted by the registry, for the
speed of importing hundreds of thousands.
"""

from typing import NewType

ProjectId = NewType("ProjectId", str)
ImageId = NewType("ImageId", str)
CategoryId = NewType("CategoryId", str)
AnnotationId = NewType("AnnotationId", str)
SnapshotId = NewType("SnapshotId", str)  # SHA-256 of the manifest
ConfigurationId = NewType("ConfigurationId", str)
ModelId = NewType("ModelId", str)
VersionId = NewType("VersionId", str)
RunId = NewType("RunId", str)
EvaluationId = NewType("EvaluationId", str)
PredictionSetId = NewType("PredictionSetId", str)
DatasetId = NewType("DatasetId", str)
FilterId = NewType("FilterId", str)
TaskId = NewType("TaskId", str)  # the slug of a task, e.g. "detection": open, since tasks are plug-ins

"""Identifiers. All are opaque strings made by `core.clock.new_id` except hashes, which are SHA-256 in hex."""

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

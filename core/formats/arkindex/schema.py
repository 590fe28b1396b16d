"""The tables of Arkindex's exports as the programs of 2025 read them (arkindex-export 0.2.5), and two of Calque's own.

Other programs pass over tables that they do not know: `calque_class` holds the full names of classes, of which a type
is a short form, `calque_image` the paths of pictures, of which an address need not say anything.
"""

from __future__ import annotations

TABLES = (
    "export_version (version NOT NULL)",
    "worker_version (id VARCHAR(37) NOT NULL PRIMARY KEY, slug VARCHAR(100) NOT NULL, name VARCHAR(100) NOT NULL,"
    " repository_url VARCHAR(250), revision VARCHAR(200), version INTEGER, type VARCHAR(50) NOT NULL,"
    " CHECK ((version IS NULL) <> (revision IS NULL)))",
    "worker_run (id VARCHAR(37) NOT NULL PRIMARY KEY,"
    " worker_version_id VARCHAR(37) NOT NULL REFERENCES worker_version (id), model_version_id VARCHAR(37),"
    " model_id VARCHAR(37), model_name VARCHAR(100), configuration_id VARCHAR(37), configuration TEXT,"
    " CHECK ((model_version_id IS NULL) = (model_id IS NULL) AND (model_id IS NULL) = (model_name IS NULL)),"
    " CHECK ((configuration_id IS NULL) = (configuration IS NULL)))",
    "image_server (id INTEGER NOT NULL PRIMARY KEY, url VARCHAR(200) NOT NULL UNIQUE,"
    " display_name VARCHAR(250) NOT NULL, max_width INTEGER CHECK (max_width >= 0),"
    " max_height INTEGER CHECK (max_height >= 0), version INTEGER NOT NULL CHECK (version IN (2, 3)))",
    "image (id VARCHAR(37) NOT NULL PRIMARY KEY, server_id INTEGER NOT NULL REFERENCES image_server (id),"
    " url TEXT NOT NULL UNIQUE, width INTEGER NOT NULL CHECK (width >= 0),"
    " height INTEGER NOT NULL CHECK (height >= 0))",
    "element (id VARCHAR(37) NOT NULL PRIMARY KEY, name VARCHAR(250) NOT NULL, type VARCHAR(50) NOT NULL,"
    " image_id VARCHAR(37) REFERENCES image (id), polygon TEXT,"
    " confidence REAL CHECK (confidence >= 0 AND confidence <= 1),"
    " rotation_angle INTEGER NOT NULL DEFAULT 0 CHECK (rotation_angle >= 0 AND rotation_angle <= 359),"
    " mirrored INTEGER NOT NULL DEFAULT 0 CHECK (mirrored IN (0, 1)),"
    " worker_run_id VARCHAR(37) REFERENCES worker_run (id), created REAL NOT NULL, updated REAL NOT NULL,"
    " CHECK ((image_id IS NULL) = (polygon IS NULL)))",
    "classification (id VARCHAR(37) NOT NULL PRIMARY KEY, class_name VARCHAR(1024) NOT NULL,"
    " confidence REAL NOT NULL CHECK (confidence >= 0 AND confidence <= 1),"
    " element_id VARCHAR(37) NOT NULL REFERENCES element (id), worker_run_id VARCHAR(37) REFERENCES worker_run (id))",
    "element_path (id VARCHAR(37) NOT NULL PRIMARY KEY, parent_id VARCHAR(37) NOT NULL REFERENCES element (id),"
    " child_id VARCHAR(37) NOT NULL REFERENCES element (id),"
    " ordering INTEGER NOT NULL DEFAULT 0 CHECK (ordering >= 0))",
    "entity_type (id VARCHAR(37) NOT NULL PRIMARY KEY, color VARCHAR(6) NOT NULL DEFAULT 'ff0000',"
    " name VARCHAR(250) NOT NULL UNIQUE)",
    "metadata (id VARCHAR(37) NOT NULL PRIMARY KEY, name VARCHAR(250) NOT NULL, value TEXT NOT NULL,"
    " type VARCHAR(50) NOT NULL, element_id VARCHAR(37) NOT NULL REFERENCES element (id),"
    " worker_run_id VARCHAR(37) REFERENCES worker_run (id))",
    "transcription (id VARCHAR(37) NOT NULL PRIMARY KEY, orientation TEXT NOT NULL DEFAULT 'horizontal-lr'"
    " CHECK (orientation IN ('horizontal-lr', 'horizontal-rl', 'vertical-lr', 'vertical-rl')), text TEXT NOT NULL,"
    " confidence REAL CHECK (confidence >= 0 AND confidence <= 1),"
    " element_id VARCHAR(37) NOT NULL REFERENCES element (id), worker_run_id VARCHAR(37) REFERENCES worker_run (id))",
    "transcription_entity (id VARCHAR(37) NOT NULL PRIMARY KEY,"
    " type_id VARCHAR(37) NOT NULL REFERENCES entity_type (id), length INTEGER NOT NULL CHECK (length >= 0),"
    " offset INTEGER NOT NULL CHECK (offset >= 0), confidence REAL CHECK (confidence >= 0 AND confidence <= 1),"
    " transcription_id VARCHAR(37) NOT NULL REFERENCES transcription (id),"
    " worker_run_id VARCHAR(37) REFERENCES worker_run (id))",
    "embedding (id VARCHAR(37) NOT NULL PRIMARY KEY, created REAL NOT NULL, updated REAL NOT NULL,"
    " element_id VARCHAR(37) NOT NULL REFERENCES element (id),"
    " worker_run_id VARCHAR(37) NOT NULL REFERENCES worker_run (id), value JSON NOT NULL)",
    "dataset (id VARCHAR(37) NOT NULL PRIMARY KEY, name VARCHAR(100) NOT NULL, description TEXT NOT NULL,"
    " sets TEXT NOT NULL)",
    "dataset_element (id VARCHAR(37) NOT NULL PRIMARY KEY, element_id VARCHAR(37) NOT NULL REFERENCES element (id),"
    " dataset_id VARCHAR(37) NOT NULL REFERENCES dataset (id), set_name VARCHAR(50) NOT NULL)",
    "calque_class (type VARCHAR(50) NOT NULL PRIMARY KEY, name TEXT NOT NULL)",
    "calque_image (image_id VARCHAR(37) NOT NULL PRIMARY KEY REFERENCES image (id), path TEXT NOT NULL)",
)

INDEXES = (
    "UNIQUE INDEX element_path_parent_child ON element_path (parent_id, child_id)",
    "UNIQUE INDEX transcription_entity_place"
    " ON transcription_entity (transcription_id, type_id, offset, length, worker_run_id)",
    "UNIQUE INDEX embedding_element_run ON embedding (element_id, worker_run_id)",
    "INDEX element_image ON element (image_id)",
    "INDEX element_path_child ON element_path (child_id)",
    "INDEX metadata_element ON metadata (element_id)",
    "INDEX transcription_element ON transcription (element_id)",
    "INDEX classification_element ON classification (element_id)",
    "INDEX dataset_element_element ON dataset_element (element_id)",
)
"""Made when all rows are there: that is faster, and finds what is there twice."""

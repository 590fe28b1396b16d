BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0006');
CREATE TABLE annotation (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	image_id INTEGER NOT NULL, 
	category_id INTEGER, 
	source VARCHAR(10) NOT NULL, 
	kind VARCHAR(10) NOT NULL, 
	x0 DOUBLE, 
	y0 DOUBLE, 
	x1 DOUBLE, 
	y1 DOUBLE, 
	points BLOB, 
	confidence DOUBLE, 
	is_crowd BOOLEAN NOT NULL, version_id VARCHAR(32), set_id VARCHAR(32), reviewed_at DATETIME, is_corrected BOOLEAN DEFAULT '0' NOT NULL, details TEXT, author VARCHAR(100), edited_at DATETIME, 
	CONSTRAINT ck_annotation_has_corners CHECK (kind = 'image' OR (x0 IS NOT NULL AND y0 IS NOT NULL AND x1 IS NOT NULL AND y1 IS NOT NULL)), 
	CONSTRAINT fk_annotation_category_id_category FOREIGN KEY(category_id) REFERENCES category (id) ON DELETE CASCADE, 
	CONSTRAINT fk_annotation_image_id_image FOREIGN KEY(image_id) REFERENCES image (id) ON DELETE CASCADE
);
INSERT INTO "annotation" VALUES(1,1,1,'import','box',1.25,2.5,30.0,40.0,NULL,NULL,0,NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO "annotation" VALUES(2,1,2,'import','polygon',0.0,0.0,10.0,10.5,X'0100000006000000000000000000000000002041000000000000204100002841',NULL,0,NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO "annotation" VALUES(3,2,1,'import','box',0.0,0.0,1.0,1.0,NULL,NULL,1,NULL,NULL,NULL,0,NULL,NULL,NULL);
CREATE TABLE category (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	project_id VARCHAR(32) NOT NULL, 
	name VARCHAR(1000) NOT NULL, 
	position INTEGER NOT NULL, colour VARCHAR(7) DEFAULT '' NOT NULL, 
	CONSTRAINT fk_category_project_id_project FOREIGN KEY(project_id) REFERENCES project (id) ON DELETE CASCADE, 
	CONSTRAINT uq_category_project_id_name UNIQUE (project_id, name), 
	CONSTRAINT uq_category_project_id_position UNIQUE (project_id, position)
);
INSERT INTO "category" VALUES(1,'01a2241972a845de9f0c69fd2462c560','line',0,'');
INSERT INTO "category" VALUES(2,'01a2241972a845de9f0c69fd2462c560','initial',1,'');
CREATE TABLE configuration (
	id VARCHAR(32) NOT NULL, 
	worker VARCHAR(100) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	worker_version VARCHAR(200) NOT NULL, 
	"values" JSON NOT NULL, 
	is_locked BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_configuration PRIMARY KEY (id), 
	CONSTRAINT uq_configuration_worker_name UNIQUE (worker, name)
);
INSERT INTO "configuration" VALUES('01a2241972e9828f50b973b1d454caf2','yolo-detect','Fast','0.1.0','{"epochs": 5}',0,'2026-11-28 21:39:37.321795');
CREATE TABLE dataset (
	id VARCHAR(32) NOT NULL, 
	project_id VARCHAR(32) NOT NULL, 
	name VARCHAR(100) NOT NULL, 
	description TEXT NOT NULL, 
	state VARCHAR(10) NOT NULL, 
	has_unique_images BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	changed_at DATETIME NOT NULL, 
	cloned_from_id VARCHAR(32), 
	version VARCHAR(50), 
	snapshot_id VARCHAR(64), 
	frozen_at DATETIME, 
	revision INTEGER NOT NULL, 
	content JSON, 
	deleted_at DATETIME, 
	CONSTRAINT pk_dataset PRIMARY KEY (id), 
	CONSTRAINT fk_dataset_project_id_project FOREIGN KEY(project_id) REFERENCES project (id) ON DELETE CASCADE
);
CREATE TABLE dataset_image (
	set_id INTEGER NOT NULL, 
	image_id INTEGER NOT NULL, 
	CONSTRAINT pk_dataset_image PRIMARY KEY (set_id, image_id), 
	CONSTRAINT fk_dataset_image_set_id_dataset_set FOREIGN KEY(set_id) REFERENCES dataset_set (id) ON DELETE CASCADE, 
	CONSTRAINT fk_dataset_image_image_id_image FOREIGN KEY(image_id) REFERENCES image (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
CREATE TABLE dataset_set (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	dataset_id VARCHAR(32) NOT NULL, 
	name VARCHAR(50) NOT NULL, 
	role VARCHAR(10) NOT NULL, 
	position INTEGER NOT NULL, 
	CONSTRAINT fk_dataset_set_dataset_id_dataset FOREIGN KEY(dataset_id) REFERENCES dataset (id) ON DELETE CASCADE, 
	CONSTRAINT uq_dataset_set_dataset_id_name UNIQUE (dataset_id, name)
);
CREATE TABLE "evaluation" (
	id VARCHAR(32) NOT NULL, 
	version_id VARCHAR(32), 
	run_id VARCHAR(32), 
	snapshot_id VARCHAR(64), 
	split VARCHAR(20) NOT NULL, 
	created_at DATETIME NOT NULL, 
	content JSON NOT NULL, 
	set_id VARCHAR(32), 
	name VARCHAR(200) DEFAULT '' NOT NULL, 
	note VARCHAR DEFAULT '' NOT NULL, 
	CONSTRAINT pk_evaluation PRIMARY KEY (id), 
	CONSTRAINT fk_evaluation_version_id_model_version FOREIGN KEY(version_id) REFERENCES model_version (id) ON DELETE CASCADE
);
INSERT INTO "evaluation" VALUES('b10c8b852953937d4c15d38630ea6466','01a2241972f6650067cb39fc9f1d5c04','01900190019001900190019001900190','abababababababababababababababababababababababababababababababab','test','2026-03-01 12:00:00.000000','{"format": 2, "split": "test", "headline": "map50_95", "about": "COCO protocol, at most 300 detections an image and class.", "settings": {"max_detections": 300}, "measures": [{"name": "precision", "title": "P", "help": "TP / (TP + FP): how many of the found objects are right.", "group": "boxes", "kind": "ratio", "higher_is_better": true, "digits": 3, "at": "threshold"}, {"name": "recall", "title": "R", "help": "TP / (TP + FN): how many of the objects were found.", "group": "boxes", "kind": "ratio", "higher_is_better": true, "digits": 3, "at": "threshold"}, {"name": "map50", "title": "mAP50", "help": "Mean over classes of the average precision of boxes at IoU 0.50. Higher is better.", "group": "boxes", "kind": "ratio", "higher_is_better": true, "digits": 3, "at": ""}, {"name": "map50_95", "title": "mAP50-95", "help": "Mean over classes and over IoU 0.50 to 0.95 in steps of 0.05 of the average precision of boxes.", "group": "boxes", "kind": "ratio", "higher_is_better": true, "digits": 3, "at": ""}, {"name": "threshold", "title": "threshold", "help": "The confidence where the row''s F1 is highest.", "group": "boxes", "kind": "threshold", "higher_is_better": true, "digits": 3, "at": ""}], "rows": [{"category": null, "n_images": 2, "n_instances": 3, "values": {"precision": 0.5, "recall": 0.5, "map50": 0.75, "map50_95": 0.5, "threshold": null}}], "notes": []}',NULL,'','');
CREATE TABLE folder (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	project_id VARCHAR(32) NOT NULL, 
	path BLOB NOT NULL, n_images INTEGER DEFAULT '0' NOT NULL, n_annotated INTEGER DEFAULT '0' NOT NULL, n_annotations INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT fk_folder_project_id_project FOREIGN KEY(project_id) REFERENCES project (id) ON DELETE CASCADE, 
	CONSTRAINT uq_folder_project_id_path UNIQUE (project_id, path)
);
INSERT INTO "folder" VALUES(1,'01a2241972a845de9f0c69fd2462c560',X'61',2,2,3);
INSERT INTO "folder" VALUES(2,'01a2241972a845de9f0c69fd2462c560',X'62',1,0,0);
CREATE TABLE folder_category (
	folder_id INTEGER NOT NULL, 
	category_id INTEGER NOT NULL, 
	n_annotations INTEGER NOT NULL, 
	n_images INTEGER NOT NULL, 
	CONSTRAINT pk_folder_category PRIMARY KEY (folder_id, category_id), 
	CONSTRAINT fk_folder_category_folder_id_folder FOREIGN KEY(folder_id) REFERENCES folder (id) ON DELETE CASCADE, 
	CONSTRAINT fk_folder_category_category_id_category FOREIGN KEY(category_id) REFERENCES category (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
INSERT INTO "folder_category" VALUES(1,1,2,2);
INSERT INTO "folder_category" VALUES(1,2,1,1);
CREATE TABLE image (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	project_id VARCHAR(32) NOT NULL, 
	folder_id INTEGER NOT NULL, 
	path BLOB NOT NULL, 
	search_name VARCHAR(255) NOT NULL, 
	width INTEGER NOT NULL, 
	height INTEGER NOT NULL, 
	orientation SMALLINT NOT NULL, 
	sha256 BLOB NOT NULL, 
	n_bytes BIGINT NOT NULL, 
	mtime_ns BIGINT NOT NULL, 
	state VARCHAR(10) NOT NULL, 
	damage VARCHAR(1000) NOT NULL, 
	n_annotations INTEGER NOT NULL, 
	is_annotated BOOLEAN NOT NULL, revision INTEGER DEFAULT '0' NOT NULL, white INTEGER DEFAULT '0' NOT NULL, stated_set VARCHAR(20) DEFAULT '' NOT NULL, details TEXT, added_at DATETIME, 
	CONSTRAINT fk_image_folder_id_folder FOREIGN KEY(folder_id) REFERENCES folder (id) ON DELETE CASCADE, 
	CONSTRAINT fk_image_project_id_project FOREIGN KEY(project_id) REFERENCES project (id) ON DELETE CASCADE, 
	CONSTRAINT uq_image_project_id_path UNIQUE (project_id, path)
);
INSERT INTO "image" VALUES(1,'01a2241972a845de9f0c69fd2462c560',1,X'612F312E706E67','1.png',640,480,1,X'0000000000000000000000000000000000000000000000000000000000000000',1000,1,'ok','',2,1,1,0,'',NULL,'2026-11-28 21:39:37.287137');
INSERT INTO "image" VALUES(2,'01a2241972a845de9f0c69fd2462c560',1,X'612F322E706E67','2.png',640,480,1,X'0000000000000000000000000000000000000000000000000000000000000001',1000,1,'ok','',1,1,1,0,'',NULL,'2026-11-28 21:39:37.287137');
INSERT INTO "image" VALUES(3,'01a2241972a845de9f0c69fd2462c560',2,X'622FFF2E706E67','\xff.png',640,480,1,X'0000000000000000000000000000000000000000000000000000000000000002',1000,1,'ok','',0,0,0,0,'',NULL,'2026-11-28 21:39:37.287137');
CREATE TABLE image_block (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	project_id VARCHAR(32) NOT NULL, 
	number INTEGER NOT NULL, 
	n_images INTEGER NOT NULL, 
	folders BLOB NOT NULL, 
	content BLOB NOT NULL, 
	hashes BLOB NOT NULL, 
	CONSTRAINT fk_image_block_project_id_project FOREIGN KEY(project_id) REFERENCES project (id) ON DELETE CASCADE, 
	CONSTRAINT uq_image_block_project_id_number UNIQUE (project_id, number)
);
CREATE TABLE image_change (
	project_id VARCHAR(32) NOT NULL, 
	revision INTEGER NOT NULL, 
	images BLOB, 
	CONSTRAINT pk_image_change PRIMARY KEY (project_id, revision), 
	CONSTRAINT fk_image_change_project_id_project FOREIGN KEY(project_id) REFERENCES project (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
INSERT INTO "image_change" VALUES('01a2241972a845de9f0c69fd2462c560',1,X'');
INSERT INTO "image_change" VALUES('01a2241972a845de9f0c69fd2462c560',2,X'');
INSERT INTO "image_change" VALUES('01a2241972a845de9f0c69fd2462c560',3,X'01000000000000000200000000000000');
CREATE TABLE image_tag (
	image_id INTEGER NOT NULL, 
	tag VARCHAR(40) NOT NULL, 
	note VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_image_tag PRIMARY KEY (image_id, tag), 
	CONSTRAINT fk_image_tag_image_id_image FOREIGN KEY(image_id) REFERENCES image (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
CREATE TABLE import_report (
	id INTEGER NOT NULL, 
	project_id VARCHAR(32) NOT NULL, 
	imported_at DATETIME NOT NULL, 
	source BLOB NOT NULL, 
	format VARCHAR(100) NOT NULL, 
	n_images INTEGER NOT NULL, 
	n_new_images INTEGER NOT NULL, 
	n_annotations INTEGER NOT NULL, 
	n_new_annotations INTEGER NOT NULL, 
	n_problems INTEGER NOT NULL, 
	content JSON NOT NULL, 
	CONSTRAINT pk_import_report PRIMARY KEY (id), 
	CONSTRAINT fk_import_report_project_id_project FOREIGN KEY(project_id) REFERENCES project (id) ON DELETE CASCADE
);
CREATE TABLE label_review (
	id INTEGER NOT NULL, 
	image_id INTEGER NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	verdict VARCHAR(20) NOT NULL, 
	category VARCHAR(1000) NOT NULL, 
	x0 DOUBLE NOT NULL, 
	y0 DOUBLE NOT NULL, 
	x1 DOUBLE NOT NULL, 
	y1 DOUBLE NOT NULL, 
	source VARCHAR(500) NOT NULL, 
	note VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_label_review PRIMARY KEY (id), 
	CONSTRAINT fk_label_review_image_id_image FOREIGN KEY(image_id) REFERENCES image (id) ON DELETE CASCADE
);
CREATE TABLE "model" (
	id VARCHAR(32) NOT NULL, 
	project_id VARCHAR(32), 
	name VARCHAR(200) NOT NULL, 
	task VARCHAR(20) NOT NULL, 
	categories JSON NOT NULL, 
	description VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	last_number INTEGER NOT NULL, 
	deleted_at DATETIME, 
	CONSTRAINT pk_model PRIMARY KEY (id), 
	CONSTRAINT fk_model_project_id_project FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "model" VALUES('01a2241972effcfbbbb0da2a6c1d0fdf','01a2241972a845de9f0c69fd2462c560','Lines','detection','["line", "initial"]','','2026-11-28 21:39:37.327346',1,NULL);
CREATE TABLE model_version (
	id VARCHAR(32) NOT NULL, 
	model_id VARCHAR(32) NOT NULL, 
	number INTEGER NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	status VARCHAR(20) NOT NULL, 
	created_at DATETIME NOT NULL, 
	worker VARCHAR(100) NOT NULL, 
	worker_version VARCHAR(200) NOT NULL, 
	architecture VARCHAR(100) NOT NULL, 
	parent_id VARCHAR(32), 
	run_id VARCHAR(32), 
	snapshot_id VARCHAR(64), 
	headline_metric VARCHAR(100), 
	headline_value DOUBLE, 
	headline_split VARCHAR(20), 
	duration_s DOUBLE, 
	is_partial BOOLEAN NOT NULL, 
	folder BLOB, 
	weights_sha256 VARCHAR(64) NOT NULL, 
	content_sha256 VARCHAR(64) NOT NULL, 
	deleted_at DATETIME, description VARCHAR DEFAULT '' NOT NULL, project_id VARCHAR(32), imported_at DATETIME, thresholds JSON, is_current BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_model_version PRIMARY KEY (id), 
	CONSTRAINT fk_model_version_model_id_model FOREIGN KEY(model_id) REFERENCES model (id), 
	CONSTRAINT fk_model_version_parent_id_model_version FOREIGN KEY(parent_id) REFERENCES model_version (id), 
	CONSTRAINT uq_model_version_model_id_number UNIQUE (model_id, number)
);
INSERT INTO "model_version" VALUES('01a2241972f6650067cb39fc9f1d5c04','01a2241972effcfbbbb0da2a6c1d0fdf',1,'first','Available','2026-11-28 21:39:37.334637','yolo-detect','0.1.0','yolo11n',NULL,'01900190019001900190019001900190',NULL,'map50_95',0.5,'test',60.0,0,X'2F686F6D652F6D6F64656C732F6364','efefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef','cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd',NULL,'','01a2241972a845de9f0c69fd2462c560',NULL,NULL,0);
CREATE TABLE overruled_import (
	id INTEGER NOT NULL, 
	image_id INTEGER NOT NULL, 
	category VARCHAR(255), 
	kind VARCHAR(10) NOT NULL, 
	x0 DOUBLE, 
	y0 DOUBLE, 
	x1 DOUBLE, 
	y1 DOUBLE, 
	points BLOB, 
	is_crowd BOOLEAN NOT NULL, 
	details TEXT, 
	CONSTRAINT pk_overruled_import PRIMARY KEY (id), 
	CONSTRAINT ck_overruled_import_has_corners CHECK (kind = 'image' OR (x0 IS NOT NULL AND y0 IS NOT NULL AND x1 IS NOT NULL AND y1 IS NOT NULL)), 
	CONSTRAINT fk_overruled_import_image_id_image FOREIGN KEY(image_id) REFERENCES image (id) ON DELETE CASCADE
);
CREATE TABLE prediction_set (
	id VARCHAR(32) NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	created_at DATETIME NOT NULL, 
	version_id VARCHAR(32), 
	version_label VARCHAR(500) NOT NULL, 
	worker VARCHAR(100) NOT NULL, 
	run_id VARCHAR(32), 
	project_id VARCHAR(32), 
	snapshot_id VARCHAR(64), 
	split VARCHAR(20), 
	path BLOB NOT NULL, 
	categories JSON NOT NULL, 
	settings JSON NOT NULL, 
	n_images INTEGER NOT NULL, 
	n_predictions BIGINT NOT NULL, 
	n_bytes BIGINT NOT NULL, 
	has_truth BOOLEAN NOT NULL, 
	has_masks BOOLEAN NOT NULL, 
	CONSTRAINT pk_prediction_set PRIMARY KEY (id)
);
CREATE TABLE project (
	id VARCHAR(32) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	root BLOB NOT NULL, 
	created_at DATETIME NOT NULL, 
	opened_at DATETIME, 
	removed_at DATETIME, revision INTEGER DEFAULT '0' NOT NULL, purged_at DATETIME, 
	CONSTRAINT pk_project PRIMARY KEY (id)
);
INSERT INTO "project" VALUES('01a2241972a845de9f0c69fd2462c560','Parish',X'2F646174612F706172697368','2026-11-28 21:39:37.271498',NULL,NULL,3,NULL);
CREATE TABLE run (
	id VARCHAR(32) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	project_id VARCHAR(32) NOT NULL, 
	worker VARCHAR(100) NOT NULL, 
	worker_version VARCHAR(200) NOT NULL, 
	model_id VARCHAR(32), 
	version_id VARCHAR(32), 
	snapshot_id VARCHAR(64), 
	status VARCHAR(20) NOT NULL, 
	reason VARCHAR NOT NULL, 
	stage VARCHAR(20), 
	progress DOUBLE NOT NULL, 
	device VARCHAR(100) NOT NULL, 
	attempt INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	started_at DATETIME, 
	ended_at DATETIME, 
	folder BLOB NOT NULL, 
	ingested_seq INTEGER NOT NULL, description VARCHAR DEFAULT '' NOT NULL, epochs_done INTEGER, epochs_planned INTEGER, 
	CONSTRAINT pk_run PRIMARY KEY (id), 
	CONSTRAINT fk_run_model_id_model FOREIGN KEY(model_id) REFERENCES model (id), 
	CONSTRAINT fk_run_project_id_project FOREIGN KEY(project_id) REFERENCES project (id), 
	CONSTRAINT fk_run_version_id_model_version FOREIGN KEY(version_id) REFERENCES model_version (id)
);
INSERT INTO "run" VALUES('01900190019001900190019001900190','First run','training','01a2241972a845de9f0c69fd2462c560','yolo-detect','0.1.0','01a2241972effcfbbbb0da2a6c1d0fdf','01a2241972f6650067cb39fc9f1d5c04','abababababababababababababababababababababababababababababababab','Success','all epochs','publish',1.0,'cpu',1,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',X'2F686F6D652F72756E732F30313930',2,'',NULL,NULL);
CREATE TABLE run_metric (
	run_id VARCHAR(32) NOT NULL, 
	seq INTEGER NOT NULL, 
	name VARCHAR(100) NOT NULL, 
	split VARCHAR(20) NOT NULL, 
	step INTEGER NOT NULL, 
	epoch DOUBLE NOT NULL, 
	value DOUBLE, 
	CONSTRAINT pk_run_metric PRIMARY KEY (run_id, seq, name), 
	CONSTRAINT fk_run_metric_run_id_run FOREIGN KEY(run_id) REFERENCES run (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
INSERT INTO "run_metric" VALUES('01900190019001900190019001900190',1,'loss','batch',0,0.0,1.5);
INSERT INTO "run_metric" VALUES('01900190019001900190019001900190',2,'loss','batch',1,0.1,NULL);
CREATE TABLE saved_filter (
	id VARCHAR(32) NOT NULL, 
	project_id VARCHAR(32) NOT NULL, 
	name VARCHAR(100) NOT NULL, 
	content TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	changed_at DATETIME NOT NULL, 
	CONSTRAINT pk_saved_filter PRIMARY KEY (id), 
	CONSTRAINT fk_saved_filter_project_id_project FOREIGN KEY(project_id) REFERENCES project (id) ON DELETE CASCADE, 
	CONSTRAINT uq_saved_filter_project_id_name UNIQUE (project_id, name)
);
CREATE TABLE snapshot (
	id VARCHAR(64) NOT NULL, 
	project_id VARCHAR(32) NOT NULL, 
	number INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	categories JSON NOT NULL, 
	counts JSON NOT NULL, 
	CONSTRAINT pk_snapshot PRIMARY KEY (id, project_id), 
	CONSTRAINT fk_snapshot_project_id_project FOREIGN KEY(project_id) REFERENCES project (id), 
	CONSTRAINT uq_snapshot_project_id_number UNIQUE (project_id, number)
);
INSERT INTO "snapshot" VALUES('abababababababababababababababababababababababababababababababab','01a2241972a845de9f0c69fd2462c560',1,'2026-03-01 12:00:00.000000','["line"]','{"train": {"images": 2, "objects": 2, "categories": []}}');
CREATE TABLE trashed_image (
	id INTEGER NOT NULL, 
	project_id VARCHAR(32) NOT NULL, 
	path BLOB NOT NULL, 
	removed_at DATETIME NOT NULL, 
	n_annotations INTEGER NOT NULL, 
	content JSON NOT NULL, 
	CONSTRAINT pk_trashed_image PRIMARY KEY (id), 
	CONSTRAINT fk_trashed_image_project_id_project FOREIGN KEY(project_id) REFERENCES project (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX uq_project_name_present ON project (name) WHERE removed_at IS NULL;
CREATE INDEX ix_image_folder_id_is_annotated_n_annotations ON image (folder_id, is_annotated, n_annotations);
CREATE INDEX ix_annotation_category_id_image_id_source ON annotation (category_id, image_id, source);
CREATE INDEX ix_annotation_image_id ON annotation (image_id);
CREATE INDEX ix_model_version_parent_id ON model_version (parent_id);
CREATE INDEX ix_model_version_run_id ON model_version (run_id);
CREATE INDEX ix_run_created_at ON run (created_at);
CREATE INDEX ix_run_project_id ON run (project_id);
CREATE INDEX ix_run_status ON run (status);
CREATE TRIGGER snapshot_no_UPDATE BEFORE UPDATE ON snapshot
BEGIN SELECT RAISE(ABORT, 'a frozen dataset cannot be changed'); END;
CREATE TRIGGER snapshot_no_DELETE BEFORE DELETE ON snapshot
BEGIN SELECT RAISE(ABORT, 'a frozen dataset cannot be changed'); END;
CREATE INDEX ix_folder_category_category_id ON folder_category (category_id);
CREATE INDEX ix_image_stated_set ON image (project_id, stated_set) WHERE stated_set != '';
CREATE UNIQUE INDEX uq_model_name_present ON model (project_id, name) WHERE deleted_at IS NULL;
CREATE INDEX ix_prediction_set_version_id ON prediction_set (version_id);
CREATE INDEX ix_prediction_set_run_id ON prediction_set (run_id);
CREATE INDEX ix_prediction_set_project_id ON prediction_set (project_id);
CREATE INDEX ix_evaluation_run_id ON evaluation (run_id);
CREATE INDEX ix_evaluation_version_id ON evaluation (version_id);
CREATE INDEX ix_evaluation_set_id ON evaluation (set_id);
CREATE INDEX ix_annotation_by_models ON annotation (image_id) WHERE source = 'model';
CREATE INDEX ix_image_tag_tag ON image_tag (tag);
CREATE INDEX ix_label_review_image_id ON label_review (image_id);
CREATE INDEX ix_import_report_project_id ON import_report (project_id);
CREATE INDEX ix_annotation_author ON annotation (author, image_id) WHERE author IS NOT NULL;
CREATE UNIQUE INDEX uq_dataset_name_present ON dataset (project_id, name) WHERE deleted_at IS NULL;
CREATE INDEX ix_dataset_snapshot_id ON dataset (snapshot_id);
CREATE INDEX ix_dataset_image_image_id ON dataset_image (image_id);
CREATE INDEX ix_trashed_image_project_id_removed_at ON trashed_image (project_id, removed_at);
CREATE INDEX ix_overruled_import_image_id ON overruled_import (image_id);
CREATE TRIGGER dataset_set_no_insert BEFORE INSERT ON dataset_set
WHEN (SELECT state FROM dataset WHERE id = NEW.dataset_id) = 'complete'
 AND (SELECT deleted_at FROM dataset WHERE id = NEW.dataset_id) IS NULL
BEGIN SELECT RAISE(ABORT, 'a frozen dataset cannot be changed'); END;
CREATE TRIGGER dataset_set_no_update BEFORE UPDATE ON dataset_set
WHEN (SELECT state FROM dataset WHERE id = OLD.dataset_id) = 'complete'
 AND (SELECT deleted_at FROM dataset WHERE id = OLD.dataset_id) IS NULL
BEGIN SELECT RAISE(ABORT, 'a frozen dataset cannot be changed'); END;
CREATE TRIGGER dataset_set_no_delete BEFORE DELETE ON dataset_set
WHEN (SELECT state FROM dataset WHERE id = OLD.dataset_id) = 'complete'
 AND (SELECT deleted_at FROM dataset WHERE id = OLD.dataset_id) IS NULL
BEGIN SELECT RAISE(ABORT, 'a frozen dataset cannot be changed'); END;
CREATE TRIGGER dataset_image_no_insert BEFORE INSERT ON dataset_image
WHEN (SELECT state FROM dataset JOIN dataset_set ON dataset_id = dataset.id WHERE dataset_set.id = NEW.set_id)
 = 'complete'
BEGIN SELECT RAISE(ABORT, 'a frozen dataset cannot be changed'); END;
CREATE TRIGGER dataset_image_no_update BEFORE UPDATE ON dataset_image
WHEN 'complete' IN (SELECT state FROM dataset JOIN dataset_set ON dataset_id = dataset.id
 WHERE dataset_set.id IN (OLD.set_id, NEW.set_id))
BEGIN SELECT RAISE(ABORT, 'a frozen dataset cannot be changed'); END;
CREATE TRIGGER dataset_no_update BEFORE UPDATE OF project_id, snapshot_id, version, frozen_at ON dataset
WHEN OLD.snapshot_id IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a frozen dataset cannot be changed'); END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('category',2);
INSERT INTO "sqlite_sequence" VALUES('folder',2);
INSERT INTO "sqlite_sequence" VALUES('image',3);
INSERT INTO "sqlite_sequence" VALUES('annotation',3);
COMMIT;

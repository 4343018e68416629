-- Attachments: the bytes lie in the object store, the rows here.

CREATE TABLE file_blob (
    sha256 {KEY} NOT NULL PRIMARY KEY,
    -- Where the bytes lie. A key is never used twice, so that sweeping and uploading cannot meet.
    storage_key {KEY} NOT NULL UNIQUE,
    size_bytes BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE file (
    id {KEY} NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    media_type {KEY} NOT NULL,
    size_bytes BIGINT NOT NULL,
    sha256 {KEY} NOT NULL REFERENCES file_blob (sha256),
    organisation {KEY} NOT NULL,
    uploaded_by {KEY} NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX file_sha256 ON file (sha256);
CREATE INDEX file_created_at ON file (created_at, id);

-- Which records have taken a file up; a file without any is swept.
CREATE TABLE file_link (
    subject {KEY} NOT NULL,
    file {KEY} NOT NULL REFERENCES file (id),
    PRIMARY KEY (subject, file)
);
CREATE INDEX file_link_file ON file_link (file);

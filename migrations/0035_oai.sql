-- What the OAI-PMH outlet shows: each published record once, with the second of its last change; deletions stay.
CREATE TABLE oai_record (
    subject {KEY} NOT NULL PRIMARY KEY,
    stamp TIMESTAMP NOT NULL,
    seq BIGINT NOT NULL,
    version BIGINT NOT NULL,
    kind {KEY} NOT NULL,
    field {KEY} NOT NULL,
    division {KEY} NOT NULL,
    deleted BOOLEAN NOT NULL,
    public TEXT
);
CREATE INDEX oai_record_stamp ON oai_record (stamp, subject);
CREATE INDEX oai_record_kind ON oai_record (kind, stamp, subject);
CREATE INDEX oai_record_field ON oai_record (field, stamp, subject);
CREATE INDEX oai_record_division ON oai_record (division, stamp, subject);

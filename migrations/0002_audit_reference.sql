-- Trail of confidential reads and official acts; versions of records; the reference data of a city.

CREATE TABLE audit_entry (
    id {KEY} NOT NULL PRIMARY KEY,
    at TIMESTAMP NOT NULL,
    actor {KEY} NOT NULL,
    user_id {KEY},
    organisation_id {KEY},
    organisation_name TEXT NOT NULL,
    act {KEY} NOT NULL,
    subject {KEY} NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX audit_entry_at ON audit_entry (at, id);
CREATE INDEX audit_entry_subject ON audit_entry (subject, at, id);
CREATE INDEX audit_entry_user ON audit_entry (user_id, at, id);
CREATE INDEX audit_entry_act ON audit_entry (act, at, id);

CREATE TABLE revision (
    subject {KEY} NOT NULL,
    version BIGINT NOT NULL,
    at TIMESTAMP NOT NULL,
    actor {KEY} NOT NULL,
    user_id {KEY},
    organisation_id {KEY},
    organisation_name TEXT NOT NULL,
    reason TEXT NOT NULL,
    fields TEXT NOT NULL,
    PRIMARY KEY (subject, version)
);

-- The trail is only ever added to; the database itself refuses anything else.
-- @sqlite
CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry
BEGIN SELECT RAISE(ABORT, 'the trail is never changed'); END;
CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry
BEGIN SELECT RAISE(ABORT, 'the trail is never changed'); END;
CREATE TRIGGER revision_no_update BEFORE UPDATE ON revision
BEGIN SELECT RAISE(ABORT, 'a revision is never changed'); END;
CREATE TRIGGER revision_no_delete BEFORE DELETE ON revision
BEGIN SELECT RAISE(ABORT, 'a revision is never changed'); END;
-- @postgres
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the trail is never changed'; END $$;
CREATE TRIGGER audit_entry_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER revision_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON revision
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
-- @all

CREATE TABLE division (
    code {KEY} NOT NULL PRIMARY KEY,
    parent {KEY} NOT NULL,
    level {KEY} NOT NULL,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    plan_unit BOOLEAN NOT NULL,
    position INTEGER NOT NULL
);
CREATE INDEX division_parent ON division (parent, position);

-- A year whose public holidays are known.
CREATE TABLE calendar_year (
    year INTEGER NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    source TEXT NOT NULL,
    imported_at TIMESTAMP NOT NULL,
    imported_by {KEY} NOT NULL
);

-- Days that differ from the plain week: holidays, and weekend days worked to make up for them.
CREATE TABLE calendar_day (
    day DATE NOT NULL PRIMARY KEY,
    year INTEGER NOT NULL,
    kind {KEY} NOT NULL,
    name TEXT NOT NULL
);
CREATE INDEX calendar_day_year ON calendar_day (year, day);

CREATE TABLE regulation_profile (
    code {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    effective_from DATE,
    confirmed BOOLEAN NOT NULL,
    body TEXT NOT NULL,
    changed_at TIMESTAMP NOT NULL
);

-- Every version that a profile ever had, the present one included.
CREATE TABLE regulation_profile_version (
    code {KEY} NOT NULL,
    version BIGINT NOT NULL,
    effective_from DATE,
    confirmed BOOLEAN NOT NULL,
    body TEXT NOT NULL,
    reason TEXT NOT NULL,
    changed_at TIMESTAMP NOT NULL,
    changed_by {KEY} NOT NULL,
    PRIMARY KEY (code, version)
);

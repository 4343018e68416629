-- Credit of the units that trade technology: good and bad records, and who is barred.

CREATE TABLE credit_record (
    id {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    state {KEY} NOT NULL,
    kind {KEY} NOT NULL,
    level {KEY} NOT NULL,
    credit_code {KEY} NOT NULL,
    unit_name TEXT NOT NULL,
    title TEXT NOT NULL,
    source TEXT NOT NULL,
    source_number TEXT NOT NULL,
    effective_on DATE NOT NULL,
    -- Null: stands until it is lifted. A record that bars always ends.
    expires_on DATE,
    -- Appeal, its answer, why it was lifted.
    process TEXT NOT NULL,
    recorded_by {KEY} NOT NULL,
    recorded_by_organisation {KEY} NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX credit_record_unit ON credit_record (credit_code, level);
CREATE INDEX credit_record_level ON credit_record (level, id);

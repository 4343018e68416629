-- Statistics of registered contracts, and the releases that publish them.

-- One row for each contract that is or was registered, as it stands now: what the tables count by.
CREATE TABLE statistics_record (
    contract {KEY} NOT NULL PRIMARY KEY,
    number {KEY} NOT NULL,
    state {KEY} NOT NULL,
    edition INTEGER NOT NULL,
    office {KEY} NOT NULL,
    registered_on DATE NOT NULL,
    -- YYYY-MM of registered_on.
    month {KEY} NOT NULL,
    title TEXT NOT NULL,
    class {KEY} NOT NULL,
    sub_type {KEY} NOT NULL,
    technical_field {KEY} NOT NULL,
    -- The first right that the form names: each contract counts once.
    ip_kind {KEY} NOT NULL,
    plan_source {KEY} NOT NULL,
    industry {KEY} NOT NULL,
    objective {KEY} NOT NULL,
    seller_name TEXT NOT NULL,
    seller_code {KEY} NOT NULL,
    seller_kind {KEY} NOT NULL,
    seller_division {KEY} NOT NULL,
    buyer_name TEXT NOT NULL,
    buyer_code {KEY} NOT NULL,
    buyer_kind {KEY} NOT NULL,
    buyer_division {KEY} NOT NULL,
    total_fen BIGINT NOT NULL,
    technical_fen BIGINT NOT NULL,
    estimated BOOLEAN NOT NULL
);
CREATE INDEX statistics_record_day ON statistics_record (registered_on, number);
CREATE INDEX statistics_record_office ON statistics_record (office, registered_on, number);

-- OCDS: one release for each act, as it was published; never changed.
CREATE TABLE statistics_release (
    seq BIGINT NOT NULL PRIMARY KEY,
    contract {KEY} NOT NULL,
    ocid {KEY} NOT NULL,
    at TIMESTAMP NOT NULL,
    document TEXT NOT NULL
);
CREATE INDEX statistics_release_contract ON statistics_release (contract, seq);

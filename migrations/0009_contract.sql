-- Registration of technical contracts.

CREATE TABLE contract (
    id {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    applicant {KEY} NOT NULL,
    created_by {KEY} NOT NULL,
    state {KEY} NOT NULL,
    office {KEY},
    title TEXT NOT NULL,
    class {KEY} NOT NULL,
    sub_type {KEY} NOT NULL,
    technical_field {KEY} NOT NULL,
    seller_urn {KEY} NOT NULL,
    seller_name TEXT NOT NULL,
    seller_code {KEY} NOT NULL,
    seller_division {KEY} NOT NULL,
    buyer_urn {KEY} NOT NULL,
    buyer_name TEXT NOT NULL,
    buyer_code {KEY} NOT NULL,
    buyer_division {KEY} NOT NULL,
    total_fen BIGINT NOT NULL,
    technical_fen BIGINT NOT NULL,
    -- What makes two applications the same deal; null while the draft says too little.
    deal_key {KEY},
    profile {KEY} NOT NULL,
    accepted_on DATE,
    -- What an office's work list is ordered by; 9999-12-31 where nothing is due.
    due_on DATE NOT NULL,
    number {KEY} UNIQUE,
    registered_on DATE,
    engagement {KEY},
    form TEXT NOT NULL,
    casework TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX contract_applicant ON contract (applicant, id);
CREATE INDEX contract_seller ON contract (seller_code, id);
CREATE INDEX contract_buyer ON contract (buyer_code, id);
CREATE INDEX contract_deal ON contract (deal_key);
CREATE INDEX contract_due ON contract (office, due_on, id);
CREATE INDEX contract_register ON contract (office, registered_on, number);

-- Every step of a case: actor, time, opinion.
CREATE TABLE contract_step (
    contract {KEY} NOT NULL REFERENCES contract (id),
    position INTEGER NOT NULL,
    at TIMESTAMP NOT NULL,
    kind {KEY} NOT NULL,
    version BIGINT NOT NULL,
    -- Null for a job of this node.
    actor {KEY},
    actor_name TEXT NOT NULL,
    organisation {KEY},
    organisation_name TEXT NOT NULL,
    opinion TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (contract, position)
);

CREATE TABLE contract_attachment (
    contract {KEY} NOT NULL REFERENCES contract (id),
    file {KEY} NOT NULL,
    position INTEGER NOT NULL,
    kind {KEY} NOT NULL,
    name TEXT NOT NULL,
    media_type {KEY} NOT NULL,
    size_bytes BIGINT NOT NULL,
    sha256 {KEY} NOT NULL,
    PRIMARY KEY (contract, file)
);
CREATE INDEX contract_attachment_text ON contract_attachment (sha256, kind);

-- What was registered, edition by edition. Never changed: an amendment adds the next edition.
CREATE TABLE contract_edition (
    contract {KEY} NOT NULL REFERENCES contract (id),
    edition INTEGER NOT NULL,
    number {KEY} NOT NULL,
    -- Printed on the certificate: whoever has it may see the certificate.
    code {KEY} NOT NULL,
    at TIMESTAMP NOT NULL,
    office {KEY} NOT NULL,
    office_name TEXT NOT NULL,
    registrar TEXT NOT NULL,
    total_fen BIGINT NOT NULL,
    technical_fen BIGINT NOT NULL,
    reason TEXT NOT NULL,
    form TEXT NOT NULL,
    PRIMARY KEY (contract, edition)
);
CREATE UNIQUE INDEX contract_edition_number ON contract_edition (number, edition);

-- The last serial given for the first ten digits of a number: year, division, office.
CREATE TABLE contract_counter (
    prefix {KEY} NOT NULL PRIMARY KEY,
    last BIGINT NOT NULL
);

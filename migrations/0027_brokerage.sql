-- Brokerage: technology managers, mandates between a party and a broker, the contracts that they brought about as
-- the change log tells of them, and the commissions computed on these.

CREATE TABLE technology_manager (
    id {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    state {KEY} NOT NULL,
    agency {KEY} NOT NULL,
    agency_name TEXT NOT NULL,
    name TEXT NOT NULL,
    certificate {KEY} NOT NULL,
    level {KEY} NOT NULL,
    -- Codes of technical fields, as JSON.
    fields TEXT NOT NULL,
    certified_on DATE NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX technology_manager_agency ON technology_manager (agency, state, id);
-- A certificate is one person's at one agency at a time.
CREATE UNIQUE INDEX technology_manager_certificate ON technology_manager (certificate) WHERE state = 'active';

CREATE TABLE mandate (
    id {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    state {KEY} NOT NULL,
    title TEXT NOT NULL,
    client_urn {KEY} NOT NULL,
    client_name TEXT NOT NULL,
    client_code {KEY} NOT NULL,
    broker_urn {KEY} NOT NULL,
    broker_name TEXT NOT NULL,
    broker_code {KEY} NOT NULL,
    proposed_by {KEY} NOT NULL,
    about {KEY},
    -- Fee and who pays it: one typed document.
    terms TEXT NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE NOT NULL,
    manager {KEY} REFERENCES technology_manager (id),
    -- Registration number of the broker's own intermediary contract.
    intermediary {KEY},
    reason TEXT NOT NULL,
    accepted_at TIMESTAMP,
    ended_on DATE,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX mandate_client ON mandate (client_urn, id);
CREATE INDEX mandate_broker ON mandate (broker_urn, id);
CREATE INDEX mandate_manager ON mandate (manager);

-- Registered contracts, from the facts of their changes.
CREATE TABLE brokerage_contract (
    contract {KEY} NOT NULL PRIMARY KEY,
    number {KEY} NOT NULL UNIQUE,
    sub_type {KEY} NOT NULL,
    seller {KEY} NOT NULL,
    seller_code {KEY} NOT NULL,
    buyer {KEY} NOT NULL,
    buyer_code {KEY} NOT NULL,
    engagement {KEY},
    total_fen BIGINT NOT NULL,
    technical_fen BIGINT NOT NULL,
    registered_on DATE NOT NULL,
    -- Neither cancelled nor revoked, and its amount is final.
    counts BOOLEAN NOT NULL,
    seq BIGINT NOT NULL
);

-- Engagements with a broker, from the facts of their changes.
CREATE TABLE brokerage_engagement (
    engagement {KEY} NOT NULL PRIMARY KEY,
    about {KEY} NOT NULL,
    broker {KEY} NOT NULL
);

-- A contract that the broker claims under a mandate; it counts when the client has agreed.
CREATE TABLE mandate_claim (
    mandate {KEY} NOT NULL REFERENCES mandate (id),
    contract {KEY} NOT NULL REFERENCES brokerage_contract (contract),
    number {KEY} NOT NULL,
    agreed BOOLEAN NOT NULL,
    claimed_at TIMESTAMP NOT NULL,
    agreed_at TIMESTAMP,
    PRIMARY KEY (mandate, contract)
);
CREATE INDEX mandate_claim_contract ON mandate_claim (contract);

-- One line for each cause: what the fee is after it, less what was booked before.
CREATE TABLE commission (
    id {KEY} NOT NULL PRIMARY KEY,
    mandate {KEY} NOT NULL REFERENCES mandate (id),
    broker {KEY} NOT NULL,
    client {KEY} NOT NULL,
    contract {KEY} NOT NULL,
    number {KEY} NOT NULL,
    cause_seq BIGINT NOT NULL,
    cause_kind {KEY} NOT NULL,
    base_fen BIGINT NOT NULL,
    amount_fen BIGINT NOT NULL,
    client_fen BIGINT NOT NULL,
    day DATE NOT NULL,
    at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX commission_cause ON commission (mandate, contract, cause_seq);
CREATE INDEX commission_broker ON commission (broker, day, id);
CREATE INDEX commission_contract ON commission (contract);

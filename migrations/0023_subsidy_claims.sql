-- Claims of enterprises, incubators and offices with their evidence; linked enterprises; draft lists that are
-- publicised, and objections to them.

CREATE TABLE subsidy_claim (
    id {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    -- Scheme, year and serial number: breaks ties, names the fact.
    number {KEY} NOT NULL UNIQUE,
    state TEXT NOT NULL,
    scheme {KEY} NOT NULL,
    scheme_version INTEGER NOT NULL,
    -- What is claimed for: a contract, a certificate, a year; and the key under which there is one claim.
    subject {KEY} NOT NULL,
    once_key {KEY} NOT NULL,
    beneficiary {KEY} NOT NULL,
    beneficiary_name TEXT NOT NULL,
    beneficiary_code {KEY} NOT NULL,
    organisation {KEY} NOT NULL,
    division {KEY} NOT NULL,
    contract {KEY},
    title TEXT NOT NULL,
    event_on DATE NOT NULL,
    period INTEGER NOT NULL,
    requested_fen BIGINT NOT NULL,
    awarded_fen BIGINT,
    -- With whom the caps are counted, as it stood when the claim was awarded.
    cap_group {KEY} NOT NULL,
    bank TEXT NOT NULL,
    bank_account TEXT NOT NULL,
    opinion TEXT NOT NULL,
    -- The change number of the award; 0 before it.
    awarded_seq BIGINT NOT NULL,
    created_by {KEY} NOT NULL,
    reviewed_by {KEY},
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
-- One (scheme, subject, beneficiary) gives one claim whatever the retries; a conversion is claimed once.
CREATE UNIQUE INDEX subsidy_claim_once ON subsidy_claim (scheme, once_key) WHERE state <> 'withdrawn';
CREATE INDEX subsidy_claim_by_organisation ON subsidy_claim (organisation, id);
CREATE INDEX subsidy_claim_by_state ON subsidy_claim (scheme, state, number);
CREATE INDEX subsidy_claim_by_contract ON subsidy_claim (contract);

CREATE TABLE subsidy_evidence (
    claim {KEY} NOT NULL REFERENCES subsidy_claim (id),
    position INTEGER NOT NULL,
    -- Which item of the scheme's list it is.
    item TEXT NOT NULL,
    file {KEY} NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (claim, position)
);

-- 关联单位: units whose caps are counted together.
CREATE TABLE subsidy_group_member (
    credit_code {KEY} NOT NULL PRIMARY KEY,
    name {KEY} NOT NULL,
    actor TEXT NOT NULL,
    at TIMESTAMP NOT NULL
);
CREATE INDEX subsidy_group_member_by_name ON subsidy_group_member (name, credit_code);

ALTER TABLE subsidy_batch ADD COLUMN publicised_on DATE;
-- The last day on which objections are taken.
ALTER TABLE subsidy_batch ADD COLUMN publicity_until DATE;

CREATE TABLE subsidy_objection (
    id {KEY} NOT NULL PRIMARY KEY,
    batch {KEY} NOT NULL REFERENCES subsidy_batch (id),
    sheet {KEY} NOT NULL REFERENCES subsidy_sheet (id),
    state TEXT NOT NULL,
    person {KEY} NOT NULL,
    person_name TEXT NOT NULL,
    organisation {KEY} NOT NULL,
    organisation_name TEXT NOT NULL,
    reason TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    answer TEXT NOT NULL,
    answered_by TEXT NOT NULL,
    answered_at TIMESTAMP
);
CREATE INDEX subsidy_objection_by_batch ON subsidy_objection (batch, at);

-- One change of a contract may move the office's subsidy and a claim on the same contract.
CREATE TABLE subsidy_cause_again (
    seq BIGINT NOT NULL,
    kind TEXT NOT NULL,
    contract {KEY} NOT NULL,
    contract_version BIGINT NOT NULL,
    office {KEY} NOT NULL,
    period INTEGER NOT NULL,
    number {KEY} NOT NULL,
    registered_on DATE NOT NULL,
    counts BOOLEAN NOT NULL,
    total_fen BIGINT NOT NULL,
    technical_fen BIGINT NOT NULL,
    at TIMESTAMP NOT NULL,
    PRIMARY KEY (seq, contract)
);
INSERT INTO subsidy_cause_again (seq, kind, contract, contract_version, office, period, number, registered_on,
    counts, total_fen, technical_fen, at)
SELECT seq, kind, contract, contract_version, office, period, number, registered_on, counts, total_fen,
    technical_fen, at FROM subsidy_cause;
DROP TABLE subsidy_cause;
ALTER TABLE subsidy_cause_again RENAME TO subsidy_cause;
CREATE INDEX subsidy_cause_by_office ON subsidy_cause (office, period, seq);
CREATE INDEX subsidy_cause_by_contract ON subsidy_cause (contract, seq);

-- The list of claims is publicised for a week before it is approved; the first certification is paid once.
UPDATE subsidy_scheme SET body = REPLACE(body, ',"note":""}', ',"procedure":{"publicity_days":7},"note":""}')
    WHERE base IN ('claim', 'event');
UPDATE subsidy_scheme SET body = REPLACE(body, '"publicity_days":7', '"publicity_days":7,"once":"beneficiary"')
    WHERE code = 'HNTE-FIRST';

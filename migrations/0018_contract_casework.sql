-- Who handles a case, what its text says, amendments of what is registered, statements of income.

ALTER TABLE contract ADD COLUMN handler {KEY};
DROP INDEX contract_due;
-- The columns after the id are there so that a filtered work list reads no row that it does not show.
CREATE INDEX contract_due ON contract (office, due_on, id, state, technical_fen, handler);
CREATE INDEX contract_parties ON contract (seller_code, buyer_code, id);

-- Supervision counts steps over a period.
CREATE INDEX contract_step_kind ON contract_step (kind, at);

-- SHA-256 of the words alone where the format gives them, of the bytes where it does not.
ALTER TABLE file ADD COLUMN text_sha256 {KEY} NOT NULL DEFAULT '';
UPDATE file SET text_sha256 = sha256;
ALTER TABLE contract_attachment ADD COLUMN text_sha256 {KEY} NOT NULL DEFAULT '';
UPDATE contract_attachment SET text_sha256 = sha256;
DROP INDEX contract_attachment_text;
CREATE INDEX contract_attachment_text ON contract_attachment (text_sha256, kind);

-- What the registrant asks to change after registration; approved, it is the next edition.
CREATE TABLE contract_amendment (
    contract {KEY} NOT NULL REFERENCES contract (id),
    position INTEGER NOT NULL,
    state {KEY} NOT NULL,
    reason TEXT NOT NULL,
    form TEXT NOT NULL,
    proposed_by {KEY} NOT NULL,
    proposed_at TIMESTAMP NOT NULL,
    -- The second reviewer's opinion and the decision.
    process TEXT NOT NULL,
    edition INTEGER,
    PRIMARY KEY (contract, position)
);

-- Technical income as the registrant states it and the office verifies it against the contract.
CREATE TABLE contract_income (
    contract {KEY} NOT NULL REFERENCES contract (id),
    position INTEGER NOT NULL,
    state {KEY} NOT NULL,
    from_on DATE NOT NULL,
    to_on DATE NOT NULL,
    received_fen BIGINT NOT NULL,
    technical_fen BIGINT NOT NULL,
    note TEXT NOT NULL,
    stated_by {KEY} NOT NULL,
    stated_at TIMESTAMP NOT NULL,
    opinion TEXT NOT NULL,
    decided_by {KEY},
    decided_at TIMESTAMP,
    PRIMARY KEY (contract, position)
);

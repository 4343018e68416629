-- What the treasury reported of its transfers, row by row, and how each row was reconciled.

CREATE TABLE subsidy_remittance (
    batch {KEY} NOT NULL REFERENCES subsidy_batch (id),
    position INTEGER NOT NULL,
    instruction {KEY} NOT NULL,
    -- 'paid' or 'failed', as reported.
    outcome TEXT NOT NULL,
    amount_fen BIGINT NOT NULL,
    paid_on DATE NOT NULL,
    reference {KEY} NOT NULL,
    -- What became of the row, and what was open before it.
    result TEXT NOT NULL,
    expected_fen BIGINT NOT NULL,
    actor TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    ledger_number BIGINT REFERENCES ledger_transaction (number),
    PRIMARY KEY (batch, position)
);
CREATE INDEX subsidy_remittance_by_reference ON subsidy_remittance (reference, batch);

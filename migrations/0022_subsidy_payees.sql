-- Who a batch pays, what it claims back, and whose scheme it is. A batch may have several payees; a negative
-- balance of an earlier period is a receivable with a due date, settled against later payouts or paid back.

-- The authority that owns the scheme: who acts on it must be of this division or above it.
ALTER TABLE subsidy_scheme ADD COLUMN division {KEY} NOT NULL DEFAULT '450700';
-- Several caps at once: a claim's own, a beneficiary's and a linked group's of the year.
UPDATE subsidy_scheme SET body = REPLACE(body, '"cap":null', '"caps":[]');
UPDATE subsidy_scheme SET body = REPLACE(body, '"cap":{"amount_fen":8000000,"scope":"claim"}',
    '"caps":[{"amount_fen":8000000,"scope":"claim"}]');

-- Who gets a line's money, and with whom the caps are counted: the beneficiary itself or its linked group.
ALTER TABLE subsidy_line ADD COLUMN beneficiary {KEY} NOT NULL DEFAULT '';
ALTER TABLE subsidy_line ADD COLUMN cap_group {KEY} NOT NULL DEFAULT '';
UPDATE subsidy_line SET beneficiary = COALESCE((SELECT subsidy_batch.beneficiary FROM subsidy_sheet
    JOIN subsidy_batch ON subsidy_batch.id = subsidy_sheet.batch WHERE subsidy_sheet.id = subsidy_line.sheet), '');
UPDATE subsidy_line SET cap_group = beneficiary;
-- The fact no longer counts after this line: its contract was cancelled or revoked.
ALTER TABLE subsidy_line ADD COLUMN ended BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE subsidy_line SET ended = TRUE WHERE cause_kind IN ('contract.cancelled', 'contract.revoked');
CREATE INDEX subsidy_line_by_cap_group ON subsidy_line (cap_group, period);

CREATE TABLE subsidy_payee (
    sheet {KEY} NOT NULL REFERENCES subsidy_sheet (id),
    position INTEGER NOT NULL,
    beneficiary {KEY} NOT NULL,
    name TEXT NOT NULL,
    credit_code {KEY} NOT NULL,
    -- Decides which county shares the cost.
    division {KEY} NOT NULL,
    bank TEXT NOT NULL,
    bank_account TEXT NOT NULL,
    -- What periods with a positive balance give, and what those with a negative one take back.
    due_fen BIGINT NOT NULL,
    back_fen BIGINT NOT NULL,
    PRIMARY KEY (sheet, position)
);
INSERT INTO subsidy_payee (sheet, position, beneficiary, name, credit_code, division, bank, bank_account,
    due_fen, back_fen)
SELECT subsidy_sheet.id, 0, subsidy_batch.beneficiary, subsidy_batch.beneficiary_name,
    subsidy_batch.beneficiary_code, '', '', '', subsidy_sheet.total_fen, 0
FROM subsidy_sheet JOIN subsidy_batch ON subsidy_batch.id = subsidy_sheet.batch;

-- The conversion claims and rewards of several beneficiaries share one batch, whose beneficiary is ''. Of
-- those a scheme has one open at a time; an office has one for each period, as before.
DROP INDEX subsidy_batch_once;
CREATE UNIQUE INDEX subsidy_batch_once ON subsidy_batch (scheme, beneficiary, period)
    WHERE state <> 'void' AND beneficiary <> '';
CREATE UNIQUE INDEX subsidy_batch_one_open ON subsidy_batch (scheme)
    WHERE beneficiary = '' AND state <> 'void' AND state <> 'paid';

-- Money moved to a payee: transferred by the treasury, or set against what the payee owes.
CREATE TABLE subsidy_payment (
    id {KEY} NOT NULL PRIMARY KEY,
    batch {KEY} NOT NULL REFERENCES subsidy_batch (id),
    payee INTEGER NOT NULL,
    beneficiary {KEY} NOT NULL,
    kind TEXT NOT NULL,
    amount_fen BIGINT NOT NULL,
    paid_on DATE NOT NULL,
    -- The treasury's name for the transfer; '' when the payer reported it by hand.
    reference {KEY} NOT NULL,
    actor TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    ledger_number BIGINT NOT NULL REFERENCES ledger_transaction (number)
);
CREATE INDEX subsidy_payment_by_batch ON subsidy_payment (batch, payee, at);
CREATE INDEX subsidy_payment_by_beneficiary ON subsidy_payment (beneficiary, id);
INSERT INTO subsidy_payment (id, batch, payee, beneficiary, kind, amount_fen, paid_on, reference, actor, at,
    ledger_number)
SELECT subsidy_batch.id, subsidy_batch.id, 0, subsidy_batch.beneficiary, 'transfer', subsidy_sheet.total_fen,
    ledger_transaction.effective, '', ledger_transaction.actor, ledger_transaction.booked,
    ledger_transaction.number
FROM subsidy_batch JOIN subsidy_sheet ON subsidy_sheet.id = subsidy_batch.sheet
JOIN subsidy_step ON subsidy_step.batch = subsidy_batch.id AND subsidy_step.step = 'pay'
JOIN ledger_transaction ON ledger_transaction.number = subsidy_step.ledger_number
WHERE subsidy_batch.state = 'paid';

-- 追回: one row for each budget that is to get money back.
CREATE TABLE subsidy_clawback (
    id {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    batch {KEY} NOT NULL REFERENCES subsidy_batch (id),
    beneficiary {KEY} NOT NULL,
    name TEXT NOT NULL,
    scheme {KEY} NOT NULL,
    -- Scheme and county of the budget that paid, and its year.
    fund {KEY} NOT NULL,
    budget_year INTEGER NOT NULL,
    amount_fen BIGINT NOT NULL,
    settled_fen BIGINT NOT NULL,
    due_on DATE NOT NULL,
    created_at TIMESTAMP NOT NULL,
    ledger_number BIGINT NOT NULL REFERENCES ledger_transaction (number)
);
CREATE INDEX subsidy_clawback_by_beneficiary ON subsidy_clawback (beneficiary, due_on, id);
CREATE INDEX subsidy_clawback_by_scheme ON subsidy_clawback (scheme, id);

CREATE TABLE subsidy_settlement (
    id {KEY} NOT NULL PRIMARY KEY,
    clawback {KEY} NOT NULL REFERENCES subsidy_clawback (id),
    -- 'offset' against a payout, or 'repaid'.
    kind TEXT NOT NULL,
    amount_fen BIGINT NOT NULL,
    effective DATE NOT NULL,
    reference TEXT NOT NULL,
    actor TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    ledger_number BIGINT NOT NULL REFERENCES ledger_transaction (number)
);
CREATE INDEX subsidy_settlement_by_clawback ON subsidy_settlement (clawback, at);

-- A budget year that was closed: what was left went back to the treasury, and nothing is booked into it.
CREATE TABLE subsidy_closed_year (
    fund {KEY} NOT NULL,
    year INTEGER NOT NULL,
    lapsed_fen BIGINT NOT NULL,
    actor TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    PRIMARY KEY (fund, year)
);

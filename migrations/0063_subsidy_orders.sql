-- What the treasury was told to transfer. From then on the amount stands, whatever becomes of the facts and of
-- other debts.
CREATE TABLE subsidy_order (
    batch {KEY} NOT NULL REFERENCES subsidy_batch (id),
    payee INTEGER NOT NULL,
    amount_fen BIGINT NOT NULL,
    actor TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    PRIMARY KEY (batch, payee)
);
-- Batches that are being paid were ordered.
INSERT INTO subsidy_order (batch, payee, amount_fen, actor, at)
SELECT subsidy_batch.id, subsidy_payee.position, subsidy_payee.due_fen - COALESCE((
        SELECT CAST(SUM(subsidy_payment.amount_fen) AS BIGINT) FROM subsidy_payment
        WHERE subsidy_payment.batch = subsidy_batch.id AND subsidy_payment.payee = subsidy_payee.position
        AND subsidy_payment.kind = 'offset'), 0), '', subsidy_batch.updated_at
FROM subsidy_batch JOIN subsidy_payee ON subsidy_payee.sheet = subsidy_batch.sheet
WHERE subsidy_batch.state = 'approved' AND (
    EXISTS (SELECT 1 FROM subsidy_payment WHERE subsidy_payment.batch = subsidy_batch.id)
    OR EXISTS (SELECT 1 FROM subsidy_clawback WHERE subsidy_clawback.batch = subsidy_batch.id)
    OR EXISTS (SELECT 1 FROM subsidy_remittance WHERE subsidy_remittance.batch = subsidy_batch.id));

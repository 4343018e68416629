-- What an office's work list and the yearly batch read without whole rows.

-- Cases in somebody's hands, or in nobody's, the most urgent first.
CREATE INDEX contract_handler ON contract (office, handler, due_on, id);

-- Contracts whose price is an estimate: nothing is paid on them before it is corrected. The table of contracts has no
-- column left for this, and no query reads its document.
CREATE TABLE contract_estimate (
    contract {KEY} NOT NULL PRIMARY KEY REFERENCES contract (id)
);
-- Compact JSON: inside a text the quotes would be escaped.
INSERT INTO contract_estimate (contract) SELECT id FROM contract WHERE form LIKE '%"estimated":true%';

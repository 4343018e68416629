-- Subsidies: schemes as versioned data, appropriations, batches with their lines. The money itself is in the
-- ledger (0005); what is here says why it moved.

CREATE TABLE subsidy_scheme (
    code {KEY} NOT NULL,
    version INTEGER NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    beneficiary TEXT NOT NULL,
    base TEXT NOT NULL,
    -- Title, clause, formula, cap, evidence: one typed document.
    body TEXT NOT NULL,
    PRIMARY KEY (code, version)
);

CREATE TABLE subsidy_appropriation (
    id {KEY} NOT NULL PRIMARY KEY,
    year INTEGER NOT NULL,
    scheme {KEY} NOT NULL,
    amount_fen BIGINT NOT NULL,
    document TEXT NOT NULL,
    note TEXT NOT NULL,
    actor TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    ledger_number BIGINT NOT NULL REFERENCES ledger_transaction (number)
);
CREATE INDEX subsidy_appropriation_by_year ON subsidy_appropriation (year, scheme, at);

-- One computation over all facts of a beneficiary and period: written in slices, visible once a batch points
-- to it, never changed. A batch that is prepared again gets a new sheet and the old one is kept.
CREATE TABLE subsidy_sheet (
    id {KEY} NOT NULL PRIMARY KEY,
    batch {KEY},
    -- The change number up to which the facts were read.
    as_of_seq BIGINT NOT NULL,
    contracts INTEGER NOT NULL,
    corrections INTEGER NOT NULL,
    base_fen BIGINT NOT NULL,
    total_fen BIGINT NOT NULL,
    written_at TIMESTAMP NOT NULL
);
CREATE INDEX subsidy_sheet_by_batch ON subsidy_sheet (batch, written_at);

CREATE TABLE subsidy_line (
    sheet {KEY} NOT NULL REFERENCES subsidy_sheet (id),
    position INTEGER NOT NULL,
    -- 'contract' or 'correction'.
    kind TEXT NOT NULL,
    -- The period and the scheme version that the amount was computed by; a correction has those of the
    -- batch that it corrects.
    period INTEGER NOT NULL,
    scheme_version INTEGER NOT NULL,
    contract {KEY} NOT NULL,
    contract_version BIGINT NOT NULL,
    number {KEY} NOT NULL,
    registered_on DATE NOT NULL,
    total_fen BIGINT NOT NULL,
    technical_fen BIGINT NOT NULL,
    base_fen BIGINT NOT NULL,
    amount_fen BIGINT NOT NULL,
    -- For a correction: what happened to the contract, by its change number.
    cause_seq BIGINT,
    cause_kind TEXT,
    PRIMARY KEY (sheet, position)
);
CREATE INDEX subsidy_line_by_contract ON subsidy_line (contract, sheet);
CREATE INDEX subsidy_line_by_cause ON subsidy_line (cause_seq, sheet);

CREATE TABLE subsidy_batch (
    id {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    -- One more with each new preparation after a return.
    round INTEGER NOT NULL,
    scheme {KEY} NOT NULL,
    scheme_version INTEGER NOT NULL,
    period INTEGER NOT NULL,
    budget_year INTEGER NOT NULL,
    beneficiary {KEY} NOT NULL,
    beneficiary_name TEXT NOT NULL,
    beneficiary_code TEXT NOT NULL,
    sheet {KEY} NOT NULL REFERENCES subsidy_sheet (id),
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    FOREIGN KEY (scheme, scheme_version) REFERENCES subsidy_scheme (code, version)
);
-- One (scheme, beneficiary, period) gives one batch whatever the retries (DOMAIN §5).
CREATE UNIQUE INDEX subsidy_batch_once ON subsidy_batch (scheme, beneficiary, period) WHERE state <> 'void';
CREATE INDEX subsidy_batch_by_beneficiary ON subsidy_batch (beneficiary, id);
CREATE INDEX subsidy_batch_by_sheet ON subsidy_batch (sheet);

CREATE TABLE subsidy_step (
    batch {KEY} NOT NULL REFERENCES subsidy_batch (id),
    position INTEGER NOT NULL,
    round INTEGER NOT NULL,
    step TEXT NOT NULL,
    person {KEY} NOT NULL,
    person_name TEXT NOT NULL,
    organisation {KEY} NOT NULL,
    at TIMESTAMP NOT NULL,
    opinion TEXT NOT NULL,
    sheet {KEY} NOT NULL REFERENCES subsidy_sheet (id),
    ledger_number BIGINT REFERENCES ledger_transaction (number),
    PRIMARY KEY (batch, position)
);

-- What happened to registered contracts, taken from the change log: the input of corrections. Never edited.
CREATE TABLE subsidy_cause (
    seq BIGINT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    contract {KEY} NOT NULL,
    contract_version BIGINT NOT NULL,
    office {KEY} NOT NULL,
    period INTEGER NOT NULL,
    number {KEY} NOT NULL,
    registered_on DATE NOT NULL,
    -- Whether the contract still counts after it.
    counts BOOLEAN NOT NULL,
    total_fen BIGINT NOT NULL,
    technical_fen BIGINT NOT NULL,
    at TIMESTAMP NOT NULL
);
CREATE INDEX subsidy_cause_by_office ON subsidy_cause (office, period, seq);

-- The city's schemes as its plan states them (Annexes 4 and 5). A later rule is a new version with its own
-- validity; these rows are never changed.
INSERT INTO subsidy_scheme (code, version, valid_from, valid_to, beneficiary, base, body) VALUES
('REG-AGENCY', 1, '2019-01-01', NULL, 'registration_office', 'technical_amount',
 '{"title_zh":"技术合同认定登记补助","title_en":"Subsidy for registering technical contracts","source":"附件5 二（四）","formula":{"kind":"rate","rate_ppm":500},"cap":null,"evidence":[],"note":"“认定登记额”按技术交易额计；改按合同成交额只需发布新版本"}'),
('CONVERT', 1, '2019-01-01', NULL, 'enterprise', 'claim',
 '{"title_zh":"引进并转化重大科技成果奖励性后补助","title_en":"Post-subsidy for introducing and converting a major achievement","source":"附件5 二（二）","formula":{"kind":"award"},"cap":{"amount_fen":8000000,"scope":"claim"},"evidence":["技术合同登记证明","付款凭证","转化应用证明"],"note":""}'),
('HNTE-FIRST', 1, '2019-01-01', NULL, 'enterprise', 'event',
 '{"title_zh":"首次通过高新技术企业认定奖励","title_en":"Reward for a first high-tech enterprise certification","source":"附件4 二（三）","formula":{"kind":"fixed","amount_fen":5000000},"cap":null,"evidence":["高新技术企业证书"],"note":""}'),
('HNTE-RENEW', 1, '2019-01-01', NULL, 'enterprise', 'event',
 '{"title_zh":"重新通过高新技术企业认定奖励","title_en":"Reward for a renewed high-tech enterprise certification","source":"附件4 二（三）","formula":{"kind":"fixed","amount_fen":5000000},"cap":null,"evidence":["高新技术企业证书"],"note":""}'),
('HNTE-LAB-N', 1, '2019-01-01', NULL, 'enterprise', 'event',
 '{"title_zh":"高新技术企业同时获批国家级科研机构资助","title_en":"Grant for a national research institution at a high-tech enterprise","source":"附件4 二（三）","formula":{"kind":"fixed","amount_fen":50000000},"cap":null,"evidence":["高新技术企业证书","国家级科研机构批文"],"note":""}'),
('HNTE-LAB-R', 1, '2019-01-01', NULL, 'enterprise', 'event',
 '{"title_zh":"高新技术企业同时获批自治区级科研机构资助","title_en":"Grant for a regional research institution at a high-tech enterprise","source":"附件4 二（三）","formula":{"kind":"fixed","amount_fen":20000000},"cap":null,"evidence":["高新技术企业证书","自治区级科研机构批文"],"note":""}'),
('HNTE-LAB-C', 1, '2019-01-01', NULL, 'enterprise', 'event',
 '{"title_zh":"高新技术企业同时获批市级科研机构资助","title_en":"Grant for a city research institution at a high-tech enterprise","source":"附件4 二（三）","formula":{"kind":"fixed","amount_fen":5000000},"cap":null,"evidence":["高新技术企业证书","市级科研机构批文"],"note":""}'),
('INCUBATOR', 1, '2019-01-01', NULL, 'incubator', 'event',
 '{"title_zh":"科技企业孵化器培育高新技术企业补助","title_en":"Subsidy to an incubator for each high-tech enterprise it raised","source":"附件4 二（三）","formula":{"kind":"fixed","amount_fen":3000000},"cap":null,"evidence":["高新技术企业证书","在孵或毕业一年内证明"],"note":""}');

-- Statements of income and amendments that wait for the office.
CREATE INDEX contract_income_stated ON contract_income (contract) WHERE state = 'stated';
CREATE INDEX contract_amendment_open ON contract_amendment (contract) WHERE state = 'proposed';

-- Open cases whose last day lies in a year without a calendar.
CREATE TABLE contract_provisional (
    contract {KEY} NOT NULL PRIMARY KEY REFERENCES contract (id)
);

-- The work list: running clocks by their last day, a thousand years behind them what waits for acceptance, two thousand
-- what the applicant is to correct.
-- @sqlite
UPDATE contract SET due_on = date(due_on, '+1000 years') WHERE state = 'submitted';
UPDATE contract SET due_on = date(accepted_on, '+2000 years')
    WHERE state = 'correction_requested' AND accepted_on IS NOT NULL;
-- @postgres
UPDATE contract SET due_on = (due_on + INTERVAL '1000 years')::date WHERE state = 'submitted';
UPDATE contract SET due_on = (accepted_on + INTERVAL '2000 years')::date
    WHERE state = 'correction_requested' AND accepted_on IS NOT NULL;
-- @all

-- Each posting keeps its account's running total within its effective day and within its effective month, in the
-- order of the books. A balance by any pair of dates is then one look-up for each month and one for each day of
-- the last month, however many postings there are. `techmart verify ledger` recomputes them.

-- @sqlite
DROP TRIGGER ledger_posting_update;
-- @postgres
ALTER TABLE ledger_posting DISABLE TRIGGER ledger_posting_frozen;
-- @all
-- Months since the year 0: year × 12 + month − 1 of the effective day.
ALTER TABLE ledger_posting ADD COLUMN month INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger_posting ADD COLUMN day_fen BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ledger_posting ADD COLUMN month_fen BIGINT NOT NULL DEFAULT 0;

-- @sqlite
UPDATE ledger_posting SET month =
    CAST(substr(effective, 1, 4) AS INTEGER) * 12 + CAST(substr(effective, 6, 2) AS INTEGER) - 1;
-- @postgres
UPDATE ledger_posting SET month =
    CAST(EXTRACT(YEAR FROM effective) AS INTEGER) * 12 + CAST(EXTRACT(MONTH FROM effective) AS INTEGER) - 1;
-- @all
UPDATE ledger_posting SET day_fen = totals.day_fen, month_fen = totals.month_fen FROM (
    SELECT number, position,
        CAST(SUM(amount_fen) OVER (PARTITION BY account, effective ORDER BY number) AS BIGINT) AS day_fen,
        CAST(SUM(amount_fen) OVER (PARTITION BY account, month ORDER BY number) AS BIGINT) AS month_fen
    FROM ledger_posting) AS totals
WHERE ledger_posting.number = totals.number AND ledger_posting.position = totals.position;

DROP INDEX ledger_posting_by_effective;
CREATE INDEX ledger_posting_by_day ON ledger_posting (account, effective, number, day_fen);
CREATE INDEX ledger_posting_by_month ON ledger_posting (account, month, number, month_fen);

-- @sqlite
CREATE TRIGGER ledger_posting_update BEFORE UPDATE ON ledger_posting BEGIN
    SELECT RAISE(ABORT, 'ledger: postings are never changed');
END;
CREATE TRIGGER ledger_posting_periods BEFORE INSERT ON ledger_posting BEGIN
    SELECT RAISE(ABORT, 'ledger: the month is not that of the day') WHERE NEW.month IS NOT
        CAST(substr(NEW.effective, 1, 4) AS INTEGER) * 12 + CAST(substr(NEW.effective, 6, 2) AS INTEGER) - 1;
    SELECT RAISE(ABORT, 'ledger: the total of the day does not follow from the last one')
        WHERE typeof(NEW.day_fen) <> 'integer' OR NEW.day_fen - NEW.amount_fen IS NOT COALESCE((
            SELECT day_fen FROM ledger_posting
            WHERE account = NEW.account AND effective = NEW.effective ORDER BY number DESC LIMIT 1), 0);
    SELECT RAISE(ABORT, 'ledger: the total of the month does not follow from the last one')
        WHERE typeof(NEW.month_fen) <> 'integer' OR NEW.month_fen - NEW.amount_fen IS NOT COALESCE((
            SELECT month_fen FROM ledger_posting
            WHERE account = NEW.account AND month = NEW.month ORDER BY number DESC LIMIT 1), 0);
END;

-- @postgres
ALTER TABLE ledger_posting ENABLE TRIGGER ledger_posting_frozen;
CREATE FUNCTION ledger_posting_periods() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before_day BIGINT;
    before_month BIGINT;
BEGIN
    IF NEW.month <> CAST(EXTRACT(YEAR FROM NEW.effective) AS INTEGER) * 12
            + CAST(EXTRACT(MONTH FROM NEW.effective) AS INTEGER) - 1 THEN
        RAISE EXCEPTION 'ledger: the month is not that of the day' USING ERRCODE = 'check_violation';
    END IF;
    SELECT day_fen INTO before_day FROM ledger_posting
        WHERE account = NEW.account AND effective = NEW.effective ORDER BY number DESC LIMIT 1;
    IF NEW.day_fen <> COALESCE(before_day, 0) + NEW.amount_fen THEN
        RAISE EXCEPTION 'ledger: the total of the day does not follow from the last one'
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT month_fen INTO before_month FROM ledger_posting
        WHERE account = NEW.account AND month = NEW.month ORDER BY number DESC LIMIT 1;
    IF NEW.month_fen <> COALESCE(before_month, 0) + NEW.amount_fen THEN
        RAISE EXCEPTION 'ledger: the total of the month does not follow from the last one'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_posting_periods BEFORE INSERT ON ledger_posting
    FOR EACH ROW EXECUTE FUNCTION ledger_posting_periods();
-- @all

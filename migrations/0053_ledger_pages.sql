-- The books are cut into pages: a transaction ends one when the count of all postings passes a multiple of 256 with
-- it. With a page the totals of what it moved are written: by line of the trial balance (kind, year, scheme) and by
-- effective day, month and year, each from the first transaction to the end of the page. A table over all accounts at
-- any pair of dates is then a look-up for each period and at most one page of postings, however many there are.
-- Nothing here is ever updated; `techmart verify ledger` recomputes it.

CREATE TABLE ledger_page (
    -- The transaction that ends the page.
    number BIGINT NOT NULL PRIMARY KEY REFERENCES ledger_transaction (number),
    -- All postings up to its end.
    postings BIGINT NOT NULL
);

CREATE TABLE ledger_total (
    -- An account's name without its beneficiary.
    path {KEY} NOT NULL,
    -- day, month or year, and its first day.
    span {KEY} NOT NULL,
    since DATE NOT NULL,
    -- The end of the page.
    number BIGINT NOT NULL,
    -- Accounts whose first effective day falls into the period, as far as is booked: an earlier one moves them.
    accounts BIGINT NOT NULL,
    inflow_fen BIGINT NOT NULL,
    -- Zero or below.
    outflow_fen BIGINT NOT NULL,
    PRIMARY KEY (path, span, since, number)
);

-- The pages of the books that stand, from the postings.
INSERT INTO ledger_page (number, postings)
SELECT number, postings FROM (
    SELECT number, CAST(SUM(own) OVER (ORDER BY number) AS BIGINT) AS postings, own
    FROM (SELECT number, COUNT(*) AS own FROM ledger_posting GROUP BY number) AS lines) AS counted
WHERE postings / 256 > (postings - own) / 256;

INSERT INTO ledger_total (path, span, since, number, accounts, inflow_fen, outflow_fen)
WITH placed AS (
    SELECT a.kind || CASE
            WHEN a.scheme IS NOT NULL THEN '/' || COALESCE(CAST(a.year AS TEXT), '-') || '/' || a.scheme
            WHEN a.year IS NOT NULL THEN '/' || CAST(a.year AS TEXT) ELSE '' END AS path,
        (SELECT MIN(g.number) FROM ledger_page g WHERE g.number >= p.number) AS page,
        p.effective AS day, p.amount_fen AS fen,
        MIN(p.effective) OVER (PARTITION BY p.account ORDER BY p.number
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS earliest
    FROM ledger_posting p JOIN ledger_account a ON a.id = p.account),
moved (path, page, day, accounts, inflow, outflow) AS (
    SELECT path, page, day, CASE WHEN earliest IS NULL OR day < earliest THEN 1 ELSE 0 END,
        CASE WHEN fen > 0 THEN fen ELSE 0 END, CASE WHEN fen < 0 THEN fen ELSE 0 END
    FROM placed WHERE page IS NOT NULL
    UNION ALL
    SELECT path, page, earliest, -1, 0, 0 FROM placed WHERE page IS NOT NULL AND day < earliest),
daily AS (
    SELECT path, page, day, SUM(accounts) AS accounts, SUM(inflow) AS inflow, SUM(outflow) AS outflow
    FROM moved GROUP BY path, page, day),
spread (path, page, span, since, accounts, inflow, outflow) AS (
    SELECT path, page, 'day', day, accounts, inflow, outflow FROM daily
    UNION ALL
-- @sqlite
    SELECT path, page, 'month', substr(day, 1, 8) || '01', accounts, inflow, outflow FROM daily
    UNION ALL
    SELECT path, page, 'year', substr(day, 1, 5) || '01-01', accounts, inflow, outflow FROM daily),
-- @postgres
    SELECT path, page, 'month', CAST(date_trunc('month', day) AS DATE), accounts, inflow, outflow FROM daily
    UNION ALL
    SELECT path, page, 'year', CAST(date_trunc('year', day) AS DATE), accounts, inflow, outflow FROM daily),
-- @all
sums AS (
    SELECT path, page, span, since, SUM(accounts) AS accounts, SUM(inflow) AS inflow, SUM(outflow) AS outflow
    FROM spread GROUP BY path, page, span, since)
SELECT path, span, since, page,
    CAST(SUM(accounts) OVER (PARTITION BY path, span, since ORDER BY page) AS BIGINT),
    CAST(SUM(inflow) OVER (PARTITION BY path, span, since ORDER BY page) AS BIGINT),
    CAST(SUM(outflow) OVER (PARTITION BY path, span, since ORDER BY page) AS BIGINT)
FROM sums;

-- @sqlite
CREATE TRIGGER ledger_page_insert BEFORE INSERT ON ledger_page BEGIN
    SELECT RAISE(ABORT, 'ledger: the page exists') WHERE EXISTS (
        SELECT 1 FROM ledger_page WHERE number >= NEW.number OR rowid = NEW.rowid);
    SELECT RAISE(ABORT, 'ledger: a page ends with the last sealed transaction') WHERE NOT EXISTS (
        SELECT 1 FROM ledger_transaction WHERE number = NEW.number AND sealed
        AND number = (SELECT MAX(number) FROM ledger_transaction));
    SELECT RAISE(ABORT, 'ledger: the page has another count of postings')
        WHERE typeof(NEW.postings) <> 'integer' OR NEW.postings IS NOT
            COALESCE((SELECT postings FROM ledger_page ORDER BY number DESC LIMIT 1), 0)
            + (SELECT COUNT(*) FROM ledger_posting
               WHERE number > COALESCE((SELECT MAX(number) FROM ledger_page), 0));
END;
CREATE TRIGGER ledger_page_update BEFORE UPDATE ON ledger_page BEGIN
    SELECT RAISE(ABORT, 'ledger: pages are never changed');
END;
CREATE TRIGGER ledger_page_delete BEFORE DELETE ON ledger_page BEGIN
    SELECT RAISE(ABORT, 'ledger: pages are never deleted');
END;
CREATE TRIGGER ledger_total_insert BEFORE INSERT ON ledger_total BEGIN
    SELECT RAISE(ABORT, 'ledger: fen are whole') WHERE typeof(NEW.accounts) <> 'integer'
        OR typeof(NEW.inflow_fen) <> 'integer' OR typeof(NEW.outflow_fen) <> 'integer';
    SELECT RAISE(ABORT, 'ledger: the total exists') WHERE EXISTS (
        SELECT 1 FROM ledger_total WHERE path = NEW.path AND span = NEW.span AND since = NEW.since
        AND number = NEW.number) OR EXISTS (SELECT 1 FROM ledger_total WHERE rowid = NEW.rowid);
    SELECT RAISE(ABORT, 'ledger: the page is closed')
        WHERE EXISTS (SELECT 1 FROM ledger_page WHERE number >= NEW.number);
    SELECT RAISE(ABORT, 'ledger: a page ends with the last sealed transaction') WHERE NOT EXISTS (
        SELECT 1 FROM ledger_transaction WHERE number = NEW.number AND sealed
        AND number = (SELECT MAX(number) FROM ledger_transaction));
END;
CREATE TRIGGER ledger_total_update BEFORE UPDATE ON ledger_total BEGIN
    SELECT RAISE(ABORT, 'ledger: totals are never changed');
END;
CREATE TRIGGER ledger_total_delete BEFORE DELETE ON ledger_total BEGIN
    SELECT RAISE(ABORT, 'ledger: totals are never deleted');
END;

-- @postgres
CREATE TRIGGER ledger_page_frozen BEFORE UPDATE OR DELETE ON ledger_page
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_page_truncate BEFORE TRUNCATE ON ledger_page
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_total_frozen BEFORE UPDATE OR DELETE ON ledger_total
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_total_truncate BEFORE TRUNCATE ON ledger_total
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();

CREATE FUNCTION ledger_total_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM ledger_page WHERE number >= NEW.number) THEN
        RAISE EXCEPTION 'ledger: the page is closed' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM ledger_transaction WHERE number = NEW.number AND sealed
            AND number = (SELECT MAX(number) FROM ledger_transaction)) THEN
        RAISE EXCEPTION 'ledger: a page ends with the last sealed transaction' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_total_insert BEFORE INSERT ON ledger_total
    FOR EACH ROW EXECUTE FUNCTION ledger_total_insert();

CREATE FUNCTION ledger_page_insert() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last_number BIGINT;
    last_postings BIGINT;
BEGIN
    SELECT number, postings INTO last_number, last_postings FROM ledger_page ORDER BY number DESC LIMIT 1;
    IF last_number >= NEW.number THEN
        RAISE EXCEPTION 'ledger: the page exists' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM ledger_transaction WHERE number = NEW.number AND sealed
            AND number = (SELECT MAX(number) FROM ledger_transaction)) THEN
        RAISE EXCEPTION 'ledger: a page ends with the last sealed transaction' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.postings <> COALESCE(last_postings, 0)
            + (SELECT COUNT(*) FROM ledger_posting WHERE number > COALESCE(last_number, 0)) THEN
        RAISE EXCEPTION 'ledger: the page has another count of postings' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_page_insert BEFORE INSERT ON ledger_page
    FOR EACH ROW EXECUTE FUNCTION ledger_page_insert();
-- @all

-- The ledger: append-only. A transaction is inserted open, its postings follow, then it is sealed; from then
-- on nothing about it can change (DOMAIN §5). What the triggers refuse they refuse for every program that
-- opens the database, not only for this one. Nothing here is ever updated but `sealed`, once.

CREATE TABLE ledger_account (
    id {KEY} NOT NULL PRIMARY KEY,
    -- The account's name in canonical form; new dimensions lengthen it and change nothing else.
    path {KEY} NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    year INTEGER,
    scheme {KEY},
    beneficiary {KEY},
    -- Money enters the books here, so the balance is zero or below; every other account is zero or above.
    source BOOLEAN NOT NULL,
    opened_at TIMESTAMP NOT NULL
);
CREATE INDEX ledger_account_by_year ON ledger_account (year, scheme);
CREATE INDEX ledger_account_by_beneficiary ON ledger_account (beneficiary);

CREATE TABLE ledger_transaction (
    -- The place in the hash chain: 1, 2, 3 … without gaps.
    number BIGINT NOT NULL PRIMARY KEY,
    id {KEY} NOT NULL UNIQUE,
    -- The caller's name for the act: the same act is booked once, whatever the retries.
    external_key {KEY} NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    cause {KEY} NOT NULL,
    note TEXT NOT NULL,
    effective DATE NOT NULL,
    booked TIMESTAMP NOT NULL,
    actor TEXT NOT NULL,
    -- The transaction that this one takes back: once.
    reverses BIGINT UNIQUE REFERENCES ledger_transaction (number),
    sealed BOOLEAN NOT NULL,
    prev_hash {BINARY} NOT NULL,
    hash {BINARY} NOT NULL
);
CREATE INDEX ledger_transaction_by_cause ON ledger_transaction (cause, number);
CREATE INDEX ledger_transaction_by_booked ON ledger_transaction (booked, number);

CREATE TABLE ledger_posting (
    number BIGINT NOT NULL REFERENCES ledger_transaction (number),
    position INTEGER NOT NULL,
    account {KEY} NOT NULL REFERENCES ledger_account (id),
    amount_fen BIGINT NOT NULL CHECK (amount_fen <> 0),
    -- The account's balance with this posting: checked by the trigger, so a balance needs one look-up.
    balance_fen BIGINT NOT NULL,
    -- The transaction's effective day, repeated so that balances by day read one index.
    effective DATE NOT NULL,
    PRIMARY KEY (number, position)
);
CREATE UNIQUE INDEX ledger_posting_by_account ON ledger_posting (account, number);
CREATE INDEX ledger_posting_by_effective ON ledger_posting (account, effective, amount_fen);

-- @sqlite
-- The EXISTS checks keep INSERT OR REPLACE out even where recursive_triggers is off: a BEFORE INSERT trigger
-- runs before the old row would be thrown away. A rowid that was not given is -1 here.
CREATE TRIGGER ledger_account_insert BEFORE INSERT ON ledger_account BEGIN
    SELECT RAISE(ABORT, 'ledger: the account exists') WHERE EXISTS (
        SELECT 1 FROM ledger_account WHERE id = NEW.id OR path = NEW.path OR rowid = NEW.rowid);
END;
CREATE TRIGGER ledger_account_update BEFORE UPDATE ON ledger_account BEGIN
    SELECT RAISE(ABORT, 'ledger: accounts are never changed');
END;
CREATE TRIGGER ledger_account_delete BEFORE DELETE ON ledger_account BEGIN
    SELECT RAISE(ABORT, 'ledger: accounts are never deleted');
END;

CREATE TRIGGER ledger_transaction_insert BEFORE INSERT ON ledger_transaction BEGIN
    SELECT RAISE(ABORT, 'ledger: a transaction begins open') WHERE NEW.sealed IS NOT FALSE;
    SELECT RAISE(ABORT, 'ledger: the transaction exists') WHERE EXISTS (
        SELECT 1 FROM ledger_transaction WHERE number = NEW.number)
        OR EXISTS (SELECT 1 FROM ledger_transaction WHERE id = NEW.id)
        OR EXISTS (SELECT 1 FROM ledger_transaction WHERE external_key = NEW.external_key)
        OR EXISTS (SELECT 1 FROM ledger_transaction WHERE reverses = NEW.reverses)
        OR EXISTS (SELECT 1 FROM ledger_transaction WHERE rowid = NEW.rowid);
    SELECT RAISE(ABORT, 'ledger: the number does not follow the last one')
        WHERE NEW.number IS NOT COALESCE((SELECT MAX(number) FROM ledger_transaction), 0) + 1;
    SELECT RAISE(ABORT, 'ledger: the chain is broken or the last transaction is open') WHERE NEW.number > 1
        AND NOT EXISTS (SELECT 1 FROM ledger_transaction
            WHERE number = NEW.number - 1 AND sealed AND hash = NEW.prev_hash);
END;
CREATE TRIGGER ledger_transaction_update BEFORE UPDATE ON ledger_transaction BEGIN
    SELECT RAISE(ABORT, 'ledger: a sealed transaction is never changed') WHERE OLD.sealed IS NOT FALSE;
    SELECT RAISE(ABORT, 'ledger: an open transaction can only be sealed')
        WHERE NEW.sealed IS NOT TRUE OR NEW.number IS NOT OLD.number OR NEW.id IS NOT OLD.id
        OR NEW.external_key IS NOT OLD.external_key OR NEW.kind IS NOT OLD.kind OR NEW.cause IS NOT OLD.cause
        OR NEW.note IS NOT OLD.note OR NEW.effective IS NOT OLD.effective OR NEW.booked IS NOT OLD.booked
        OR NEW.actor IS NOT OLD.actor OR NEW.reverses IS NOT OLD.reverses
        OR NEW.prev_hash IS NOT OLD.prev_hash OR NEW.hash IS NOT OLD.hash OR NEW.rowid IS NOT OLD.rowid;
    SELECT RAISE(ABORT, 'ledger: fewer than two postings')
        WHERE (SELECT COUNT(*) FROM ledger_posting WHERE number = NEW.number) < 2;
    SELECT RAISE(ABORT, 'ledger: the postings do not sum to zero')
        WHERE (SELECT SUM(amount_fen) FROM ledger_posting WHERE number = NEW.number) IS NOT 0;
END;
CREATE TRIGGER ledger_transaction_delete BEFORE DELETE ON ledger_transaction BEGIN
    SELECT RAISE(ABORT, 'ledger: transactions are never deleted');
END;

CREATE TRIGGER ledger_posting_insert BEFORE INSERT ON ledger_posting BEGIN
    SELECT RAISE(ABORT, 'ledger: fen are whole')
        WHERE typeof(NEW.amount_fen) <> 'integer' OR typeof(NEW.balance_fen) <> 'integer';
    SELECT RAISE(ABORT, 'ledger: no open transaction of that number and day') WHERE NOT EXISTS (
        SELECT 1 FROM ledger_transaction
        WHERE number = NEW.number AND sealed IS FALSE AND effective = NEW.effective);
    SELECT RAISE(ABORT, 'ledger: the posting exists') WHERE EXISTS (
        SELECT 1 FROM ledger_posting WHERE number = NEW.number AND position = NEW.position)
        OR EXISTS (SELECT 1 FROM ledger_posting WHERE account = NEW.account AND number = NEW.number)
        OR EXISTS (SELECT 1 FROM ledger_posting WHERE rowid = NEW.rowid);
    SELECT RAISE(ABORT, 'ledger: the balance does not follow from the last one')
        WHERE NEW.balance_fen - NEW.amount_fen IS NOT COALESCE((SELECT balance_fen FROM ledger_posting
            WHERE account = NEW.account ORDER BY number DESC LIMIT 1), 0);
    SELECT RAISE(ABORT, 'ledger: the balance is on the wrong side of zero') WHERE NOT EXISTS (
        SELECT 1 FROM ledger_account WHERE id = NEW.account
        AND CASE WHEN source THEN NEW.balance_fen <= 0 ELSE NEW.balance_fen >= 0 END);
END;
CREATE TRIGGER ledger_posting_update BEFORE UPDATE ON ledger_posting BEGIN
    SELECT RAISE(ABORT, 'ledger: postings are never changed');
END;
CREATE TRIGGER ledger_posting_delete BEFORE DELETE ON ledger_posting BEGIN
    SELECT RAISE(ABORT, 'ledger: postings are never deleted');
END;

-- @postgres
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger: % of % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER ledger_account_frozen BEFORE UPDATE OR DELETE ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_account_truncate BEFORE TRUNCATE ON ledger_account
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_posting_frozen BEFORE UPDATE OR DELETE ON ledger_posting
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_posting_truncate BEFORE TRUNCATE ON ledger_posting
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_transaction_delete BEFORE DELETE ON ledger_transaction
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_transaction_truncate BEFORE TRUNCATE ON ledger_transaction
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();

CREATE FUNCTION ledger_transaction_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.sealed THEN
        RAISE EXCEPTION 'ledger: a transaction begins open' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.number <> COALESCE((SELECT MAX(number) FROM ledger_transaction), 0) + 1 THEN
        RAISE EXCEPTION 'ledger: the number does not follow the last one' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.number > 1 AND NOT EXISTS (SELECT 1 FROM ledger_transaction
            WHERE number = NEW.number - 1 AND sealed AND hash = NEW.prev_hash) THEN
        RAISE EXCEPTION 'ledger: the chain is broken or the last transaction is open'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_transaction_insert BEFORE INSERT ON ledger_transaction
    FOR EACH ROW EXECUTE FUNCTION ledger_transaction_insert();

CREATE FUNCTION ledger_transaction_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lines BIGINT;
    total NUMERIC;
BEGIN
    IF OLD.sealed THEN
        RAISE EXCEPTION 'ledger: a sealed transaction is never changed' USING ERRCODE = 'check_violation';
    END IF;
    OLD.sealed := TRUE;
    IF NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'ledger: an open transaction can only be sealed' USING ERRCODE = 'check_violation';
    END IF;
    SELECT COUNT(*), SUM(amount_fen) INTO lines, total FROM ledger_posting WHERE number = NEW.number;
    IF lines < 2 THEN
        RAISE EXCEPTION 'ledger: fewer than two postings' USING ERRCODE = 'check_violation';
    END IF;
    IF total <> 0 THEN
        RAISE EXCEPTION 'ledger: the postings do not sum to zero' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_transaction_update BEFORE UPDATE ON ledger_transaction
    FOR EACH ROW EXECUTE FUNCTION ledger_transaction_update();

CREATE FUNCTION ledger_posting_insert() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before_fen BIGINT;
    is_source BOOLEAN;
BEGIN
    -- The lock makes a posting and the sealing of its transaction take turns.
    PERFORM 1 FROM ledger_transaction
        WHERE number = NEW.number AND NOT sealed AND effective = NEW.effective FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'ledger: no open transaction of that number and day' USING ERRCODE = 'check_violation';
    END IF;
    SELECT balance_fen INTO before_fen FROM ledger_posting
        WHERE account = NEW.account ORDER BY number DESC LIMIT 1;
    IF NEW.balance_fen <> COALESCE(before_fen, 0) + NEW.amount_fen THEN
        RAISE EXCEPTION 'ledger: the balance does not follow from the last one'
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT source INTO is_source FROM ledger_account WHERE id = NEW.account;
    IF is_source IS NULL OR (is_source AND NEW.balance_fen > 0) OR (NOT is_source AND NEW.balance_fen < 0) THEN
        RAISE EXCEPTION 'ledger: the balance is on the wrong side of zero' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_posting_insert BEFORE INSERT ON ledger_posting
    FOR EACH ROW EXECUTE FUNCTION ledger_posting_insert();
-- @all

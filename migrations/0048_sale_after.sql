-- What follows the end of a sale: the statement that its winner defaults, its protocol as it was signed; and files as
-- evidence of an objection.

CREATE TABLE sale_default (
    sale {KEY} NOT NULL REFERENCES sale (id),
    -- 1, 2, …: after a rejected statement, or of rank two, there may be another.
    number INTEGER NOT NULL,
    version BIGINT NOT NULL,
    state {KEY} NOT NULL,
    -- Place of the winner that it is about.
    place INTEGER NOT NULL,
    ground {KEY} NOT NULL,
    reason TEXT NOT NULL,
    -- Who stated it does not decide it.
    stated_by {KEY} NOT NULL,
    stated_at TIMESTAMP NOT NULL,
    decision TEXT NOT NULL,
    decided_by {KEY},
    decided_at TIMESTAMP,
    PRIMARY KEY (sale, number)
);

-- The protocol of each result of a sale, signed once.
CREATE TABLE sale_protocol (
    sale {KEY} NOT NULL REFERENCES sale (id),
    -- 1, and one more for each result that followed from a default.
    edition INTEGER NOT NULL,
    -- Of the document in canonical form, hexadecimal.
    sha256 {KEY} NOT NULL,
    document TEXT NOT NULL,
    jws TEXT NOT NULL,
    signed_at TIMESTAMP NOT NULL,
    PRIMARY KEY (sale, edition)
);

-- Sales that have come to a result whose protocol is not written yet.
CREATE TABLE sale_protocol_due (
    sale {KEY} NOT NULL PRIMARY KEY REFERENCES sale (id)
);
INSERT INTO sale_protocol_due (sale)
    SELECT id FROM sale WHERE state IN ('ended', 'awarded', 'concluded', 'unsold');

-- The days for signing run for what was awarded before, too.
UPDATE sale SET due_at = updated_at WHERE state = 'awarded' AND due_at IS NULL;

ALTER TABLE sale_objection ADD COLUMN files TEXT NOT NULL DEFAULT '[]';

-- @sqlite
CREATE TRIGGER sale_protocol_insert BEFORE INSERT ON sale_protocol BEGIN
    SELECT RAISE(ABORT, 'sale_protocol: the edition exists') WHERE EXISTS (
        SELECT 1 FROM sale_protocol WHERE sale = NEW.sale AND edition = NEW.edition);
END;
CREATE TRIGGER sale_protocol_update BEFORE UPDATE ON sale_protocol BEGIN
    SELECT RAISE(ABORT, 'sale_protocol: a protocol is never changed');
END;
CREATE TRIGGER sale_protocol_delete BEFORE DELETE ON sale_protocol BEGIN
    SELECT RAISE(ABORT, 'sale_protocol: a protocol is never deleted');
END;

-- @postgres
CREATE FUNCTION sale_protocol_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'sale_protocol: % is refused', TG_OP USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER sale_protocol_frozen BEFORE UPDATE OR DELETE ON sale_protocol
    FOR EACH ROW EXECUTE FUNCTION sale_protocol_refuse();
CREATE TRIGGER sale_protocol_truncate BEFORE TRUNCATE ON sale_protocol
    FOR EACH STATEMENT EXECUTE FUNCTION sale_protocol_refuse();

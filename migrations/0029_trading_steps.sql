-- What belongs to a sale besides bids: offers of a listing, questions, objections, corrections and confirmations; and
-- the contract that an award began.

CREATE TABLE sale_offer (
    sale {KEY} NOT NULL REFERENCES sale (id),
    bidder INTEGER NOT NULL,
    version BIGINT NOT NULL,
    price_fen BIGINT NOT NULL,
    note TEXT NOT NULL,
    -- False after a correction of the sale, until the bidder confirms it.
    confirmed BOOLEAN NOT NULL,
    -- When the present price was first offered: of equal offers the earlier wins.
    offered_at TIMESTAMP NOT NULL,
    PRIMARY KEY (sale, bidder)
);

CREATE TABLE sale_question (
    id {KEY} NOT NULL PRIMARY KEY,
    sale {KEY} NOT NULL REFERENCES sale (id),
    -- Never shown to others.
    asker {KEY} NOT NULL,
    text TEXT NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    answer TEXT NOT NULL,
    answered_at TIMESTAMP
);
CREATE INDEX sale_question_sale ON sale_question (sale, id);

CREATE TABLE sale_objection (
    id {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    sale {KEY} NOT NULL REFERENCES sale (id),
    state {KEY} NOT NULL,
    party_urn {KEY} NOT NULL,
    party_name TEXT NOT NULL,
    party_code {KEY} NOT NULL,
    person {KEY} NOT NULL,
    -- What it is about, why, on which evidence, and what is asked for.
    about {KEY} NOT NULL,
    reason TEXT NOT NULL,
    evidence TEXT NOT NULL,
    remedy {KEY} NOT NULL,
    made_at TIMESTAMP NOT NULL,
    due_on DATE NOT NULL,
    answer TEXT NOT NULL,
    answered_by TEXT NOT NULL,
    answered_at TIMESTAMP
);
CREATE INDEX sale_objection_sale ON sale_objection (sale, state, id);

-- What was changed after publication, for everybody to see.
CREATE TABLE sale_correction (
    sale {KEY} NOT NULL REFERENCES sale (id),
    position INTEGER NOT NULL,
    reason TEXT NOT NULL,
    -- Names of what changed, as JSON.
    fields TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    PRIMARY KEY (sale, position)
);

-- The confirmation of a result (成交确认书), written by itself and published.
CREATE TABLE sale_confirmation (
    sale {KEY} NOT NULL REFERENCES sale (id),
    place INTEGER NOT NULL,
    body TEXT NOT NULL,
    sha256 {KEY} NOT NULL,
    at TIMESTAMP NOT NULL,
    PRIMARY KEY (sale, place)
);

-- Drafts of contracts that awards began.
CREATE TABLE contract_sale (
    sale {KEY} NOT NULL,
    place INTEGER NOT NULL,
    contract {KEY} NOT NULL UNIQUE REFERENCES contract (id),
    PRIMARY KEY (sale, place)
);

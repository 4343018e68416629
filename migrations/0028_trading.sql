-- Trading: sales in all modes, who takes part under which alias, deposits, and the running state and bids of an
-- online bidding. A bid touches `sale_run` and `sale_bid` alone, never the sale's row or version.

-- What the rules of selling say from a day on (periods, shares, limits): dated configuration.
CREATE TABLE trading_profile (
    code {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    effective_from DATE NOT NULL,
    confirmed BOOLEAN NOT NULL,
    body TEXT NOT NULL,
    changed_at TIMESTAMP NOT NULL
);

CREATE TABLE sale (
    id {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    mode {KEY} NOT NULL,
    state {KEY} NOT NULL,
    -- What belongs to the state alone: one typed document.
    standing TEXT NOT NULL,
    title TEXT NOT NULL,
    seller_urn {KEY} NOT NULL,
    seller_name TEXT NOT NULL,
    seller_code {KEY} NOT NULL,
    -- Lots and terms as they were written: typed documents.
    lots TEXT NOT NULL,
    terms TEXT NOT NULL,
    -- The secret reserve, sealed under the master key.
    reserve {BINARY},
    -- The values of the trading profile that the sale runs under, fixed when it is published.
    rules TEXT,
    published_at TIMESTAMP,
    starts_at TIMESTAMP,
    ends_at TIMESTAMP,
    -- The first time that a job has something to do with it; NULL when there is nothing.
    due_at TIMESTAMP,
    rerun_of {KEY} REFERENCES sale (id),
    run_number INTEGER NOT NULL,
    -- Credit codes of who may not take part (defaulters of an earlier run): JSON.
    excluded TEXT NOT NULL,
    created_by {KEY} NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX sale_by_state ON sale (state, id);
CREATE INDEX sale_by_seller ON sale (seller_urn, id);
CREATE INDEX sale_by_due ON sale (due_at);
CREATE UNIQUE INDEX sale_by_rerun ON sale (rerun_of);

CREATE TABLE sale_lot (
    sale {KEY} NOT NULL REFERENCES sale (id),
    position INTEGER NOT NULL,
    about {KEY} NOT NULL,
    PRIMARY KEY (sale, position)
);
CREATE INDEX sale_lot_about ON sale_lot (about, sale);

-- Who takes part. The alias is public, the identity secret until the end.
CREATE TABLE sale_bidder (
    sale {KEY} NOT NULL REFERENCES sale (id),
    number INTEGER NOT NULL,
    alias {KEY} NOT NULL,
    party_urn {KEY} NOT NULL,
    party_name TEXT NOT NULL,
    party_code {KEY} NOT NULL,
    -- The deposit is confirmed, or none is asked for.
    admitted BOOLEAN NOT NULL,
    -- Of a priority holder: 1 before 2.
    priority INTEGER,
    -- The priority holder has used its one match.
    matched BOOLEAN NOT NULL,
    -- Its secret maximum, sealed under the master key.
    maximum {BINARY},
    enrolled_by {KEY} NOT NULL,
    enrolled_at TIMESTAMP NOT NULL,
    PRIMARY KEY (sale, number)
);
CREATE UNIQUE INDEX sale_bidder_party ON sale_bidder (sale, party_urn);
CREATE UNIQUE INDEX sale_bidder_alias ON sale_bidder (sale, alias);
CREATE INDEX sale_bidder_by_party ON sale_bidder (party_urn, sale);

CREATE TABLE sale_deposit (
    id {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    sale {KEY} NOT NULL REFERENCES sale (id),
    bidder INTEGER NOT NULL,
    -- Written on the transfer, so that the finance side knows the payment without knowing the bidder.
    reference {KEY} NOT NULL UNIQUE,
    amount_fen BIGINT NOT NULL,
    state {KEY} NOT NULL,
    instructed_at TIMESTAMP NOT NULL,
    confirmed_at TIMESTAMP,
    -- Voucher of the bank.
    voucher TEXT NOT NULL,
    settled_at TIMESTAMP,
    reason TEXT NOT NULL
);
CREATE UNIQUE INDEX sale_deposit_bidder ON sale_deposit (sale, bidder);
CREATE INDEX sale_deposit_state ON sale_deposit (state, id);

-- The running state of a bidding, in one row.
CREATE TABLE sale_run (
    sale {KEY} NOT NULL PRIMARY KEY REFERENCES sale (id),
    closed BOOLEAN NOT NULL,
    starts_at TIMESTAMP NOT NULL,
    ends_at TIMESTAMP NOT NULL,
    start_fen BIGINT NOT NULL,
    increment_fen BIGINT NOT NULL,
    extension_s INTEGER NOT NULL,
    -- Longest silence of the platform, and in the last part of the sale.
    silence_s INTEGER NOT NULL,
    last_part_s INTEGER NOT NULL,
    -- Number of the last bid: the order of bids is total.
    seq BIGINT NOT NULL,
    price_fen BIGINT NOT NULL,
    leader INTEGER,
    leader_priority INTEGER,
    -- The leader's secret maximum, sealed, while it is above the price.
    leader_maximum {BINARY},
    extensions INTEGER NOT NULL,
    -- The last sign of life of the platform while this sale ran.
    beat_at TIMESTAMP NOT NULL
);
CREATE INDEX sale_run_open ON sale_run (closed, ends_at);

CREATE TABLE sale_bid (
    sale {KEY} NOT NULL,
    seq BIGINT NOT NULL,
    bidder INTEGER NOT NULL,
    price_fen BIGINT NOT NULL,
    kind {KEY} NOT NULL,
    -- It stood highest when it was decided.
    leads BOOLEAN NOT NULL,
    at TIMESTAMP NOT NULL,
    PRIMARY KEY (sale, seq)
);
CREATE INDEX sale_bid_bidder ON sale_bid (sale, bidder, price_fen);

-- When and why a sale stood still, and what was given back.
CREATE TABLE sale_suspension (
    sale {KEY} NOT NULL REFERENCES sale (id),
    position INTEGER NOT NULL,
    reason {KEY} NOT NULL,
    note TEXT NOT NULL,
    -- Since when the platform, or the sale, stood still.
    since TIMESTAMP NOT NULL,
    decided_at TIMESTAMP NOT NULL,
    resumes_at TIMESTAMP NOT NULL,
    old_ends_at TIMESTAMP NOT NULL,
    new_ends_at TIMESTAMP NOT NULL,
    PRIMARY KEY (sale, position)
);

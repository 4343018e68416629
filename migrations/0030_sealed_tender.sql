-- Sealed tenders. A deposited envelope changes `sealed_box` alone, and nothing in the clear.

CREATE TABLE sealed_tender (
    sale {KEY} NOT NULL PRIMARY KEY REFERENCES sale (id),
    version BIGINT NOT NULL,
    -- How the tender is run: a typed document.
    setup TEXT NOT NULL,
    -- Public key and commitments: a typed document; NULL before the key ceremony.
    key_record TEXT,
    rehearsed_at TIMESTAMP,
    -- The tree over all envelopes, fixed at the deadline with the terms that counted then.
    root {BINARY},
    closed_at TIMESTAMP,
    terms_sha256 {KEY} NOT NULL,
    opened_at TIMESTAMP,
    -- The opening key itself: written with the opening, public from then on.
    opening_key {BINARY},
    committee TEXT NOT NULL,
    evaluated_at TIMESTAMP
);
CREATE INDEX sealed_tender_open ON sealed_tender (opened_at, sale);

CREATE TABLE sealed_officer (
    sale {KEY} NOT NULL REFERENCES sealed_tender (sale),
    number INTEGER NOT NULL,
    body {KEY} NOT NULL,
    body_name TEXT NOT NULL,
    user_id {KEY},
    public_key {BINARY},
    -- Both shares, sealed to the officer's key.
    packet {BINARY},
    rehearsal_share {BINARY},
    opening_share {BINARY},
    PRIMARY KEY (sale, number)
);
CREATE INDEX sealed_officer_body ON sealed_officer (body, sale);

-- The opening key where the server keeps it, sealed under the master key; gone after the opening.
CREATE TABLE sealed_key (
    sale {KEY} NOT NULL PRIMARY KEY REFERENCES sealed_tender (sale),
    sealed {BINARY} NOT NULL
);

-- The ballot box: one document of one size, sealed under the master key, written anew as a whole.
CREATE TABLE sealed_box (
    sale {KEY} NOT NULL PRIMARY KEY REFERENCES sealed_tender (sale),
    sealed {BINARY} NOT NULL
);

-- Every envelope of an opened box, in the order of slots.
CREATE TABLE sealed_opening (
    sale {KEY} NOT NULL PRIMARY KEY REFERENCES sealed_tender (sale),
    envelopes {BINARY} NOT NULL
);

-- The used slots of an opened box.
CREATE TABLE sealed_bid (
    sale {KEY} NOT NULL REFERENCES sealed_tender (sale),
    slot INTEGER NOT NULL,
    envelope_sha256 {BINARY} NOT NULL,
    received_at TIMESTAMP NOT NULL,
    replaced {BINARY},
    bidder_urn {KEY} NOT NULL,
    bidder_name TEXT NOT NULL,
    bidder_code {KEY} NOT NULL,
    price_fen BIGINT NOT NULL,
    body TEXT NOT NULL,
    fault {KEY},
    PRIMARY KEY (sale, slot)
);
CREATE INDEX sealed_bid_bidder ON sealed_bid (bidder_urn, sale);

CREATE TABLE sealed_sheet (
    sale {KEY} NOT NULL REFERENCES sealed_tender (sale),
    member INTEGER NOT NULL,
    at TIMESTAMP NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (sale, member)
);

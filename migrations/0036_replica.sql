-- Records of other nodes, read-only, and what came in of them.

-- The epoch in which a change was written; a restore from a backup begins another.
ALTER TABLE change ADD COLUMN epoch BIGINT NOT NULL DEFAULT 1;

-- What a change that was taken over from another node keeps of its origin.
CREATE TABLE change_relay (
    seq BIGINT NOT NULL PRIMARY KEY,
    origin {KEY} NOT NULL,
    via {KEY} NOT NULL,
    origin_epoch BIGINT NOT NULL,
    origin_seq BIGINT NOT NULL,
    hops INTEGER NOT NULL,
    origin_time TIMESTAMP NOT NULL,
    event_type {KEY} NOT NULL,
    reason {KEY}
);

CREATE TABLE replica (
    subject {KEY} NOT NULL PRIMARY KEY,
    origin {KEY} NOT NULL,
    via {KEY} NOT NULL,
    epoch BIGINT NOT NULL,
    version BIGINT NOT NULL,
    event_type {KEY} NOT NULL,
    state {KEY} NOT NULL,
    audience {KEY} NOT NULL,
    hops INTEGER NOT NULL,
    public TEXT,
    salt {BINARY},
    data_hash {BINARY},
    origin_seq BIGINT NOT NULL,
    changed_at TIMESTAMP NOT NULL,
    received_at TIMESTAMP NOT NULL,
    generation BIGINT NOT NULL
);
CREATE INDEX replica_via ON replica (via, subject);
CREATE INDEX replica_type ON replica (event_type, subject);

-- Every event that was taken: none is taken twice, whatever way it comes.
CREATE TABLE inbox (
    origin {KEY} NOT NULL,
    origin_epoch BIGINT NOT NULL,
    origin_seq BIGINT NOT NULL,
    PRIMARY KEY (origin, origin_epoch, origin_seq)
);

-- Events that were not applied, for somebody to look at.
CREATE TABLE quarantine (
    id {KEY} NOT NULL PRIMARY KEY,
    peer {KEY} NOT NULL,
    subject {KEY} NOT NULL,
    reason {KEY} NOT NULL,
    event TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    resolved_at TIMESTAMP
);
CREATE INDEX quarantine_peer ON quarantine (peer, id);

-- The change log and what every instance shares.

CREATE TABLE change_head (
    id INTEGER NOT NULL PRIMARY KEY,
    epoch BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    feed_seq BIGINT NOT NULL,
    last_at TIMESTAMP NOT NULL
);
INSERT INTO change_head (id, epoch, seq, feed_seq, last_at) VALUES (1, 1, 0, 0, '2000-01-01 00:00:00');

CREATE TABLE change (
    seq BIGINT NOT NULL PRIMARY KEY,
    feed_seq BIGINT UNIQUE,
    at TIMESTAMP NOT NULL,
    kind {KEY} NOT NULL,
    subject {KEY} NOT NULL,
    version BIGINT NOT NULL,
    method {KEY} NOT NULL,
    actor {KEY} NOT NULL,
    cause BIGINT,
    audience {KEY} NOT NULL,
    facts TEXT,
    public TEXT,
    salt {BINARY},
    data_hash {BINARY},
    leaf_hash {BINARY}
);
CREATE INDEX change_subject ON change (subject, seq);

CREATE TABLE follower (
    name {KEY} NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    failures INTEGER NOT NULL,
    stopped BOOLEAN NOT NULL,
    last_error TEXT
);

-- Changes that a follower could not take after several tries and passed over with an alarm.
CREATE TABLE follower_parked (
    name {KEY} NOT NULL,
    seq BIGINT NOT NULL,
    at TIMESTAMP NOT NULL,
    error TEXT NOT NULL,
    PRIMARY KEY (name, seq)
);

-- The answers of successful commands, for clients that repeat them with the same Idempotency-Key.
CREATE TABLE idempotency (
    principal {KEY} NOT NULL,
    operation {KEY} NOT NULL,
    key {KEY} NOT NULL,
    body_hash {BINARY} NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,
    body TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at TIMESTAMP NOT NULL,
    PRIMARY KEY (principal, operation, key)
);
CREATE INDEX idempotency_at ON idempotency (at);

CREATE TABLE lease (
    name {KEY} NOT NULL PRIMARY KEY,
    holder {KEY} NOT NULL,
    fence BIGINT NOT NULL,
    until TIMESTAMP NOT NULL
);

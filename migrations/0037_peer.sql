-- The neighbours of this node, and how far each was followed.

CREATE TABLE peer (
    node {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    base_url TEXT NOT NULL,
    role {KEY} NOT NULL,
    state {KEY} NOT NULL,
    keys TEXT NOT NULL,
    hidden TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE peer_sync (
    node {KEY} NOT NULL PRIMARY KEY,
    stage {KEY} NOT NULL,
    epoch BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    view {KEY} NOT NULL,
    head BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    as_of_epoch BIGINT NOT NULL,
    as_of_seq BIGINT NOT NULL,
    as_of_view {KEY} NOT NULL,
    after_subject {KEY} NOT NULL,
    failures INTEGER NOT NULL,
    last_error TEXT,
    last_error_at TIMESTAMP,
    last_ok_at TIMESTAMP,
    last_event_at TIMESTAMP,
    behind_since TIMESTAMP,
    applied BIGINT NOT NULL,
    acked_seq BIGINT NOT NULL,
    hinted_seq BIGINT NOT NULL,
    compared_at TIMESTAMP,
    alarms TEXT NOT NULL
);

-- Acts across nodes (TMF-1 rule 11): what users of this node asked of other nodes and what became of it; commands
-- under way, and commands received.

CREATE TABLE remote_act (
    id {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    act {KEY} NOT NULL,
    -- The node that decides.
    node {KEY} NOT NULL,
    about {KEY} NOT NULL,
    about_title TEXT NOT NULL,
    -- URN of the engagement, offer or bid at the other node; empty until it is known.
    thread {KEY} NOT NULL,
    organisation {KEY} NOT NULL,
    asked_by {KEY} NOT NULL,
    state {KEY} NOT NULL,
    request TEXT NOT NULL,
    accepted BOOLEAN,
    -- What the owner answered, or why the command could not be delivered.
    answer TEXT NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    sent_at TIMESTAMP,
    received_at TIMESTAMP,
    decided_at TIMESTAMP
);
CREATE INDEX remote_act_organisation ON remote_act (organisation, id);

-- Commands that wait to be handed to the next node: own ones, and others' as opaque bytes.
CREATE TABLE command_outbox (
    origin {KEY} NOT NULL,
    key {KEY} NOT NULL,
    to_node {KEY} NOT NULL,
    -- SHA-256 of the command: another one under the same key is refused.
    digest {KEY} NOT NULL,
    -- Empty once it is handed over.
    command TEXT NOT NULL,
    -- The nodes that it came through, separated by commas.
    via {KEY} NOT NULL,
    state {KEY} NOT NULL,
    attempts INTEGER NOT NULL,
    next_at TIMESTAMP NOT NULL,
    last_error TEXT NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    queued_at TIMESTAMP NOT NULL,
    sent_at TIMESTAMP,
    PRIMARY KEY (origin, key)
);
CREATE INDEX command_outbox_due ON command_outbox (state, next_at);

-- Commands that this node received. Kept for good: the key of an act is (origin, key).
CREATE TABLE command_inbox (
    origin {KEY} NOT NULL,
    key {KEY} NOT NULL,
    digest {KEY} NOT NULL,
    act {KEY} NOT NULL,
    -- As it came, signed and sealed: the evidence.
    command TEXT NOT NULL,
    body TEXT NOT NULL,
    -- UUID of the result's record.
    result {KEY} NOT NULL,
    state {KEY} NOT NULL,
    accepted BOOLEAN,
    attempts INTEGER NOT NULL,
    next_at TIMESTAMP NOT NULL,
    last_error TEXT NOT NULL,
    received_at TIMESTAMP NOT NULL,
    decided_at TIMESTAMP,
    PRIMARY KEY (origin, key)
);
CREATE INDEX command_inbox_due ON command_inbox (state, next_at);
CREATE INDEX command_inbox_origin ON command_inbox (origin, received_at);

-- What other nodes were told of their users' acts: the version of each sealed record and the digest of its text.
CREATE TABLE command_told (
    subject {KEY} NOT NULL PRIMARY KEY,
    node {KEY} NOT NULL,
    version BIGINT NOT NULL,
    digest {KEY} NOT NULL,
    told_at TIMESTAMP NOT NULL
);

-- What other nodes told of our users' acts, opened; one row for each sealed record that was taken.
CREATE TABLE command_result (
    subject {KEY} NOT NULL PRIMARY KEY,
    origin {KEY} NOT NULL,
    version BIGINT NOT NULL,
    state {KEY} NOT NULL,
    attempts INTEGER NOT NULL,
    next_at TIMESTAMP NOT NULL,
    last_error TEXT NOT NULL,
    document TEXT NOT NULL,
    came_at TIMESTAMP NOT NULL
);
CREATE INDEX command_result_due ON command_result (state, next_at);

-- Threads at other nodes to which an organisation of this node is a party, as their owners last told them.
CREATE TABLE remote_thread (
    urn {KEY} NOT NULL PRIMARY KEY,
    id {KEY} NOT NULL,
    organisation {KEY} NOT NULL,
    node {KEY} NOT NULL,
    kind {KEY} NOT NULL,
    about {KEY} NOT NULL,
    state {KEY} NOT NULL,
    version BIGINT NOT NULL,
    document TEXT NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX remote_thread_organisation ON remote_thread (organisation, id);

CREATE TABLE remote_message (
    id {KEY} NOT NULL PRIMARY KEY,
    thread {KEY} NOT NULL,
    party {KEY} NOT NULL,
    party_name TEXT NOT NULL,
    author_name TEXT NOT NULL,
    text TEXT NOT NULL,
    sent_at TIMESTAMP NOT NULL
);
CREATE INDEX remote_message_thread ON remote_message (thread, id);

-- What people are told, how they want to be told, and what is on its way to them.

CREATE TABLE notice (
    id {KEY} NOT NULL PRIMARY KEY,
    user_id {KEY} NOT NULL,
    organisation_id {KEY} NOT NULL,
    -- The same thing is told once.
    dedup {KEY} NOT NULL,
    topic {KEY} NOT NULL,
    event {KEY} NOT NULL,
    subject {KEY} NOT NULL,
    title TEXT NOT NULL,
    link TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    in_app BOOLEAN NOT NULL,
    unread BOOLEAN NOT NULL,
    read_at TIMESTAMP,
    -- Whether a mail is still to be written of it.
    mail {KEY} NOT NULL
);
CREATE UNIQUE INDEX notice_once ON notice (user_id, organisation_id, dedup);
CREATE INDEX notice_box ON notice (user_id, organisation_id, id);
CREATE INDEX notice_unread ON notice (user_id, organisation_id, unread, id);
CREATE INDEX notice_mail_due ON notice (mail, at, user_id, organisation_id);
CREATE INDEX notice_at ON notice (at);

CREATE TABLE notice_preference (
    user_id {KEY} NOT NULL,
    organisation_id {KEY} NOT NULL,
    version BIGINT NOT NULL,
    choices TEXT NOT NULL,
    PRIMARY KEY (user_id, organisation_id)
);

-- Where a person wants mail; never in a change, never in a log.
CREATE TABLE notice_mail (
    user_id {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    address TEXT NOT NULL,
    language {KEY} NOT NULL,
    confirmed BOOLEAN NOT NULL,
    -- The code that proves the address, sealed under the master key, until it is used or too old.
    code {BINARY},
    code_until TIMESTAMP NOT NULL,
    codes_sent INTEGER NOT NULL,
    codes_day DATE NOT NULL
);

-- Mail and webhook messages: written by followers, sent at least once under this id.
CREATE TABLE notice_delivery (
    id {KEY} NOT NULL PRIMARY KEY,
    channel {KEY} NOT NULL,
    state {KEY} NOT NULL,
    -- Raised whenever somebody takes it up, so that of two senders one writes what became of it.
    version BIGINT NOT NULL,
    user_id {KEY},
    organisation_id {KEY} NOT NULL,
    endpoint {KEY},
    topic {KEY} NOT NULL,
    event {KEY} NOT NULL,
    subject {KEY} NOT NULL,
    link TEXT NOT NULL,
    notices TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    attempts INTEGER NOT NULL,
    next_at TIMESTAMP NOT NULL,
    created_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP,
    last_error TEXT NOT NULL
);
CREATE INDEX notice_delivery_due ON notice_delivery (channel, state, next_at);
CREATE INDEX notice_delivery_of ON notice_delivery (organisation_id, channel, id);
CREATE INDEX notice_delivery_endpoint ON notice_delivery (endpoint, state);
CREATE INDEX notice_delivery_user ON notice_delivery (user_id, created_at);

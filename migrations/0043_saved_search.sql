-- Questions that people keep, to be told of records that answer them.

CREATE TABLE saved_search (
    id {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    user_id {KEY} NOT NULL REFERENCES app_user (id),
    organisation_id {KEY} NOT NULL REFERENCES organisation (id),
    name TEXT NOT NULL,
    -- The search's own parameters, as JSON.
    question TEXT NOT NULL,
    frequency {KEY} NOT NULL,
    in_app BOOLEAN NOT NULL,
    mail BOOLEAN NOT NULL,
    webhook BOOLEAN NOT NULL,
    -- What happened before is not told.
    since TIMESTAMP NOT NULL,
    created_at TIMESTAMP NOT NULL,
    changed_at TIMESTAMP NOT NULL
);
CREATE INDEX saved_search_owner ON saved_search (user_id, organisation_id, id);
CREATE INDEX saved_search_changed ON saved_search (changed_at, id);

-- Which of them were told of a record that stands on the market: they are told of its changes and its end too.
CREATE TABLE saved_search_told (
    subject {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    title TEXT NOT NULL,
    -- Ids, 16 bytes each.
    searches {BINARY} NOT NULL
);

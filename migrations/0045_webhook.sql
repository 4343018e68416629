-- Addresses of organisations that want to be told by HTTP.

CREATE TABLE webhook_endpoint (
    id {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    organisation_id {KEY} NOT NULL REFERENCES organisation (id),
    url TEXT NOT NULL,
    description TEXT NOT NULL,
    -- Topics, as JSON; empty is all of them.
    topics TEXT NOT NULL,
    state {KEY} NOT NULL,
    state_reason TEXT NOT NULL,
    -- Sealed under the master key.
    secret {BINARY} NOT NULL,
    -- The secret before the last change, which signs beside the new one for a while.
    former_secret {BINARY},
    former_until TIMESTAMP,
    succeeded_at TIMESTAMP,
    created_at TIMESTAMP NOT NULL,
    changed_at TIMESTAMP NOT NULL
);
CREATE INDEX webhook_endpoint_of ON webhook_endpoint (organisation_id, id);

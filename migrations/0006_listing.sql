-- Achievements and demands: what they have in common, and what is filtered and sorted, as columns; the
-- record as its holder wrote it, and as it was approved, as documents.

CREATE TABLE listing (
    id {KEY} NOT NULL PRIMARY KEY,
    -- achievement | demand
    entity {KEY} NOT NULL,
    version BIGINT NOT NULL,
    holder {KEY} NOT NULL,
    holder_name TEXT NOT NULL,
    holder_credit_code {KEY} NOT NULL,
    holder_kind {KEY} NOT NULL,
    state {KEY} NOT NULL,
    revision {KEY} NOT NULL,
    -- Waits for a reviewer: submitted, or published with a submitted revision.
    waiting BOOLEAN NOT NULL,
    reserved_for {KEY},
    -- From the approved text once there is one, else from the working copy.
    title TEXT NOT NULL,
    brief TEXT NOT NULL,
    technical_field {KEY} NOT NULL,
    industry {KEY} NOT NULL,
    division {KEY} NOT NULL,
    kind {KEY} NOT NULL,
    trl INTEGER NOT NULL,
    year INTEGER NOT NULL,
    low_fen BIGINT NOT NULL,
    high_fen BIGINT NOT NULL,
    submitted_by {KEY},
    -- Sorted on, so never null: 1970 before the first time, 9999-12-31 without an end.
    submitted_at TIMESTAMP NOT NULL,
    published_at TIMESTAMP NOT NULL,
    ends_on DATE NOT NULL,
    created_by {KEY} NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    content TEXT NOT NULL,
    published TEXT,
    remarks TEXT NOT NULL
);

-- The public lists: only what is published costs index entries.
CREATE INDEX listing_newest ON listing (entity, published_at, id) WHERE state = 'published';
CREATE INDEX listing_field ON listing (entity, technical_field, published_at, id) WHERE state = 'published';
CREATE INDEX listing_division ON listing (entity, division, published_at, id) WHERE state = 'published';
CREATE INDEX listing_city ON listing (entity, (substr(division, 1, 4)), published_at, id) WHERE state = 'published';
CREATE INDEX listing_kind ON listing (entity, kind, published_at, id) WHERE state = 'published';
CREATE INDEX listing_low ON listing (entity, low_fen, id) WHERE state = 'published';
CREATE INDEX listing_high ON listing (entity, high_fen, id) WHERE state = 'published';
CREATE INDEX listing_ends ON listing (entity, ends_on, id) WHERE state = 'published';
-- A holder's catalogue.
CREATE INDEX listing_catalogue ON listing (entity, holder, published_at, id) WHERE state = 'published';
-- The holder's own list, and the reviewers' queue.
CREATE INDEX listing_own ON listing (entity, holder, updated_at, id);
CREATE INDEX listing_waiting ON listing (entity, submitted_at, id) WHERE waiting;

-- Matchmaking: whose suggestions are to be made anew, what is known of each published record, the suggestions, the
-- model that was learnt, the weights that operators set, and what became of suggestions.

CREATE TABLE match_dirty (
    subject {KEY} NOT NULL PRIMARY KEY,
    -- Microseconds; a later mark outdates what was computed meanwhile.
    mark BIGINT NOT NULL,
    -- Whether the lists of others may change with it.
    spread BOOLEAN NOT NULL
);
CREATE INDEX match_dirty_order ON match_dirty (mark, subject);

CREATE TABLE match_profile (
    subject {KEY} NOT NULL PRIMARY KEY,
    side {KEY} NOT NULL,
    holder {KEY} NOT NULL,
    field {KEY} NOT NULL,
    industry {KEY} NOT NULL,
    published_at BIGINT NOT NULL,
    direction {BINARY} NOT NULL,
    -- The model that the direction belongs to; directions of different models don't compare.
    model BIGINT NOT NULL,
    live BOOLEAN NOT NULL,
    stamp BIGINT NOT NULL
);
CREATE INDEX match_profile_news ON match_profile (stamp);

CREATE TABLE match_suggestion (
    subject {KEY} NOT NULL,
    other {KEY} NOT NULL,
    place INTEGER NOT NULL,
    score_ppm BIGINT NOT NULL,
    verdict TEXT NOT NULL,
    introduced BOOLEAN NOT NULL,
    weights_version BIGINT NOT NULL,
    computed_at TIMESTAMP NOT NULL,
    PRIMARY KEY (subject, other)
);
CREATE INDEX match_suggestion_of ON match_suggestion (other, score_ppm);

CREATE TABLE match_model (
    number BIGINT NOT NULL PRIMARY KEY,
    records INTEGER NOT NULL,
    learnt_at TIMESTAMP NOT NULL,
    -- False while its parts are being written.
    ready BOOLEAN NOT NULL
);

CREATE TABLE match_model_part (
    model BIGINT NOT NULL REFERENCES match_model (number),
    number INTEGER NOT NULL,
    bytes {BINARY} NOT NULL,
    PRIMARY KEY (model, number)
);

CREATE TABLE match_weights (
    version BIGINT NOT NULL PRIMARY KEY,
    ppm TEXT NOT NULL,
    note TEXT NOT NULL,
    actor TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    -- Whether all suggestions have been marked for it.
    spread BOOLEAN NOT NULL
);

CREATE TABLE match_feedback (
    id {KEY} NOT NULL PRIMARY KEY,
    at TIMESTAMP NOT NULL,
    event {KEY} NOT NULL,
    side {KEY} NOT NULL,
    demand {KEY} NOT NULL,
    achievement {KEY} NOT NULL,
    organisation {KEY} NOT NULL,
    source {KEY} NOT NULL,
    position INTEGER,
    reason {KEY},
    parts TEXT,
    weights_version BIGINT
);
CREATE UNIQUE INDEX match_feedback_once
    ON match_feedback (event, side, demand, achievement, organisation, source);
CREATE INDEX match_feedback_source ON match_feedback (source);

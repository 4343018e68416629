-- Open challenges (揭榜挂帅). Bidders may live at another node, so they stand in columns without a foreign key.
-- Proposals are rows of their own: nothing about them is in the challenge's row, so that neither its version nor
-- its times tell anything before the last day is over.

CREATE TABLE challenge (
    id {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    demand {KEY} NOT NULL,
    organisation {KEY} NOT NULL,
    holder_urn {KEY} NOT NULL,
    holder_name TEXT NOT NULL,
    holder_credit_code {KEY} NOT NULL,
    stage {KEY} NOT NULL,
    title TEXT NOT NULL,
    requirements TEXT NOT NULL,
    conditions TEXT NOT NULL,
    bounty_fen BIGINT,
    deadline DATE,
    published_at TIMESTAMP,
    winner_urn {KEY},
    course TEXT NOT NULL,
    steps BIGINT NOT NULL,
    created_by {KEY} NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX challenge_demand ON challenge (demand);
CREATE INDEX challenge_holder ON challenge (organisation, id);
CREATE INDEX challenge_winner ON challenge (winner_urn, id);
CREATE INDEX challenge_stage ON challenge (stage, deadline);

CREATE TABLE challenge_step (
    challenge {KEY} NOT NULL REFERENCES challenge (id),
    number BIGINT NOT NULL,
    at TIMESTAMP NOT NULL,
    act {KEY} NOT NULL,
    stage {KEY} NOT NULL,
    user_id {KEY},
    unit TEXT NOT NULL,
    words TEXT NOT NULL,
    PRIMARY KEY (challenge, number)
);

CREATE TABLE challenge_proposal (
    id {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    challenge {KEY} NOT NULL REFERENCES challenge (id),
    organisation {KEY} NOT NULL,
    bidder_urn {KEY} NOT NULL,
    bidder_name TEXT NOT NULL,
    bidder_credit_code {KEY} NOT NULL,
    state {KEY} NOT NULL,
    price_fen BIGINT NOT NULL,
    plan TEXT NOT NULL,
    submitted_by {KEY} NOT NULL,
    submitted_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    UNIQUE (challenge, bidder_urn)
);
CREATE INDEX challenge_proposal_bidder ON challenge_proposal (organisation, id);

CREATE TABLE challenge_opinion (
    id {KEY} NOT NULL PRIMARY KEY,
    challenge {KEY} NOT NULL REFERENCES challenge (id),
    proposal {KEY} REFERENCES challenge_proposal (id),
    expert TEXT NOT NULL,
    unit TEXT NOT NULL,
    verdict {KEY} NOT NULL,
    words TEXT NOT NULL,
    recorded_by {KEY} NOT NULL,
    at TIMESTAMP NOT NULL
);
CREATE INDEX challenge_opinion_order ON challenge_opinion (challenge, id);

CREATE TABLE challenge_milestone (
    challenge {KEY} NOT NULL REFERENCES challenge (id),
    number INTEGER NOT NULL,
    version BIGINT NOT NULL,
    title TEXT NOT NULL,
    due_on DATE NOT NULL,
    amount_fen BIGINT NOT NULL,
    state {KEY} NOT NULL,
    report TEXT NOT NULL,
    files TEXT NOT NULL,
    opinion TEXT NOT NULL,
    submitted_at TIMESTAMP,
    accepted_at TIMESTAMP,
    PRIMARY KEY (challenge, number)
);

CREATE TABLE challenge_evaluation (
    challenge {KEY} NOT NULL REFERENCES challenge (id),
    number INTEGER NOT NULL,
    result {KEY} NOT NULL,
    score INTEGER,
    words TEXT NOT NULL,
    evaluated_on DATE NOT NULL,
    recorded_by {KEY} NOT NULL,
    at TIMESTAMP NOT NULL,
    PRIMARY KEY (challenge, number)
);

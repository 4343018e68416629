-- Engagements: who enquires with whom about which record, and what became of it. Parties may live at
-- another node, so they stand in columns without a foreign key.

CREATE TABLE engagement (
    id {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    about_kind {KEY} NOT NULL,
    about {KEY} NOT NULL,
    about_title TEXT NOT NULL,
    owner_urn {KEY} NOT NULL,
    owner_name TEXT NOT NULL,
    owner_credit_code {KEY} NOT NULL,
    enquirer_urn {KEY} NOT NULL,
    enquirer_name TEXT NOT NULL,
    enquirer_credit_code {KEY} NOT NULL,
    broker_urn {KEY},
    broker_name TEXT,
    broker_credit_code {KEY},
    state {KEY} NOT NULL,
    enquiry TEXT NOT NULL,
    contact TEXT NOT NULL,
    asked_by {KEY} NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    answer_due_at TIMESTAMP NOT NULL,
    answered_by {KEY},
    answered_at TIMESTAMP,
    decline_reason {KEY},
    answer TEXT NOT NULL,
    undertaking_sha256 {KEY},
    undertaking_by {KEY},
    undertaking_at TIMESTAMP,
    outcome {KEY},
    outcome_note TEXT NOT NULL,
    concluded_at TIMESTAMP,
    updated_at TIMESTAMP NOT NULL
);
-- One open enquiry of an organisation about a record.
CREATE INDEX engagement_about ON engagement (about, enquirer_urn);

-- Whose lists an engagement stands in.
CREATE TABLE engagement_party (
    party {KEY} NOT NULL,
    engagement {KEY} NOT NULL REFERENCES engagement (id),
    role {KEY} NOT NULL,
    PRIMARY KEY (party, engagement)
);

CREATE TABLE engagement_message (
    id {KEY} NOT NULL PRIMARY KEY,
    engagement {KEY} NOT NULL REFERENCES engagement (id),
    party {KEY} NOT NULL,
    party_name TEXT NOT NULL,
    author {KEY} NOT NULL,
    author_name TEXT NOT NULL,
    text TEXT NOT NULL,
    sent_at TIMESTAMP NOT NULL
);
CREATE INDEX engagement_message_order ON engagement_message (engagement, id);

CREATE TABLE engagement_meeting (
    id {KEY} NOT NULL PRIMARY KEY,
    engagement {KEY} NOT NULL REFERENCES engagement (id),
    version BIGINT NOT NULL,
    state {KEY} NOT NULL,
    starts_at TIMESTAMP NOT NULL,
    mode {KEY} NOT NULL,
    place TEXT NOT NULL,
    agenda TEXT NOT NULL,
    minutes TEXT NOT NULL,
    arranged_by {KEY} NOT NULL,
    arranged_at TIMESTAMP NOT NULL
);
CREATE INDEX engagement_meeting_order ON engagement_meeting (engagement, starts_at, id);

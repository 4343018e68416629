-- Keys of this node, organisations, people, sessions and what they carry.

-- Private keys are sealed under the master key, which is not in the database.
CREATE TABLE signing_key (
    id {KEY} NOT NULL PRIMARY KEY,
    kid {KEY} NOT NULL UNIQUE,
    purpose {KEY} NOT NULL,
    public_key {BINARY} NOT NULL,
    sealed {BINARY} NOT NULL,
    created_at TIMESTAMP NOT NULL,
    retired_at TIMESTAMP,
    revoked_at TIMESTAMP
);
CREATE UNIQUE INDEX signing_key_active ON signing_key (purpose) WHERE retired_at IS NULL AND revoked_at IS NULL;

CREATE TABLE organisation (
    id {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    kind {KEY} NOT NULL,
    name TEXT NOT NULL,
    credit_code {KEY} NOT NULL,
    division {KEY} NOT NULL,
    introduction TEXT NOT NULL,
    contact_person TEXT NOT NULL,
    contact_phone TEXT NOT NULL,
    contact_email TEXT NOT NULL,
    contact_address TEXT NOT NULL,
    state {KEY} NOT NULL,
    state_reason TEXT NOT NULL,
    state_at TIMESTAMP NOT NULL,
    verified_at TIMESTAMP,
    office_number {KEY},
    registered_at TIMESTAMP NOT NULL
);
-- A refused registration does not keep the real owner of the code out.
CREATE UNIQUE INDEX organisation_credit_code ON organisation (credit_code) WHERE state <> 'refused';
CREATE UNIQUE INDEX organisation_office ON organisation (substr(division, 1, 4), office_number)
    WHERE office_number IS NOT NULL;
CREATE INDEX organisation_state ON organisation (state, id);

CREATE TABLE app_user (
    id {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    login {KEY} NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    password_at TIMESTAMP NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE membership (
    id {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    user_id {KEY} NOT NULL REFERENCES app_user (id),
    organisation_id {KEY} NOT NULL REFERENCES organisation (id),
    active BOOLEAN NOT NULL,
    since TIMESTAMP NOT NULL,
    UNIQUE (user_id, organisation_id)
);
CREATE INDEX membership_organisation ON membership (organisation_id, id);

CREATE TABLE membership_role (
    membership_id {KEY} NOT NULL REFERENCES membership (id),
    role {KEY} NOT NULL,
    PRIMARY KEY (membership_id, role)
);

-- A login, and the family of its refresh tokens. Tokens of a generation below `generation` are void;
-- `voided_at` says since when, so that instances can follow.
CREATE TABLE session (
    id {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    user_id {KEY} NOT NULL REFERENCES app_user (id),
    membership_id {KEY} NOT NULL REFERENCES membership (id),
    generation BIGINT NOT NULL,
    opened_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP NOT NULL,
    ends_at TIMESTAMP NOT NULL,
    voided_at TIMESTAMP,
    revoked_at TIMESTAMP,
    revoked_reason {KEY},
    address TEXT NOT NULL,
    agent TEXT NOT NULL
);
CREATE INDEX session_by_user ON session (user_id, id);
CREATE INDEX session_membership ON session (membership_id);
CREATE INDEX session_voided ON session (voided_at) WHERE voided_at IS NOT NULL;
CREATE INDEX session_ends ON session (ends_at);

CREATE TABLE refresh_token (
    hash {KEY} NOT NULL PRIMARY KEY,
    session_id {KEY} NOT NULL REFERENCES session (id),
    expires_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP,
    successor {KEY},
    sealed_successor {BINARY}
);
CREATE INDEX refresh_token_session ON refresh_token (session_id);

CREATE TABLE api_key (
    id {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    membership_id {KEY} NOT NULL REFERENCES membership (id),
    hash {KEY} NOT NULL UNIQUE,
    label TEXT NOT NULL,
    hint TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    revoked_at TIMESTAMP
);
CREATE INDEX api_key_membership ON api_key (membership_id, id);
CREATE INDEX api_key_revoked ON api_key (revoked_at) WHERE revoked_at IS NOT NULL;

CREATE TABLE invitation (
    id {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    organisation_id {KEY} NOT NULL REFERENCES organisation (id),
    invited_by {KEY} NOT NULL REFERENCES app_user (id),
    name TEXT NOT NULL,
    roles TEXT NOT NULL,
    token_hash {KEY} NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    accepted_at TIMESTAMP,
    revoked_at TIMESTAMP
);
CREATE INDEX invitation_organisation ON invitation (organisation_id, id);

-- Attempts to sign in without success, by a hash of account and address.
CREATE TABLE login_backoff (
    key {KEY} NOT NULL PRIMARY KEY,
    attempts BIGINT NOT NULL,
    last_at TIMESTAMP NOT NULL
);
CREATE INDEX login_backoff_last ON login_backoff (last_at);

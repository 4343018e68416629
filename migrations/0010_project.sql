-- Targets of the plan, conversion projects declared under them, and what else was attained.

CREATE TABLE plan_target (
    id {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    annex INTEGER NOT NULL,
    indicator {KEY} NOT NULL,
    unit {KEY} NOT NULL,
    from_year INTEGER NOT NULL,
    to_year INTEGER NOT NULL,
    target BIGINT NOT NULL,
    comparison {KEY} NOT NULL,
    measure {KEY} NOT NULL,
    title TEXT NOT NULL,
    content TEXT NOT NULL,
    lead_body TEXT NOT NULL,
    support TEXT NOT NULL,
    position INTEGER NOT NULL
);
CREATE INDEX plan_target_indicator ON plan_target (indicator, position);

CREATE TABLE attainment (
    id {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    target_id {KEY} NOT NULL REFERENCES plan_target (id),
    state {KEY} NOT NULL,
    on_day DATE NOT NULL,
    name TEXT NOT NULL,
    amount BIGINT NOT NULL,
    evidence TEXT NOT NULL,
    reason TEXT NOT NULL,
    recorded_by {KEY} NOT NULL,
    recorded_at TIMESTAMP NOT NULL
);
CREATE INDEX attainment_target ON attainment (target_id, state, on_day, id);
-- One thing is counted once under one target.
CREATE UNIQUE INDEX attainment_once ON attainment (target_id, name) WHERE state = 'recorded';

CREATE TABLE project (
    id {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    state {KEY} NOT NULL,
    unit {KEY} NOT NULL,
    year INTEGER NOT NULL,
    mode {KEY} NOT NULL,
    summary TEXT NOT NULL,
    contract_id {KEY} NOT NULL,
    contract_urn {KEY} NOT NULL,
    contract_number {KEY} NOT NULL,
    title TEXT NOT NULL,
    registered_on DATE NOT NULL,
    technical_fen BIGINT NOT NULL,
    total_fen BIGINT NOT NULL,
    seller TEXT NOT NULL,
    seller_division {KEY} NOT NULL,
    buyer TEXT NOT NULL,
    buyer_division {KEY} NOT NULL,
    declared_by {KEY} NOT NULL,
    declared_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP,
    reason TEXT NOT NULL
);
CREATE INDEX project_count ON project (state, unit, year);
CREATE INDEX project_list ON project (declared_at, id);
CREATE INDEX project_contract ON project (contract_urn, state);
-- A contract counts once.
CREATE UNIQUE INDEX project_contract_once ON project (contract_id) WHERE state = 'declared';

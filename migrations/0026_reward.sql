-- Rewards to those who completed and converted a service achievement (职务科技成果): plans over registered contracts,
-- objections to what was publicised, what is due to whom, what was paid.

CREATE TABLE reward_rule (
    version BIGINT NOT NULL PRIMARY KEY,
    valid_from DATE NOT NULL UNIQUE,
    -- Floors, kinds of cost, territory of the plan: one typed document.
    document TEXT NOT NULL,
    published_by TEXT NOT NULL,
    published_at TIMESTAMP NOT NULL
);

CREATE TABLE reward_plan (
    id {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    state {KEY} NOT NULL,
    institute {KEY} NOT NULL,
    institute_name TEXT NOT NULL,
    contract {KEY} NOT NULL,
    contract_edition INTEGER NOT NULL,
    contract_number {KEY} NOT NULL,
    title TEXT NOT NULL,
    -- 1, 2, 3 … of the same contract: income that comes later is distributed later.
    tranche INTEGER NOT NULL,
    form {KEY} NOT NULL,
    rule BIGINT NOT NULL REFERENCES reward_rule (version),
    under_plan BOOLEAN NOT NULL,
    -- Fen, or shares of an equity reward.
    base BIGINT NOT NULL,
    reward BIGINT NOT NULL,
    main BIGINT NOT NULL,
    publicised_on DATE,
    publicity_ends DATE,
    confirmed_on DATE,
    reason TEXT NOT NULL,
    -- Receipts, costs, contributors.
    document TEXT NOT NULL,
    created_by {KEY} NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX reward_plan_tranche ON reward_plan (contract, tranche);
CREATE INDEX reward_plan_institute ON reward_plan (institute, id);
CREATE INDEX reward_plan_publicity ON reward_plan (state, publicity_ends, id);
CREATE INDEX reward_plan_confirmed ON reward_plan (institute, confirmed_on);

CREATE TABLE reward_objection (
    id {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    plan {KEY} NOT NULL REFERENCES reward_plan (id),
    plan_version BIGINT NOT NULL,
    state {KEY} NOT NULL,
    by_user {KEY} NOT NULL,
    by_name TEXT NOT NULL,
    text TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    answer TEXT NOT NULL,
    answered_by {KEY},
    answered_at TIMESTAMP
);
CREATE INDEX reward_objection_plan ON reward_objection (plan, id);

-- What is due to a contributor; of an own-use plan, for a year of profit.
CREATE TABLE reward_due (
    plan {KEY} NOT NULL REFERENCES reward_plan (id),
    -- 0 unless the plan is of own use.
    year INTEGER NOT NULL,
    contributor_rank INTEGER NOT NULL,
    profit_fen BIGINT NOT NULL,
    due BIGINT NOT NULL,
    paid BIGINT NOT NULL,
    PRIMARY KEY (plan, year, contributor_rank)
);

CREATE TABLE reward_payout (
    id {KEY} NOT NULL PRIMARY KEY,
    plan {KEY} NOT NULL REFERENCES reward_plan (id),
    year INTEGER NOT NULL,
    contributor_rank INTEGER NOT NULL,
    amount BIGINT NOT NULL,
    paid_on DATE NOT NULL,
    voucher TEXT NOT NULL,
    recorded_by {KEY} NOT NULL,
    recorded_at TIMESTAMP NOT NULL
);
CREATE INDEX reward_payout_plan ON reward_payout (plan, id);
CREATE INDEX reward_payout_day ON reward_payout (paid_on, plan);

-- How a neighbour's log was looked at last, and what it has cosigned of ours (TMF-1 rule 13).

CREATE TABLE tlog_watch (
    node {KEY} NOT NULL PRIMARY KEY,
    looked_at TIMESTAMP NOT NULL,
    -- Looks that failed, in a row, and why the last one did.
    failures INTEGER NOT NULL,
    last_error TEXT,
    -- The largest tree of ours that it cosigned.
    cosigned_size BIGINT NOT NULL,
    cosigned_at TIMESTAMP
);

-- Which record a received command is about: what is kept of it goes when that record is erased (TMF-1 rule 5).
CREATE TABLE command_target (
    origin {KEY} NOT NULL,
    key {KEY} NOT NULL,
    target {KEY} NOT NULL,
    PRIMARY KEY (origin, key)
);
CREATE INDEX command_target_of ON command_target (target);
CREATE INDEX remote_act_about ON remote_act (about);

-- Cases of nodes that showed two histories and were settled (TMF-1 rule 13): what it was, who settled it, when and why. Kept
-- for good.

CREATE TABLE tlog_settlement (
    id {KEY} NOT NULL PRIMARY KEY,
    -- The log, its node and its epoch.
    origin {KEY} NOT NULL,
    node {KEY} NOT NULL,
    epoch BIGINT NOT NULL,
    fault {KEY} NOT NULL,
    fault_at TIMESTAMP NOT NULL,
    -- The notes that prove it.
    evidence TEXT NOT NULL,
    ground {KEY} NOT NULL,
    reason TEXT NOT NULL,
    settled_by {KEY} NOT NULL,
    settled_by_name TEXT NOT NULL,
    settled_at TIMESTAMP NOT NULL
);
CREATE INDEX tlog_settlement_node ON tlog_settlement (node, id);
CREATE INDEX tlog_settlement_origin ON tlog_settlement (origin, id);

-- Threads at other nodes lose their words and contacts when their time is over, and with the record that they are about.
ALTER TABLE remote_thread ADD COLUMN erased_at TIMESTAMP;
CREATE INDEX remote_thread_about ON remote_thread (about);
CREATE INDEX remote_thread_updated ON remote_thread (updated_at);
CREATE INDEX remote_message_sent ON remote_message (sent_at);
CREATE INDEX command_result_came ON command_result (came_at);
CREATE INDEX command_told_at ON command_told (told_at);

-- Records that were erased and about which more was asked than one command takes out.
CREATE TABLE command_erasing (
    target {KEY} NOT NULL PRIMARY KEY,
    since TIMESTAMP NOT NULL
);

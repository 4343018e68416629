-- Parts that parties of other nodes have in sales of this node: what their nodes are told of.

CREATE TABLE command_part (
    -- UUID of the thread and of the record that tells of it. Drawn, so that nobody on the way learns of which sale.
    id {KEY} NOT NULL PRIMARY KEY,
    sale {KEY} NOT NULL,
    -- The bidder's number; 0 for an objection.
    bidder INTEGER NOT NULL,
    -- The objection; empty for a bidder.
    objection {KEY} NOT NULL,
    node {KEY} NOT NULL,
    -- Something happened that the node may not have been told.
    due BOOLEAN NOT NULL,
    UNIQUE (sale, bidder, objection)
);
CREATE INDEX command_part_due ON command_part (due, id);

-- What is decided needs no second copy: the command itself is kept as it came, sealed.
UPDATE command_inbox SET body = '', act = '', accepted = NULL WHERE state = 'decided';

-- The Merkle tree over the feed, its signed checkpoints, and those of neighbours (TMF-1 rule 13).

-- How far the tree has grown: the roots of its whole subtrees, largest first, in hexadecimal.
CREATE TABLE tlog_head (
    id INTEGER NOT NULL PRIMARY KEY,
    size BIGINT NOT NULL,
    peaks TEXT NOT NULL
);
INSERT INTO tlog_head (id, size, peaks) VALUES (1, 0, '');

-- Hashes of the tree, 256 in a full tile (C2SP tlog-tiles); the last of each level is still growing.
CREATE TABLE tlog_tile (
    level INTEGER NOT NULL,
    idx BIGINT NOT NULL,
    hashes {BINARY} NOT NULL,
    PRIMARY KEY (level, idx)
);

-- What this node has signed.
CREATE TABLE tlog_checkpoint (
    size BIGINT NOT NULL PRIMARY KEY,
    root {BINARY} NOT NULL,
    note TEXT NOT NULL,
    at TIMESTAMP NOT NULL
);

-- What neighbours have signed below it.
CREATE TABLE tlog_cosignature (
    size BIGINT NOT NULL,
    witness {KEY} NOT NULL,
    line TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    PRIMARY KEY (size, witness)
);

-- A neighbour's log: the keys that it is believed with, and the newest of its checkpoints that was seen.
CREATE TABLE tlog_neighbour (
    origin {KEY} NOT NULL PRIMARY KEY,
    node {KEY} NOT NULL,
    epoch BIGINT NOT NULL,
    keys TEXT NOT NULL,
    size BIGINT NOT NULL,
    note TEXT NOT NULL,
    seen_at TIMESTAMP NOT NULL,
    fault {KEY},
    fault_at TIMESTAMP,
    evidence TEXT
);
CREATE INDEX tlog_neighbour_node ON tlog_neighbour (node, epoch);

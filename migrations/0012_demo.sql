-- Which steps of the demo city have been done; empty on every other node.

CREATE TABLE demo_step (
    name {KEY} NOT NULL PRIMARY KEY,
    at TIMESTAMP NOT NULL
);

-- Further neighbours that give a record which is held by the way of another.
CREATE TABLE replica_way (
    subject {KEY} NOT NULL,
    via {KEY} NOT NULL,
    hops INTEGER NOT NULL,
    -- The snapshot of that neighbour in or after which it was given; an older one says nothing.
    generation BIGINT NOT NULL,
    PRIMARY KEY (subject, via)
);

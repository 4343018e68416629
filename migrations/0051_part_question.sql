-- Parties of other nodes also ask the seller of a sale: a part names what it is. The old key did not, so the table is made
-- anew.

CREATE TABLE command_part_new (
    -- UUID of the thread and of the record that tells of it. Drawn, so that nobody on the way learns of which sale.
    id {KEY} NOT NULL PRIMARY KEY,
    sale {KEY} NOT NULL,
    -- The entity of the thread: sale_part, sale_objection or sale_question.
    entity {KEY} NOT NULL,
    -- The bidder's number; 0 for the others.
    bidder INTEGER NOT NULL,
    -- The objection or the question; empty for a bidder.
    about {KEY} NOT NULL,
    node {KEY} NOT NULL,
    -- Something happened that the node may not have been told.
    due BOOLEAN NOT NULL,
    UNIQUE (sale, entity, bidder, about)
);
INSERT INTO command_part_new (id, sale, entity, bidder, about, node, due)
SELECT id, sale, CASE WHEN objection = '' THEN 'sale_part' ELSE 'sale_objection' END, bidder, objection, node, due
FROM command_part;
DROP TABLE command_part;
ALTER TABLE command_part_new RENAME TO command_part;
CREATE INDEX command_part_due ON command_part (due, id);

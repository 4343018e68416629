-- The last bid of a running sale of which other nodes were told, and when: they are told now and then, not of each bid.

ALTER TABLE sale_run ADD COLUMN told_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sale_run ADD COLUMN told_at TIMESTAMP;

-- In which life of its node something was told: after a restore the same versions are told again, of other things.
ALTER TABLE command_result ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;
-- What a letter tells of, by which it is found when its node does not have it any more: act:ID or thread:URN.
ALTER TABLE command_result ADD COLUMN says {KEY} NOT NULL DEFAULT '';
ALTER TABLE remote_thread ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;
-- Since when its node does not have it any more.
ALTER TABLE remote_thread ADD COLUMN lost_at TIMESTAMP;

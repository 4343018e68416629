-- Whether the published records have it: a unit is named to other nodes while it is barred, and no longer.
ALTER TABLE credit_record ADD COLUMN published BOOLEAN NOT NULL DEFAULT FALSE;

-- Whose log this is: set at the first start, so that nobody opens a database as another node's.
ALTER TABLE change_head ADD COLUMN node {KEY} NOT NULL DEFAULT '';

-- Words that operators declared to mean the same when somebody searches.

CREATE TABLE synonym_set (
    id {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    terms TEXT NOT NULL,
    note TEXT NOT NULL,
    changed_at TIMESTAMP NOT NULL,
    changed_by {KEY} NOT NULL
);

-- A term, folded, belongs to one set only: otherwise nobody could tell what means what.
CREATE TABLE synonym_term (
    term {KEY} NOT NULL PRIMARY KEY,
    set_id {KEY} NOT NULL REFERENCES synonym_set (id)
);
CREATE INDEX synonym_term_set ON synonym_term (set_id);

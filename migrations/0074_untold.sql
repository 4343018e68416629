-- What happened while the keys of the node that is to be told were not known: it waits, and holds up no other.
ALTER TABLE command_part ADD COLUMN next_at TIMESTAMP;

CREATE TABLE command_untold (
    engagement {KEY} NOT NULL,
    -- Empty: how the engagement stands.
    message {KEY} NOT NULL,
    since TIMESTAMP NOT NULL,
    next_at TIMESTAMP NOT NULL,
    PRIMARY KEY (engagement, message)
);
CREATE INDEX command_untold_next ON command_untold (next_at);

-- What was set aside is found by its record, because erasure takes its data.
CREATE INDEX quarantine_subject ON quarantine (subject);

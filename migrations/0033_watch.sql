-- Who watches which sale, and which reminders went out.

CREATE TABLE sale_watch (
    sale {KEY} NOT NULL REFERENCES sale (id),
    user_id {KEY} NOT NULL,
    organisation {KEY} NOT NULL,
    since TIMESTAMP NOT NULL,
    PRIMARY KEY (sale, user_id)
);
CREATE INDEX sale_watch_user ON sale_watch (user_id, sale);

CREATE TABLE sale_reminder (
    sale {KEY} NOT NULL REFERENCES sale (id),
    moment {KEY} NOT NULL,
    hours INTEGER NOT NULL,
    fired_at TIMESTAMP NOT NULL,
    PRIMARY KEY (sale, moment, hours)
);

-- Periods that were closed, with what was reported upward; never changed.
CREATE TABLE statistics_report (
    -- 2026-02, 2026-Q1 or 2026.
    period {KEY} NOT NULL PRIMARY KEY,
    id {KEY} NOT NULL,
    from_day DATE NOT NULL,
    to_day DATE NOT NULL,
    document TEXT NOT NULL,
    closed_at TIMESTAMP NOT NULL
);
CREATE INDEX statistics_report_order ON statistics_report (to_day, period);

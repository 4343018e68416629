-- Who bears a correction that takes back more than its own beneficiary has; lines without a row are their
-- beneficiary's alone.
CREATE TABLE subsidy_line_share (
    sheet {KEY} NOT NULL REFERENCES subsidy_sheet (id),
    position INTEGER NOT NULL,
    beneficiary {KEY} NOT NULL,
    amount_fen BIGINT NOT NULL,
    PRIMARY KEY (sheet, position, beneficiary)
);

-- Cap groups whose facts of a period a sheet counted together: whoever enters or leaves a linked group brings
-- along what is booked.
CREATE TABLE subsidy_counted_with (
    sheet {KEY} NOT NULL REFERENCES subsidy_sheet (id),
    period INTEGER NOT NULL,
    cap_group {KEY} NOT NULL,
    also {KEY} NOT NULL,
    PRIMARY KEY (sheet, period, cap_group, also)
);
CREATE INDEX subsidy_counted_with_group ON subsidy_counted_with (cap_group, period);
CREATE INDEX subsidy_counted_with_also ON subsidy_counted_with (also, period);
CREATE INDEX subsidy_line_by_beneficiary ON subsidy_line (beneficiary, period);

-- The authority that says who belongs to a linked group.
ALTER TABLE subsidy_group_member ADD COLUMN division {KEY} NOT NULL DEFAULT '450700';

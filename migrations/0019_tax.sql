-- What tax a contract may meet: dated configuration, shown as information.

CREATE TABLE tax_rule (
    code {KEY} NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    effective_from DATE NOT NULL,
    confirmed BOOLEAN NOT NULL,
    body TEXT NOT NULL,
    changed_at TIMESTAMP NOT NULL
);

-- Applications imported from a spreadsheet: drafts that stay invisible until their import is finished.

CREATE TABLE contract_import (
    id {KEY} NOT NULL PRIMARY KEY,
    organisation {KEY} NOT NULL,
    created_by {KEY} NOT NULL,
    file {KEY} NOT NULL,
    sha256 {KEY} NOT NULL,
    entries INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL,
    -- Null while its drafts are invisible.
    finished_at TIMESTAMP
);
CREATE INDEX contract_import_file ON contract_import (organisation, sha256);
CREATE INDEX contract_import_open ON contract_import (finished_at, created_at);

CREATE TABLE contract_import_item (
    contract {KEY} NOT NULL PRIMARY KEY REFERENCES contract (id),
    batch {KEY} NOT NULL REFERENCES contract_import (id)
);
CREATE INDEX contract_import_item_batch ON contract_import_item (batch, contract);

//! Applications imported from a spreadsheet.

diesel::table! {
    contract_import (id) {
        id -> Text,
        organisation -> Text,
        created_by -> Text,
        file -> Text,
        sha256 -> Text,
        entries -> Integer,
        created_at -> Timestamp,
        finished_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    contract_import_item (contract) {
        contract -> Text,
        batch -> Text,
    }
}

//! Synonyms.

diesel::table! {
    synonym_set (id) {
        id -> Text,
        version -> BigInt,
        terms -> Text,
        note -> Text,
        changed_at -> Timestamp,
        changed_by -> Text,
    }
}

diesel::table! {
    synonym_term (term) {
        term -> Text,
        set_id -> Text,
    }
}

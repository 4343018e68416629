//! Saved searches.

diesel::table! {
    saved_search (id) {
        id -> Text,
        version -> BigInt,
        user_id -> Text,
        organisation_id -> Text,
        name -> Text,
        question -> Text,
        frequency -> Text,
        in_app -> Bool,
        mail -> Bool,
        webhook -> Bool,
        since -> Timestamp,
        created_at -> Timestamp,
        changed_at -> Timestamp,
    }
}

diesel::table! {
    saved_search_told (subject) {
        subject -> Text,
        version -> BigInt,
        title -> Text,
        searches -> Binary,
    }
}

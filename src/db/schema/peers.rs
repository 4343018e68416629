//! The neighbours of this node, and how far each was followed.

diesel::table! {
    peer (node) {
        node -> Text,
        version -> BigInt,
        name -> Text,
        base_url -> Text,
        role -> Text,
        state -> Text,
        keys -> Text,
        hidden -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    peer_sync (node) {
        node -> Text,
        stage -> Text,
        epoch -> BigInt,
        seq -> BigInt,
        view -> Text,
        head -> BigInt,
        generation -> BigInt,
        as_of_epoch -> BigInt,
        as_of_seq -> BigInt,
        as_of_view -> Text,
        after_subject -> Text,
        failures -> Integer,
        last_error -> Nullable<Text>,
        last_error_at -> Nullable<Timestamp>,
        last_ok_at -> Nullable<Timestamp>,
        last_event_at -> Nullable<Timestamp>,
        behind_since -> Nullable<Timestamp>,
        applied -> BigInt,
        acked_seq -> BigInt,
        hinted_seq -> BigInt,
        compared_at -> Nullable<Timestamp>,
        alarms -> Text,
    }
}

//! Notices, preferences, what is to be sent, and where to.

diesel::table! {
    notice (id) {
        id -> Text,
        user_id -> Text,
        organisation_id -> Text,
        dedup -> Text,
        topic -> Text,
        event -> Text,
        subject -> Text,
        title -> Text,
        link -> Text,
        at -> Timestamp,
        in_app -> Bool,
        unread -> Bool,
        read_at -> Nullable<Timestamp>,
        mail -> Text,
    }
}

diesel::table! {
    notice_preference (user_id, organisation_id) {
        user_id -> Text,
        organisation_id -> Text,
        version -> BigInt,
        choices -> Text,
    }
}

diesel::table! {
    notice_mail (user_id) {
        user_id -> Text,
        version -> BigInt,
        address -> Text,
        language -> Text,
        confirmed -> Bool,
        code -> Nullable<Binary>,
        code_until -> Timestamp,
        codes_sent -> Integer,
        codes_day -> Date,
    }
}

diesel::table! {
    notice_delivery (id) {
        id -> Text,
        channel -> Text,
        state -> Text,
        version -> BigInt,
        user_id -> Nullable<Text>,
        organisation_id -> Text,
        endpoint -> Nullable<Text>,
        topic -> Text,
        event -> Text,
        subject -> Text,
        link -> Text,
        notices -> Text,
        at -> Timestamp,
        attempts -> Integer,
        next_at -> Timestamp,
        created_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        last_error -> Text,
    }
}

diesel::table! {
    webhook_endpoint (id) {
        id -> Text,
        version -> BigInt,
        organisation_id -> Text,
        url -> Text,
        description -> Text,
        topics -> Text,
        state -> Text,
        state_reason -> Text,
        secret -> Binary,
        former_secret -> Nullable<Binary>,
        former_until -> Nullable<Timestamp>,
        succeeded_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        changed_at -> Timestamp,
    }
}

//! The change log, its head and its followers; answers kept for Idempotency-Keys; leases of jobs.

diesel::table! {
    change_head (id) {
        id -> Integer,
        epoch -> BigInt,
        seq -> BigInt,
        feed_seq -> BigInt,
        last_at -> Timestamp,
        node -> Text,
    }
}

diesel::table! {
    change (seq) {
        seq -> BigInt,
        feed_seq -> Nullable<BigInt>,
        at -> Timestamp,
        kind -> Text,
        subject -> Text,
        version -> BigInt,
        method -> Text,
        actor -> Text,
        cause -> Nullable<BigInt>,
        audience -> Text,
        facts -> Nullable<Text>,
        public -> Nullable<Text>,
        salt -> Nullable<Binary>,
        data_hash -> Nullable<Binary>,
        leaf_hash -> Nullable<Binary>,
        epoch -> BigInt,
    }
}

diesel::table! {
    change_relay (seq) {
        seq -> BigInt,
        origin -> Text,
        via -> Text,
        origin_epoch -> BigInt,
        origin_seq -> BigInt,
        hops -> Integer,
        origin_time -> Timestamp,
        event_type -> Text,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    follower (name) {
        name -> Text,
        seq -> BigInt,
        failures -> Integer,
        stopped -> Bool,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    follower_parked (name, seq) {
        name -> Text,
        seq -> BigInt,
        at -> Timestamp,
        error -> Text,
    }
}

diesel::table! {
    idempotency (principal, operation, key) {
        principal -> Text,
        operation -> Text,
        key -> Text,
        body_hash -> Binary,
        status -> Integer,
        headers -> Text,
        body -> Text,
        seq -> BigInt,
        at -> Timestamp,
    }
}

diesel::table! {
    lease (name) {
        name -> Text,
        holder -> Text,
        fence -> BigInt,
        until -> Timestamp,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    change_head,
    change,
    change_relay,
    follower,
    follower_parked,
    idempotency,
    lease
);

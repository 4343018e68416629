//! The Merkle tree over the feed, checkpoints of this node and of its neighbours.

diesel::table! {
    tlog_head (id) {
        id -> Integer,
        size -> BigInt,
        peaks -> Text,
    }
}

diesel::table! {
    tlog_tile (level, idx) {
        level -> Integer,
        idx -> BigInt,
        hashes -> Binary,
    }
}

diesel::table! {
    tlog_checkpoint (size) {
        size -> BigInt,
        root -> Binary,
        note -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    tlog_cosignature (size, witness) {
        size -> BigInt,
        witness -> Text,
        line -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    tlog_neighbour (origin) {
        origin -> Text,
        node -> Text,
        epoch -> BigInt,
        keys -> Text,
        size -> BigInt,
        note -> Text,
        seen_at -> Timestamp,
        fault -> Nullable<Text>,
        fault_at -> Nullable<Timestamp>,
        evidence -> Nullable<Text>,
    }
}

diesel::table! {
    tlog_watch (node) {
        node -> Text,
        looked_at -> Timestamp,
        failures -> Integer,
        last_error -> Nullable<Text>,
        cosigned_size -> BigInt,
        cosigned_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    tlog_settlement (id) {
        id -> Text,
        origin -> Text,
        node -> Text,
        epoch -> BigInt,
        fault -> Text,
        fault_at -> Timestamp,
        evidence -> Text,
        ground -> Text,
        reason -> Text,
        settled_by -> Text,
        settled_by_name -> Text,
        settled_at -> Timestamp,
    }
}

diesel::allow_tables_to_appear_in_same_query!(tlog_checkpoint, tlog_cosignature);

//! Records of other nodes, what came in of them, and what was set aside.

diesel::table! {
    replica (subject) {
        subject -> Text,
        origin -> Text,
        via -> Text,
        epoch -> BigInt,
        version -> BigInt,
        event_type -> Text,
        state -> Text,
        audience -> Text,
        hops -> Integer,
        public -> Nullable<Text>,
        salt -> Nullable<Binary>,
        data_hash -> Nullable<Binary>,
        origin_seq -> BigInt,
        changed_at -> Timestamp,
        received_at -> Timestamp,
        generation -> BigInt,
    }
}

diesel::table! {
    replica_way (subject, via) {
        subject -> Text,
        via -> Text,
        hops -> Integer,
        generation -> BigInt,
    }
}

diesel::table! {
    inbox (origin, origin_epoch, origin_seq) {
        origin -> Text,
        origin_epoch -> BigInt,
        origin_seq -> BigInt,
    }
}

diesel::table! {
    quarantine (id) {
        id -> Text,
        peer -> Text,
        subject -> Text,
        reason -> Text,
        event -> Text,
        at -> Timestamp,
        resolved_at -> Nullable<Timestamp>,
    }
}

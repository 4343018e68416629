//! Acts across nodes: under way, received, told and answered.

diesel::table! {
    remote_act (id) {
        id -> Text,
        version -> BigInt,
        act -> Text,
        node -> Text,
        about -> Text,
        about_title -> Text,
        thread -> Text,
        organisation -> Text,
        asked_by -> Text,
        state -> Text,
        request -> Text,
        accepted -> Nullable<Bool>,
        answer -> Text,
        asked_at -> Timestamp,
        sent_at -> Nullable<Timestamp>,
        received_at -> Nullable<Timestamp>,
        decided_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    command_outbox (origin, key) {
        origin -> Text,
        key -> Text,
        to_node -> Text,
        digest -> Text,
        command -> Text,
        via -> Text,
        state -> Text,
        attempts -> Integer,
        next_at -> Timestamp,
        last_error -> Text,
        expires_at -> Timestamp,
        queued_at -> Timestamp,
        sent_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    command_inbox (origin, key) {
        origin -> Text,
        key -> Text,
        digest -> Text,
        act -> Text,
        command -> Text,
        body -> Text,
        result -> Text,
        state -> Text,
        accepted -> Nullable<Bool>,
        attempts -> Integer,
        next_at -> Timestamp,
        last_error -> Text,
        received_at -> Timestamp,
        decided_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    command_told (subject) {
        subject -> Text,
        node -> Text,
        version -> BigInt,
        digest -> Text,
        told_at -> Timestamp,
    }
}

diesel::table! {
    command_result (subject) {
        subject -> Text,
        origin -> Text,
        version -> BigInt,
        state -> Text,
        attempts -> Integer,
        next_at -> Timestamp,
        last_error -> Text,
        document -> Text,
        came_at -> Timestamp,
        epoch -> BigInt,
        says -> Text,
    }
}

diesel::table! {
    remote_thread (urn) {
        urn -> Text,
        id -> Text,
        organisation -> Text,
        node -> Text,
        kind -> Text,
        about -> Text,
        state -> Text,
        version -> BigInt,
        document -> Text,
        updated_at -> Timestamp,
        erased_at -> Nullable<Timestamp>,
        epoch -> BigInt,
        lost_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    remote_message (id) {
        id -> Text,
        thread -> Text,
        party -> Text,
        party_name -> Text,
        author_name -> Text,
        text -> Text,
        sent_at -> Timestamp,
    }
}

diesel::table! {
    command_erasing (target) {
        target -> Text,
        since -> Timestamp,
    }
}

diesel::table! {
    command_part (id) {
        id -> Text,
        sale -> Text,
        entity -> Text,
        bidder -> Integer,
        about -> Text,
        node -> Text,
        due -> Bool,
        next_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    command_untold (engagement, message) {
        engagement -> Text,
        message -> Text,
        since -> Timestamp,
        next_at -> Timestamp,
    }
}

diesel::table! {
    published_projection (name) {
        name -> Text,
        id -> Text,
        version -> BigInt,
        digest -> Text,
        published_at -> Timestamp,
    }
}

diesel::table! {
    command_target (origin, key) {
        origin -> Text,
        key -> Text,
        target -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(remote_thread, remote_message);

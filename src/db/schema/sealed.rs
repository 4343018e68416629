//! Sealed tenders.

use super::trading::sale;

diesel::table! {
    sealed_tender (sale) {
        sale -> Text,
        version -> BigInt,
        setup -> Text,
        key_record -> Nullable<Text>,
        rehearsed_at -> Nullable<Timestamp>,
        root -> Nullable<Binary>,
        closed_at -> Nullable<Timestamp>,
        terms_sha256 -> Text,
        opened_at -> Nullable<Timestamp>,
        opening_key -> Nullable<Binary>,
        committee -> Text,
        evaluated_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    sealed_officer (sale, number) {
        sale -> Text,
        number -> Integer,
        body -> Text,
        body_name -> Text,
        user_id -> Nullable<Text>,
        public_key -> Nullable<Binary>,
        packet -> Nullable<Binary>,
        rehearsal_share -> Nullable<Binary>,
        opening_share -> Nullable<Binary>,
    }
}

diesel::table! {
    sealed_key (sale) {
        sale -> Text,
        sealed -> Binary,
    }
}

diesel::table! {
    sealed_box (sale) {
        sale -> Text,
        sealed -> Binary,
    }
}

diesel::table! {
    sealed_opening (sale) {
        sale -> Text,
        envelopes -> Binary,
    }
}

diesel::table! {
    sealed_bid (sale, slot) {
        sale -> Text,
        slot -> Integer,
        envelope_sha256 -> Binary,
        received_at -> Timestamp,
        replaced -> Nullable<Binary>,
        bidder_urn -> Text,
        bidder_name -> Text,
        bidder_code -> Text,
        price_fen -> BigInt,
        body -> Text,
        fault -> Nullable<Text>,
    }
}

diesel::table! {
    sealed_sheet (sale, member) {
        sale -> Text,
        member -> Integer,
        at -> Timestamp,
        document -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(sealed_tender, sealed_box, sealed_key, sale);

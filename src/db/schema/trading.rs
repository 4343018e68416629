//! Sales: what is for sale, who takes part, deposits, bids.

diesel::table! {
    trading_profile (code) {
        code -> Text,
        version -> BigInt,
        effective_from -> Date,
        confirmed -> Bool,
        body -> Text,
        changed_at -> Timestamp,
    }
}

diesel::table! {
    sale (id) {
        id -> Text,
        version -> BigInt,
        mode -> Text,
        state -> Text,
        standing -> Text,
        title -> Text,
        seller_urn -> Text,
        seller_name -> Text,
        seller_code -> Text,
        lots -> Text,
        terms -> Text,
        reserve -> Nullable<Binary>,
        rules -> Nullable<Text>,
        published_at -> Nullable<Timestamp>,
        starts_at -> Nullable<Timestamp>,
        ends_at -> Nullable<Timestamp>,
        due_at -> Nullable<Timestamp>,
        rerun_of -> Nullable<Text>,
        run_number -> Integer,
        excluded -> Text,
        created_by -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    sale_lot (sale, position) {
        sale -> Text,
        position -> Integer,
        about -> Text,
    }
}

diesel::table! {
    sale_bidder (sale, number) {
        sale -> Text,
        number -> Integer,
        alias -> Text,
        party_urn -> Text,
        party_name -> Text,
        party_code -> Text,
        admitted -> Bool,
        priority -> Nullable<Integer>,
        matched -> Bool,
        maximum -> Nullable<Binary>,
        enrolled_by -> Text,
        enrolled_at -> Timestamp,
    }
}

diesel::table! {
    sale_deposit (id) {
        id -> Text,
        version -> BigInt,
        sale -> Text,
        bidder -> Integer,
        reference -> Text,
        amount_fen -> BigInt,
        state -> Text,
        instructed_at -> Timestamp,
        confirmed_at -> Nullable<Timestamp>,
        voucher -> Text,
        settled_at -> Nullable<Timestamp>,
        reason -> Text,
    }
}

diesel::table! {
    sale_run (sale) {
        sale -> Text,
        closed -> Bool,
        starts_at -> Timestamp,
        ends_at -> Timestamp,
        start_fen -> BigInt,
        increment_fen -> BigInt,
        extension_s -> Integer,
        silence_s -> Integer,
        last_part_s -> Integer,
        seq -> BigInt,
        price_fen -> BigInt,
        leader -> Nullable<Integer>,
        leader_priority -> Nullable<Integer>,
        leader_maximum -> Nullable<Binary>,
        extensions -> Integer,
        beat_at -> Timestamp,
        told_seq -> BigInt,
        told_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    sale_bid (sale, seq) {
        sale -> Text,
        seq -> BigInt,
        bidder -> Integer,
        price_fen -> BigInt,
        kind -> Text,
        leads -> Bool,
        at -> Timestamp,
    }
}

diesel::table! {
    sale_suspension (sale, position) {
        sale -> Text,
        position -> Integer,
        reason -> Text,
        note -> Text,
        since -> Timestamp,
        decided_at -> Timestamp,
        resumes_at -> Timestamp,
        old_ends_at -> Timestamp,
        new_ends_at -> Timestamp,
    }
}

diesel::table! {
    sale_offer (sale, bidder) {
        sale -> Text,
        bidder -> Integer,
        version -> BigInt,
        price_fen -> BigInt,
        note -> Text,
        confirmed -> Bool,
        offered_at -> Timestamp,
    }
}

diesel::table! {
    sale_question (id) {
        id -> Text,
        sale -> Text,
        asker -> Text,
        text -> Text,
        asked_at -> Timestamp,
        answer -> Text,
        answered_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    sale_objection (id) {
        id -> Text,
        version -> BigInt,
        sale -> Text,
        state -> Text,
        party_urn -> Text,
        party_name -> Text,
        party_code -> Text,
        person -> Text,
        about -> Text,
        reason -> Text,
        evidence -> Text,
        remedy -> Text,
        made_at -> Timestamp,
        due_on -> Date,
        answer -> Text,
        answered_by -> Text,
        answered_at -> Nullable<Timestamp>,
        files -> Text,
    }
}

diesel::table! {
    sale_correction (sale, position) {
        sale -> Text,
        position -> Integer,
        reason -> Text,
        fields -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    sale_confirmation (sale, place) {
        sale -> Text,
        place -> Integer,
        body -> Text,
        sha256 -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    contract_sale (sale, place) {
        sale -> Text,
        place -> Integer,
        contract -> Text,
    }
}

diesel::table! {
    sale_default (sale, number) {
        sale -> Text,
        number -> Integer,
        version -> BigInt,
        state -> Text,
        place -> Integer,
        ground -> Text,
        reason -> Text,
        stated_by -> Text,
        stated_at -> Timestamp,
        decision -> Text,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    sale_protocol (sale, edition) {
        sale -> Text,
        edition -> Integer,
        sha256 -> Text,
        document -> Text,
        jws -> Text,
        signed_at -> Timestamp,
    }
}

diesel::table! {
    sale_protocol_due (sale) {
        sale -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(sale, sale_lot, sale_bidder, sale_deposit, sale_bid);

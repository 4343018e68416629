//! Targets, attainments and conversion projects.

diesel::table! {
    plan_target (id) {
        id -> Text,
        version -> BigInt,
        annex -> Integer,
        indicator -> Text,
        unit -> Text,
        from_year -> Integer,
        to_year -> Integer,
        target -> BigInt,
        comparison -> Text,
        measure -> Text,
        title -> Text,
        content -> Text,
        lead_body -> Text,
        support -> Text,
        position -> Integer,
    }
}

diesel::table! {
    attainment (id) {
        id -> Text,
        version -> BigInt,
        target_id -> Text,
        state -> Text,
        on_day -> Date,
        name -> Text,
        amount -> BigInt,
        evidence -> Text,
        reason -> Text,
        recorded_by -> Text,
        recorded_at -> Timestamp,
    }
}

diesel::table! {
    project (id) {
        id -> Text,
        version -> BigInt,
        state -> Text,
        unit -> Text,
        year -> Integer,
        mode -> Text,
        summary -> Text,
        contract_id -> Text,
        contract_urn -> Text,
        contract_number -> Text,
        title -> Text,
        registered_on -> Date,
        technical_fen -> BigInt,
        total_fen -> BigInt,
        seller -> Text,
        seller_division -> Text,
        buyer -> Text,
        buyer_division -> Text,
        declared_by -> Text,
        declared_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        reason -> Text,
    }
}

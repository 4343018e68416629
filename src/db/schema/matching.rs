//! Suggestions, the model behind them, weights and feedback.

diesel::table! {
    match_dirty (subject) {
        subject -> Text,
        mark -> BigInt,
        spread -> Bool,
    }
}

diesel::table! {
    match_profile (subject) {
        subject -> Text,
        side -> Text,
        holder -> Text,
        field -> Text,
        industry -> Text,
        published_at -> BigInt,
        direction -> Binary,
        model -> BigInt,
        live -> Bool,
        stamp -> BigInt,
    }
}

diesel::table! {
    match_suggestion (subject, other) {
        subject -> Text,
        other -> Text,
        place -> Integer,
        score_ppm -> BigInt,
        verdict -> Text,
        introduced -> Bool,
        weights_version -> BigInt,
        computed_at -> Timestamp,
    }
}

diesel::table! {
    match_model (number) {
        number -> BigInt,
        records -> Integer,
        learnt_at -> Timestamp,
        ready -> Bool,
        live -> BigInt,
    }
}

diesel::table! {
    match_model_part (model, number) {
        model -> BigInt,
        number -> Integer,
        bytes -> Binary,
    }
}

diesel::table! {
    match_weights (version) {
        version -> BigInt,
        ppm -> Text,
        note -> Text,
        actor -> Text,
        at -> Timestamp,
        spread -> Bool,
    }
}

diesel::table! {
    match_feedback (id) {
        id -> Text,
        at -> Timestamp,
        event -> Text,
        side -> Text,
        demand -> Text,
        achievement -> Text,
        organisation -> Text,
        source -> Text,
        position -> Nullable<Integer>,
        reason -> Nullable<Text>,
        parts -> Nullable<Text>,
        weights_version -> Nullable<BigInt>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(match_profile, match_suggestion);

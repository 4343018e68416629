//! Divisions, the holiday calendar and regulation profiles.

diesel::table! {
    division (code) {
        code -> Text,
        parent -> Text,
        level -> Text,
        name -> Text,
        name_en -> Text,
        plan_unit -> Bool,
        position -> Integer,
    }
}

diesel::table! {
    calendar_year (year) {
        year -> Integer,
        version -> BigInt,
        source -> Text,
        imported_at -> Timestamp,
        imported_by -> Text,
    }
}

diesel::table! {
    calendar_day (day) {
        day -> Date,
        year -> Integer,
        kind -> Text,
        name -> Text,
    }
}

diesel::table! {
    regulation_profile (code) {
        code -> Text,
        version -> BigInt,
        effective_from -> Nullable<Date>,
        confirmed -> Bool,
        body -> Text,
        changed_at -> Timestamp,
    }
}

diesel::table! {
    regulation_profile_version (code, version) {
        code -> Text,
        version -> BigInt,
        effective_from -> Nullable<Date>,
        confirmed -> Bool,
        body -> Text,
        reason -> Text,
        changed_at -> Timestamp,
        changed_by -> Text,
    }
}

diesel::table! {
    tax_rule (code) {
        code -> Text,
        version -> BigInt,
        effective_from -> Date,
        confirmed -> Bool,
        body -> Text,
        changed_at -> Timestamp,
    }
}

//! Credit records.

diesel::table! {
    credit_record (id) {
        id -> Text,
        version -> BigInt,
        state -> Text,
        kind -> Text,
        level -> Text,
        credit_code -> Text,
        unit_name -> Text,
        title -> Text,
        source -> Text,
        source_number -> Text,
        effective_on -> Date,
        expires_on -> Nullable<Date>,
        process -> Text,
        recorded_by -> Text,
        recorded_by_organisation -> Text,
        recorded_at -> Timestamp,
        updated_at -> Timestamp,
        published -> Bool,
    }
}

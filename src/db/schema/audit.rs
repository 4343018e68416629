//! The trail and the versions of records.

diesel::table! {
    audit_entry (id) {
        id -> Text,
        at -> Timestamp,
        actor -> Text,
        user_id -> Nullable<Text>,
        organisation_id -> Nullable<Text>,
        organisation_name -> Text,
        act -> Text,
        subject -> Text,
        detail -> Text,
    }
}

diesel::table! {
    revision (subject, version) {
        subject -> Text,
        version -> BigInt,
        at -> Timestamp,
        actor -> Text,
        user_id -> Nullable<Text>,
        organisation_id -> Nullable<Text>,
        organisation_name -> Text,
        reason -> Text,
        fields -> Text,
    }
}

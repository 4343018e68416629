//! Attachments.

diesel::table! {
    file_blob (sha256) {
        sha256 -> Text,
        storage_key -> Text,
        size_bytes -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    file (id) {
        id -> Text,
        name -> Text,
        media_type -> Text,
        size_bytes -> BigInt,
        sha256 -> Text,
        organisation -> Text,
        uploaded_by -> Text,
        created_at -> Timestamp,
        text_sha256 -> Text,
    }
}

diesel::table! {
    file_link (subject, file) {
        subject -> Text,
        file -> Text,
    }
}

diesel::joinable!(file -> file_blob (sha256));
diesel::joinable!(file_link -> file (file));
diesel::allow_tables_to_appear_in_same_query!(file_blob, file, file_link);

//! What the OAI-PMH outlet shows.

diesel::table! {
    oai_record (subject) {
        subject -> Text,
        stamp -> Timestamp,
        seq -> BigInt,
        version -> BigInt,
        kind -> Text,
        field -> Text,
        division -> Text,
        deleted -> Bool,
        public -> Nullable<Text>,
    }
}

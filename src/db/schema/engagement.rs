//! Engagements, their parties, messages and meetings.

diesel::table! {
    engagement (id) {
        id -> Text,
        version -> BigInt,
        about_kind -> Text,
        about -> Text,
        about_title -> Text,
        owner_urn -> Text,
        owner_name -> Text,
        owner_credit_code -> Text,
        enquirer_urn -> Text,
        enquirer_name -> Text,
        enquirer_credit_code -> Text,
        broker_urn -> Nullable<Text>,
        broker_name -> Nullable<Text>,
        broker_credit_code -> Nullable<Text>,
        state -> Text,
        enquiry -> Text,
        contact -> Text,
        asked_by -> Text,
        asked_at -> Timestamp,
        answer_due_at -> Timestamp,
        answered_by -> Nullable<Text>,
        answered_at -> Nullable<Timestamp>,
        decline_reason -> Nullable<Text>,
        answer -> Text,
        undertaking_sha256 -> Nullable<Text>,
        undertaking_by -> Nullable<Text>,
        undertaking_at -> Nullable<Timestamp>,
        outcome -> Nullable<Text>,
        outcome_note -> Text,
        concluded_at -> Nullable<Timestamp>,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    engagement_party (party, engagement) {
        party -> Text,
        engagement -> Text,
        role -> Text,
    }
}

diesel::table! {
    engagement_message (id) {
        id -> Text,
        engagement -> Text,
        party -> Text,
        party_name -> Text,
        author -> Text,
        author_name -> Text,
        text -> Text,
        sent_at -> Timestamp,
    }
}

diesel::table! {
    engagement_meeting (id) {
        id -> Text,
        engagement -> Text,
        version -> BigInt,
        state -> Text,
        starts_at -> Timestamp,
        mode -> Text,
        place -> Text,
        agenda -> Text,
        minutes -> Text,
        arranged_by -> Text,
        arranged_at -> Timestamp,
    }
}

diesel::joinable!(engagement_party -> engagement (engagement));
diesel::allow_tables_to_appear_in_same_query!(
    engagement,
    engagement_party,
    engagement_message,
    engagement_meeting
);

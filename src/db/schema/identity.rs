//! Keys of the node, organisations, people, sessions.

diesel::table! {
    signing_key (id) {
        id -> Text,
        kid -> Text,
        purpose -> Text,
        public_key -> Binary,
        sealed -> Binary,
        created_at -> Timestamp,
        retired_at -> Nullable<Timestamp>,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    organisation (id) {
        id -> Text,
        version -> BigInt,
        kind -> Text,
        name -> Text,
        credit_code -> Text,
        division -> Text,
        introduction -> Text,
        contact_person -> Text,
        contact_phone -> Text,
        contact_email -> Text,
        contact_address -> Text,
        state -> Text,
        state_reason -> Text,
        state_at -> Timestamp,
        verified_at -> Nullable<Timestamp>,
        office_number -> Nullable<Text>,
        registered_at -> Timestamp,
    }
}

diesel::table! {
    app_user (id) {
        id -> Text,
        version -> BigInt,
        login -> Text,
        name -> Text,
        password_hash -> Text,
        password_at -> Timestamp,
        created_at -> Timestamp,
    }
}

diesel::table! {
    membership (id) {
        id -> Text,
        version -> BigInt,
        user_id -> Text,
        organisation_id -> Text,
        active -> Bool,
        since -> Timestamp,
    }
}

diesel::table! {
    membership_role (membership_id, role) {
        membership_id -> Text,
        role -> Text,
    }
}

diesel::table! {
    session (id) {
        id -> Text,
        version -> BigInt,
        user_id -> Text,
        membership_id -> Text,
        generation -> BigInt,
        opened_at -> Timestamp,
        used_at -> Timestamp,
        ends_at -> Timestamp,
        voided_at -> Nullable<Timestamp>,
        revoked_at -> Nullable<Timestamp>,
        revoked_reason -> Nullable<Text>,
        address -> Text,
        agent -> Text,
    }
}

diesel::table! {
    refresh_token (hash) {
        hash -> Text,
        session_id -> Text,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
        successor -> Nullable<Text>,
        sealed_successor -> Nullable<Binary>,
    }
}

diesel::table! {
    api_key (id) {
        id -> Text,
        version -> BigInt,
        membership_id -> Text,
        hash -> Text,
        label -> Text,
        hint -> Text,
        scopes -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    invitation (id) {
        id -> Text,
        version -> BigInt,
        organisation_id -> Text,
        invited_by -> Text,
        name -> Text,
        roles -> Text,
        token_hash -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        accepted_at -> Nullable<Timestamp>,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    login_backoff (key) {
        key -> Text,
        attempts -> BigInt,
        last_at -> Timestamp,
    }
}

diesel::joinable!(membership -> app_user (user_id));
diesel::joinable!(membership -> organisation (organisation_id));
diesel::joinable!(membership_role -> membership (membership_id));
diesel::joinable!(session -> membership (membership_id));
diesel::joinable!(api_key -> membership (membership_id));
diesel::allow_tables_to_appear_in_same_query!(
    organisation,
    app_user,
    membership,
    membership_role,
    session,
    refresh_token,
    api_key,
    invitation
);

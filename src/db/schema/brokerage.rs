//! Technology managers, mandates, commissions.

diesel::table! {
    technology_manager (id) {
        id -> Text,
        version -> BigInt,
        state -> Text,
        agency -> Text,
        agency_name -> Text,
        name -> Text,
        certificate -> Text,
        level -> Text,
        fields -> Text,
        certified_on -> Date,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    mandate (id) {
        id -> Text,
        version -> BigInt,
        state -> Text,
        title -> Text,
        client_urn -> Text,
        client_name -> Text,
        client_code -> Text,
        broker_urn -> Text,
        broker_name -> Text,
        broker_code -> Text,
        proposed_by -> Text,
        about -> Nullable<Text>,
        terms -> Text,
        valid_from -> Date,
        valid_to -> Date,
        manager -> Nullable<Text>,
        intermediary -> Nullable<Text>,
        reason -> Text,
        accepted_at -> Nullable<Timestamp>,
        ended_on -> Nullable<Date>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    brokerage_contract (contract) {
        contract -> Text,
        number -> Text,
        sub_type -> Text,
        seller -> Text,
        seller_code -> Text,
        buyer -> Text,
        buyer_code -> Text,
        engagement -> Nullable<Text>,
        total_fen -> BigInt,
        technical_fen -> BigInt,
        registered_on -> Date,
        counts -> Bool,
        seq -> BigInt,
    }
}

diesel::table! {
    brokerage_engagement (engagement) {
        engagement -> Text,
        about -> Text,
        broker -> Text,
    }
}

diesel::table! {
    mandate_claim (mandate, contract) {
        mandate -> Text,
        contract -> Text,
        number -> Text,
        agreed -> Bool,
        claimed_at -> Timestamp,
        agreed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    commission (id) {
        id -> Text,
        mandate -> Text,
        broker -> Text,
        client -> Text,
        contract -> Text,
        number -> Text,
        cause_seq -> BigInt,
        cause_kind -> Text,
        base_fen -> BigInt,
        amount_fen -> BigInt,
        client_fen -> BigInt,
        day -> Date,
        at -> Timestamp,
    }
}

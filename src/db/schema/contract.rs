//! Registration of technical contracts.

diesel::table! {
    contract (id) {
        id -> Text,
        version -> BigInt,
        applicant -> Text,
        created_by -> Text,
        state -> Text,
        office -> Nullable<Text>,
        title -> Text,
        class -> Text,
        sub_type -> Text,
        technical_field -> Text,
        seller_urn -> Text,
        seller_name -> Text,
        seller_code -> Text,
        seller_division -> Text,
        buyer_urn -> Text,
        buyer_name -> Text,
        buyer_code -> Text,
        buyer_division -> Text,
        total_fen -> BigInt,
        technical_fen -> BigInt,
        deal_key -> Nullable<Text>,
        profile -> Text,
        accepted_on -> Nullable<Date>,
        due_on -> Date,
        number -> Nullable<Text>,
        registered_on -> Nullable<Date>,
        engagement -> Nullable<Text>,
        form -> Text,
        casework -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        handler -> Nullable<Text>,
    }
}

diesel::table! {
    contract_estimate (contract) {
        contract -> Text,
    }
}

diesel::table! {
    contract_provisional (contract) {
        contract -> Text,
    }
}

diesel::table! {
    contract_step (contract, position) {
        contract -> Text,
        position -> Integer,
        at -> Timestamp,
        kind -> Text,
        version -> BigInt,
        actor -> Nullable<Text>,
        actor_name -> Text,
        organisation -> Nullable<Text>,
        organisation_name -> Text,
        opinion -> Text,
        detail -> Text,
    }
}

diesel::table! {
    contract_attachment (contract, file) {
        contract -> Text,
        file -> Text,
        position -> Integer,
        kind -> Text,
        name -> Text,
        media_type -> Text,
        size_bytes -> BigInt,
        sha256 -> Text,
        text_sha256 -> Text,
    }
}

diesel::table! {
    contract_edition (contract, edition) {
        contract -> Text,
        edition -> Integer,
        number -> Text,
        code -> Text,
        at -> Timestamp,
        office -> Text,
        office_name -> Text,
        registrar -> Text,
        total_fen -> BigInt,
        technical_fen -> BigInt,
        reason -> Text,
        form -> Text,
    }
}

diesel::table! {
    contract_counter (prefix) {
        prefix -> Text,
        last -> BigInt,
    }
}

diesel::table! {
    contract_amendment (contract, position) {
        contract -> Text,
        position -> Integer,
        state -> Text,
        reason -> Text,
        form -> Text,
        proposed_by -> Text,
        proposed_at -> Timestamp,
        process -> Text,
        edition -> Nullable<Integer>,
    }
}

diesel::table! {
    contract_income (contract, position) {
        contract -> Text,
        position -> Integer,
        state -> Text,
        from_on -> Date,
        to_on -> Date,
        received_fen -> BigInt,
        technical_fen -> BigInt,
        note -> Text,
        stated_by -> Text,
        stated_at -> Timestamp,
        opinion -> Text,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<Timestamp>,
    }
}

diesel::joinable!(contract_step -> contract (contract));
diesel::joinable!(contract_attachment -> contract (contract));
diesel::allow_tables_to_appear_in_same_query!(
    contract,
    contract_step,
    contract_attachment,
    contract_edition,
    contract_counter,
    contract_amendment,
    contract_income
);

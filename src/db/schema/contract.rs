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

diesel::joinable!(contract_attachment -> contract (contract));
diesel::allow_tables_to_appear_in_same_query!(
    contract,
    contract_step,
    contract_attachment,
    contract_edition,
    contract_counter
);

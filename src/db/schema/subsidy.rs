//! Schemes, appropriations, batches with their steps and lines, and the causes of corrections.

diesel::table! {
    subsidy_scheme (code, version) {
        code -> Text,
        version -> Integer,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        beneficiary -> Text,
        base -> Text,
        body -> Text,
    }
}

diesel::table! {
    subsidy_appropriation (id) {
        id -> Text,
        year -> Integer,
        scheme -> Text,
        amount_fen -> BigInt,
        document -> Text,
        note -> Text,
        actor -> Text,
        at -> Timestamp,
        ledger_number -> BigInt,
    }
}

diesel::table! {
    subsidy_sheet (id) {
        id -> Text,
        batch -> Nullable<Text>,
        as_of_seq -> BigInt,
        contracts -> Integer,
        corrections -> Integer,
        base_fen -> BigInt,
        total_fen -> BigInt,
        written_at -> Timestamp,
    }
}

diesel::table! {
    subsidy_line (sheet, position) {
        sheet -> Text,
        position -> Integer,
        kind -> Text,
        period -> Integer,
        scheme_version -> Integer,
        contract -> Text,
        contract_version -> BigInt,
        number -> Text,
        registered_on -> Date,
        total_fen -> BigInt,
        technical_fen -> BigInt,
        base_fen -> BigInt,
        amount_fen -> BigInt,
        cause_seq -> Nullable<BigInt>,
        cause_kind -> Nullable<Text>,
    }
}

diesel::table! {
    subsidy_batch (id) {
        id -> Text,
        version -> BigInt,
        state -> Text,
        round -> Integer,
        scheme -> Text,
        scheme_version -> Integer,
        period -> Integer,
        budget_year -> Integer,
        beneficiary -> Text,
        beneficiary_name -> Text,
        beneficiary_code -> Text,
        sheet -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    subsidy_step (batch, position) {
        batch -> Text,
        position -> Integer,
        round -> Integer,
        step -> Text,
        person -> Text,
        person_name -> Text,
        organisation -> Text,
        at -> Timestamp,
        opinion -> Text,
        sheet -> Text,
        ledger_number -> Nullable<BigInt>,
    }
}

diesel::table! {
    subsidy_cause (seq) {
        seq -> BigInt,
        kind -> Text,
        contract -> Text,
        contract_version -> BigInt,
        office -> Text,
        period -> Integer,
        number -> Text,
        registered_on -> Date,
        counts -> Bool,
        total_fen -> BigInt,
        technical_fen -> BigInt,
        at -> Timestamp,
    }
}

diesel::joinable!(subsidy_line -> subsidy_sheet (sheet));
diesel::joinable!(subsidy_batch -> subsidy_sheet (sheet));
diesel::joinable!(subsidy_step -> subsidy_batch (batch));
diesel::allow_tables_to_appear_in_same_query!(
    subsidy_scheme,
    subsidy_appropriation,
    subsidy_sheet,
    subsidy_line,
    subsidy_batch,
    subsidy_step,
    subsidy_cause
);

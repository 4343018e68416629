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
        division -> Text,
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
        beneficiary -> Text,
        cap_group -> Text,
        ended -> Bool,
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
        publicised_on -> Nullable<Date>,
        publicity_until -> Nullable<Date>,
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
    subsidy_cause (seq, contract) {
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

diesel::table! {
    subsidy_payee (sheet, position) {
        sheet -> Text,
        position -> Integer,
        beneficiary -> Text,
        name -> Text,
        credit_code -> Text,
        division -> Text,
        bank -> Text,
        bank_account -> Text,
        due_fen -> BigInt,
        back_fen -> BigInt,
    }
}

diesel::table! {
    subsidy_payment (id) {
        id -> Text,
        batch -> Text,
        payee -> Integer,
        beneficiary -> Text,
        kind -> Text,
        amount_fen -> BigInt,
        paid_on -> Date,
        reference -> Text,
        actor -> Text,
        at -> Timestamp,
        ledger_number -> BigInt,
    }
}

diesel::table! {
    subsidy_clawback (id) {
        id -> Text,
        version -> BigInt,
        batch -> Text,
        beneficiary -> Text,
        name -> Text,
        scheme -> Text,
        fund -> Text,
        budget_year -> Integer,
        amount_fen -> BigInt,
        settled_fen -> BigInt,
        due_on -> Date,
        created_at -> Timestamp,
        ledger_number -> BigInt,
    }
}

diesel::table! {
    subsidy_settlement (id) {
        id -> Text,
        clawback -> Text,
        kind -> Text,
        amount_fen -> BigInt,
        effective -> Date,
        reference -> Text,
        actor -> Text,
        at -> Timestamp,
        ledger_number -> BigInt,
    }
}

diesel::table! {
    subsidy_closed_year (fund, year) {
        fund -> Text,
        year -> Integer,
        lapsed_fen -> BigInt,
        actor -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    subsidy_claim (id) {
        id -> Text,
        version -> BigInt,
        number -> Text,
        state -> Text,
        scheme -> Text,
        scheme_version -> Integer,
        subject -> Text,
        once_key -> Text,
        beneficiary -> Text,
        beneficiary_name -> Text,
        beneficiary_code -> Text,
        organisation -> Text,
        division -> Text,
        contract -> Nullable<Text>,
        title -> Text,
        event_on -> Date,
        period -> Integer,
        requested_fen -> BigInt,
        awarded_fen -> Nullable<BigInt>,
        cap_group -> Text,
        bank -> Text,
        bank_account -> Text,
        opinion -> Text,
        awarded_seq -> BigInt,
        created_by -> Text,
        reviewed_by -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    subsidy_evidence (claim, position) {
        claim -> Text,
        position -> Integer,
        item -> Text,
        file -> Text,
        name -> Text,
        media_type -> Text,
        size_bytes -> BigInt,
        sha256 -> Text,
    }
}

diesel::table! {
    subsidy_group_member (credit_code) {
        credit_code -> Text,
        name -> Text,
        actor -> Text,
        at -> Timestamp,
        division -> Text,
    }
}

diesel::table! {
    subsidy_objection (id) {
        id -> Text,
        batch -> Text,
        sheet -> Text,
        state -> Text,
        person -> Text,
        person_name -> Text,
        organisation -> Text,
        organisation_name -> Text,
        reason -> Text,
        at -> Timestamp,
        answer -> Text,
        answered_by -> Text,
        answered_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    subsidy_remittance (batch, position) {
        batch -> Text,
        position -> Integer,
        instruction -> Text,
        outcome -> Text,
        amount_fen -> BigInt,
        paid_on -> Date,
        reference -> Text,
        result -> Text,
        expected_fen -> BigInt,
        actor -> Text,
        at -> Timestamp,
        ledger_number -> Nullable<BigInt>,
    }
}

diesel::table! {
    subsidy_order (batch, payee) {
        batch -> Text,
        payee -> Integer,
        amount_fen -> BigInt,
        actor -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    subsidy_line_share (sheet, position, beneficiary) {
        sheet -> Text,
        position -> Integer,
        beneficiary -> Text,
        amount_fen -> BigInt,
    }
}

diesel::table! {
    subsidy_counted_with (sheet, period, cap_group, also) {
        sheet -> Text,
        period -> Integer,
        cap_group -> Text,
        also -> Text,
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
    subsidy_cause,
    subsidy_payee,
    subsidy_payment,
    subsidy_clawback,
    subsidy_settlement,
    subsidy_closed_year,
    subsidy_claim,
    subsidy_evidence,
    subsidy_group_member,
    subsidy_objection,
    subsidy_remittance,
    subsidy_order,
    subsidy_line_share,
    subsidy_counted_with
);

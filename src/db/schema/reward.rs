//! Rewards to contributors.

diesel::table! {
    reward_rule (version) {
        version -> BigInt,
        valid_from -> Date,
        document -> Text,
        published_by -> Text,
        published_at -> Timestamp,
    }
}

diesel::table! {
    reward_plan (id) {
        id -> Text,
        version -> BigInt,
        state -> Text,
        institute -> Text,
        institute_name -> Text,
        contract -> Text,
        contract_edition -> Integer,
        contract_number -> Text,
        title -> Text,
        tranche -> Integer,
        form -> Text,
        rule -> BigInt,
        under_plan -> Bool,
        base -> BigInt,
        reward -> BigInt,
        main -> BigInt,
        publicised_on -> Nullable<Date>,
        publicity_ends -> Nullable<Date>,
        confirmed_on -> Nullable<Date>,
        reason -> Text,
        document -> Text,
        created_by -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    reward_objection (id) {
        id -> Text,
        version -> BigInt,
        plan -> Text,
        plan_version -> BigInt,
        state -> Text,
        by_user -> Text,
        by_name -> Text,
        text -> Text,
        at -> Timestamp,
        answer -> Text,
        answered_by -> Nullable<Text>,
        answered_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    reward_due (plan, year, contributor_rank) {
        plan -> Text,
        year -> Integer,
        contributor_rank -> Integer,
        profit_fen -> BigInt,
        due -> BigInt,
        paid -> BigInt,
    }
}

diesel::table! {
    reward_payout (id) {
        id -> Text,
        plan -> Text,
        year -> Integer,
        contributor_rank -> Integer,
        amount -> BigInt,
        paid_on -> Date,
        voucher -> Text,
        recorded_by -> Text,
        recorded_at -> Timestamp,
    }
}

diesel::joinable!(reward_payout -> reward_plan (plan));
diesel::joinable!(reward_due -> reward_plan (plan));
diesel::allow_tables_to_appear_in_same_query!(reward_plan, reward_payout, reward_due);

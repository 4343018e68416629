//! Accounts, transactions, postings. Append-only: triggers refuse anything else.

diesel::table! {
    ledger_account (id) {
        id -> Text,
        path -> Text,
        kind -> Text,
        year -> Nullable<Integer>,
        scheme -> Nullable<Text>,
        beneficiary -> Nullable<Text>,
        source -> Bool,
        opened_at -> Timestamp,
    }
}

diesel::table! {
    ledger_transaction (number) {
        number -> BigInt,
        id -> Text,
        external_key -> Text,
        kind -> Text,
        cause -> Text,
        note -> Text,
        effective -> Date,
        booked -> Timestamp,
        actor -> Text,
        reverses -> Nullable<BigInt>,
        sealed -> Bool,
        prev_hash -> Binary,
        hash -> Binary,
    }
}

diesel::table! {
    ledger_posting (number, position) {
        number -> BigInt,
        position -> Integer,
        account -> Text,
        amount_fen -> BigInt,
        balance_fen -> BigInt,
        effective -> Date,
        month -> Integer,
        day_fen -> BigInt,
        month_fen -> BigInt,
    }
}

diesel::joinable!(ledger_posting -> ledger_account (account));
diesel::joinable!(ledger_posting -> ledger_transaction (number));
diesel::allow_tables_to_appear_in_same_query!(ledger_account, ledger_transaction, ledger_posting);

diesel::table! {
    ledger_page (number) {
        number -> BigInt,
        postings -> BigInt,
    }
}

diesel::table! {
    ledger_total (path, span, since, number) {
        path -> Text,
        span -> Text,
        since -> Date,
        number -> BigInt,
        accounts -> BigInt,
        inflow_fen -> BigInt,
        outflow_fen -> BigInt,
    }
}

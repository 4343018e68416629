//! Statistics of registered contracts.

diesel::table! {
    statistics_record (contract) {
        contract -> Text,
        number -> Text,
        state -> Text,
        edition -> Integer,
        office -> Text,
        registered_on -> Date,
        month -> Text,
        title -> Text,
        class -> Text,
        sub_type -> Text,
        technical_field -> Text,
        ip_kind -> Text,
        plan_source -> Text,
        industry -> Text,
        objective -> Text,
        seller_name -> Text,
        seller_code -> Text,
        seller_kind -> Text,
        seller_division -> Text,
        buyer_name -> Text,
        buyer_code -> Text,
        buyer_kind -> Text,
        buyer_division -> Text,
        total_fen -> BigInt,
        technical_fen -> BigInt,
        estimated -> Bool,
    }
}

diesel::table! {
    statistics_release (seq) {
        seq -> BigInt,
        contract -> Text,
        ocid -> Text,
        at -> Timestamp,
        document -> Text,
    }
}

diesel::table! {
    statistics_report (period) {
        period -> Text,
        id -> Text,
        from_day -> Date,
        to_day -> Date,
        document -> Text,
        closed_at -> Timestamp,
    }
}

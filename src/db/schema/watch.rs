//! Who watches which sale, and which reminders went out.

use super::trading::{sale, sale_run};

diesel::table! {
    sale_watch (sale, user_id) {
        sale -> Text,
        user_id -> Text,
        organisation -> Text,
        since -> Timestamp,
    }
}

diesel::table! {
    sale_reminder (sale, moment, hours) {
        sale -> Text,
        moment -> Text,
        hours -> Integer,
        fired_at -> Timestamp,
    }
}

diesel::allow_tables_to_appear_in_same_query!(sale, sale_run);

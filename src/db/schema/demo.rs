//! Which steps of the demo city have been done.

diesel::table! {
    demo_step (name) {
        name -> Text,
        at -> Timestamp,
    }
}

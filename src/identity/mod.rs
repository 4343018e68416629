pub mod codes;
pub mod model;
pub mod password;
pub mod rules;
pub mod secrets;
mod store;
pub mod tokens;

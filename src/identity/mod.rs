pub mod codes;
pub mod model;
pub mod password;
pub mod rules;
pub mod secrets;
pub mod tokens;

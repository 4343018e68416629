//! Refusals: what a user can cause, as values with a stable code and words in two languages.
//!
//! Two audiences: `code`, `title` and `params` go to the caller; `context` goes to the log only.

use std::fmt;

/// A stable code, its HTTP status and its words. Declared with [`codes!`] in the room that refuses.
#[derive(Debug)]
pub struct Code {
    pub id: &'static str,
    pub status: u16,
    pub zh: &'static str,
    pub en: &'static str,
}

/// Declares a room's codes and the list `ALL` of them. `{name}` in the words is filled from the params.
macro_rules! codes {
    ($($name:ident = ($id:literal, $status:literal, $zh:literal, $en:literal);)+) => {
        $(pub static $name: $crate::kernel::error::Code =
            $crate::kernel::error::Code { id: $id, status: $status, zh: $zh, en: $en };)+
        pub static ALL: &[&$crate::kernel::error::Code] = &[$(&$name),+];
    };
}
pub(crate) use codes;

use super::codes_common::{INTERNAL, VALIDATION_FAILED};

pub type Params = Vec<(&'static str, String)>;

/// One problem with one field, addressed by a JSON pointer into the request (RFC 6901).
#[derive(Debug, Clone)]
pub struct FieldError {
    pub pointer: String,
    pub code: &'static Code,
    pub params: Params,
}

/// Why something was not done. Small on the stack: it travels in every `Result`.
#[derive(Debug, Clone)]
pub struct Refusal(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    code: &'static Code,
    params: Params,
    errors: Vec<FieldError>,
    retry_after_s: Option<u32>,
    context: Option<String>,
}

impl Refusal {
    pub fn new(code: &'static Code) -> Self {
        let inner = Inner { code, params: vec![], errors: vec![], retry_after_s: None, context: None };
        Self(Box::new(inner))
    }

    /// A fault of ours: the caller learns nothing but the request id, the log gets the context.
    pub fn internal(context: impl fmt::Display) -> Self {
        Self::new(&INTERNAL).because(context)
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.0.params.push((name, value.to_string()));
        self
    }

    #[must_use]
    pub fn retry_after_seconds(mut self, seconds: u32) -> Self {
        self.0.retry_after_s = Some(seconds);
        self
    }

    /// Adds context for the log.
    #[must_use]
    pub fn because(mut self, context: impl fmt::Display) -> Self {
        self.0.context = Some(context.to_string());
        self
    }

    pub fn code(&self) -> &'static str {
        self.0.code.id
    }

    pub fn is(&self, code: &'static Code) -> bool {
        self.0.code.id == code.id
    }

    pub fn definition(&self) -> &'static Code {
        self.0.code
    }

    pub fn status(&self) -> u16 {
        self.0.code.status
    }

    pub fn params(&self) -> &Params {
        &self.0.params
    }

    pub fn errors(&self) -> &[FieldError] {
        &self.0.errors
    }

    pub fn retry_after(&self) -> Option<u32> {
        self.0.retry_after_s
    }

    pub fn context(&self) -> Option<&str> {
        self.0.context.as_deref()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code(), fill(self.0.code.en, &self.0.params))?;
        for error in &self.0.errors {
            write!(f, "; {}: {}", error.pointer, fill(error.code.en, &error.params))?;
        }
        match &self.0.context {
            Some(context) => write!(f, " ({context})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Refusal {}

/// Fills `{name}` in a code's words.
pub fn fill(words: &str, params: &Params) -> String {
    let mut text = words.to_owned();
    for (name, value) in params {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    text
}

/// Collects every problem of a request, so that the user learns them all at once.
#[derive(Debug, Default)]
pub struct Errors(Vec<FieldError>);

impl Errors {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn add(&mut self, pointer: impl Into<String>, code: &'static Code) {
        self.add_with(pointer, code, &[]);
    }

    pub fn add_with(
        &mut self,
        pointer: impl Into<String>,
        code: &'static Code,
        params: &[(&'static str, String)],
    ) {
        self.0.push(FieldError { pointer: pointer.into(), code, params: params.to_vec() });
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn list(&self) -> &[FieldError] {
        &self.0
    }

    /// 422 `validation_failed` with all of them, if there are any.
    pub fn check(self) -> Result<(), Refusal> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut refusal = Refusal::new(&VALIDATION_FAILED);
        refusal.0.errors = self.0;
        Err(refusal)
    }
}

#[cfg(test)]
mod tests {
    use super::super::codes_common::{LIMIT_INVALID, NOT_FOUND};
    use super::*;

    #[test]
    fn all_problems_come_at_once() {
        let mut errors = Errors::new();
        errors.add("/a", &NOT_FOUND);
        errors.add_with("/b", &LIMIT_INVALID, &[("max", "100".into())]);
        let refusal = errors.check().unwrap_err();
        assert_eq!((refusal.code(), refusal.errors().len()), ("validation_failed", 2));
        assert!(refusal.to_string().contains("100"));
        assert!(Errors::new().check().is_ok());
    }
}

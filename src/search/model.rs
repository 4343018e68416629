//! What the search may show of a record, and what may be asked of the search.

/// One searchable record: its *published projection*, never a draft and never a confidential part. Whatever is
/// put in here can be found and read by anybody without login, so a source fills it from published columns only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// The record's URN, the same string that its changes carry as subject.
    pub subject: String,
    /// Kind of the record: `achievement`, `demand`, …
    pub kind: String,
    pub version: i64,
    pub title: String,
    /// Abstract and whatever other public text is worth finding, paragraphs joined with a line feed.
    pub body: String,
    pub keywords: Vec<String>,
    /// Names of the persons published with the record (contributors). Found by the whole name.
    pub people: Vec<String>,
    /// Patent, application, registration and standard numbers, as written. Found without regard to dots, blanks
    /// and the prefix ZL.
    pub numbers: Vec<String>,
    pub holder: Holder,
    /// Codes of the technical field (1st) and of finer classes below it, if any.
    pub field: Vec<String>,
    /// Industry codes from the section down: `["C", "C13"]`.
    pub industry: Vec<String>,
    /// Technology readiness level 1 to 9.
    pub trl: Option<u8>,
    pub ip_kinds: Vec<String>,
    pub ip_states: Vec<String>,
    /// Codes of the cooperation modes offered or wanted.
    pub cooperation: Vec<String>,
    /// Price of an achievement or budget of a demand.
    pub price: Price,
    /// Division codes from the record's own unit up to the city: a filter on the city then finds its counties.
    pub divisions: Vec<String>,
    /// The node the record comes from.
    pub origin: String,
    pub year: Option<i32>,
    /// First publication, microseconds since 1970 UTC.
    pub published_at: i64,
    /// End of validity or of the call, microseconds since 1970 UTC.
    pub deadline: Option<i64>,
}

/// The organisation a record belongs to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holder {
    pub urn: String,
    pub name: String,
    /// Code of the kind of organisation: `institute`, `enterprise`, …
    pub kind: String,
}

/// A price in fen as far as it is published.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Price {
    /// 面议
    #[default]
    Negotiable,
    Fixed(i64),
    Range(i64, i64),
}

/// The part of a URN behind its last colon: the id inside the node that issued it.
pub fn local_id(subject: &str) -> &str {
    subject.rsplit(':').next().unwrap_or(subject)
}

//! What a harvester may ask (OAI-PMH §4), and what is wrong with it (§3.6). Pure.

use super::token::Place;
use crate::kernel::time::UtcTime;

/// An error of the protocol: its code and a word about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault(pub &'static str, pub String);

impl Fault {
    pub fn argument(message: impl Into<String>) -> Self {
        Self("badArgument", message.into())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Dc,
    Tm,
}

impl Format {
    pub const ALL: [Self; 2] = [Self::Dc, Self::Tm];

    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Dc => "oai_dc",
            Self::Tm => "tm",
        }
    }

    fn parse(prefix: &str) -> Result<Self, Fault> {
        let known = Self::ALL.into_iter().find(|format| format.prefix() == prefix);
        known.ok_or_else(|| Fault("cannotDisseminateFormat", format!("formats: oai_dc, tm; not {prefix}")))
    }
}

/// Part of the records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    pub dimension: Dimension,
    /// None: all that have any.
    pub value: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    Type,
    Field,
    Division,
}

impl Dimension {
    pub const ALL: [Self; 3] = [Self::Type, Self::Field, Self::Division];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Field => "field",
            Self::Division => "division",
        }
    }
}

impl Set {
    pub fn parse(spec: &str) -> Option<Self> {
        let (name, value) = spec.split_once(':').map_or((spec, None), |(name, value)| (name, Some(value)));
        let dimension = Dimension::ALL.into_iter().find(|dimension| dimension.name() == name)?;
        let plain = |v: &str| {
            !v.is_empty()
                && v.len() <= 64
                && v.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        };
        value.is_none_or(plain).then(|| Self { dimension, value: value.map(str::to_owned) })
    }
}

/// Which records, from where on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    pub format: Format,
    pub from: Option<UtcTime>,
    /// The last second that is wanted.
    pub until: Option<UtcTime>,
    pub set: Option<String>,
    pub after: Option<Place>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verb {
    Identify,
    ListMetadataFormats { identifier: Option<String> },
    ListSets,
    GetRecord { identifier: String, format: Format },
    ListIdentifiers(Selection),
    ListRecords(Selection),
}

/// The arguments as they came; each may come once.
pub struct Args(Vec<(String, String)>);

impl Args {
    pub fn new(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn only(&self, allowed: &[&str]) -> Result<(), Fault> {
        for (at, (key, _)) in self.0.iter().enumerate() {
            if key != "verb" && !allowed.contains(&key.as_str()) {
                return Err(Fault::argument(format!("{key} is no argument of this verb")));
            }
            if self.0[..at].iter().any(|(other, _)| other == key) {
                return Err(Fault::argument(format!("{key} comes twice")));
            }
        }
        Ok(())
    }

    fn required(&self, name: &str) -> Result<&str, Fault> {
        self.get(name).ok_or_else(|| Fault::argument(format!("{name} is required")))
    }

    pub fn verb(&self) -> Result<Verb, Fault> {
        let mut verbs = self.0.iter().filter(|(key, _)| key == "verb");
        let bad = |message: &str| Fault("badVerb", message.to_owned());
        let (Some((_, verb)), None) = (verbs.next(), verbs.next()) else {
            return Err(bad("one verb is required"));
        };
        match verb.as_str() {
            "Identify" => self.only(&[]).map(|()| Verb::Identify),
            "ListMetadataFormats" => {
                self.only(&["identifier"])?;
                Ok(Verb::ListMetadataFormats { identifier: self.get("identifier").map(str::to_owned) })
            }
            "ListSets" => {
                self.only(&["resumptionToken"])?;
                match self.get("resumptionToken") {
                    // The list is short: no token of it was ever given.
                    Some(_) => Err(Fault("badResumptionToken", "ListSets gives no token".into())),
                    None => Ok(Verb::ListSets),
                }
            }
            "GetRecord" => {
                self.only(&["identifier", "metadataPrefix"])?;
                let identifier = self.required("identifier")?.to_owned();
                Ok(Verb::GetRecord { identifier, format: Format::parse(self.required("metadataPrefix")?)? })
            }
            "ListIdentifiers" => self.selection().map(Verb::ListIdentifiers),
            "ListRecords" => self.selection().map(Verb::ListRecords),
            _ => Err(bad("no such verb")),
        }
    }

    fn selection(&self) -> Result<Selection, Fault> {
        self.only(&["metadataPrefix", "from", "until", "set", "resumptionToken"])?;
        if let Some(token) = self.get("resumptionToken") {
            if self.0.len() > 2 {
                return Err(Fault::argument("resumptionToken is an exclusive argument"));
            }
            return super::token::parse(token)
                .ok_or_else(|| Fault("badResumptionToken", "not a token of this repository".into()));
        }
        let format = Format::parse(self.required("metadataPrefix")?)?;
        let (from, until) = (self.get("from"), self.get("until"));
        if let (Some(from), Some(until)) = (from, until)
            && from.len() != until.len()
        {
            return Err(Fault::argument("from and until must have the same granularity"));
        }
        let from = from.map(|text| day_or_second(text, false)).transpose()?;
        let until = until.map(|text| day_or_second(text, true)).transpose()?;
        if from.zip(until).is_some_and(|(from, until)| from > until) {
            return Err(Fault::argument("from is later than until"));
        }
        let set = self.get("set").map(str::to_owned);
        Ok(Selection { format, from, until, set, after: None })
    }
}

/// `2026-03-02` or `2026-03-02T02:00:00Z`; of a day its first or its last second.
fn day_or_second(text: &str, last: bool) -> Result<UtcTime, Fault> {
    let whole = match (text.len(), last) {
        (10, false) => format!("{text}T00:00:00Z"),
        (10, true) => format!("{text}T23:59:59Z"),
        (20, _) if text.ends_with('Z') => text.to_owned(),
        _ => return Err(Fault::argument(format!("{text} is no UTC date"))),
    };
    whole.parse().map_err(|_| Fault::argument(format!("{text} is no UTC date")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str) -> Result<Verb, Fault> {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        Args::new(pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()).verb()
    }

    fn code(query: &str) -> &'static str {
        asked(query).expect_err(query).0
    }

    /// OAI-PMH §3.6: the errors and exceptions, each where it belongs.
    #[test]
    fn what_is_wrong_has_the_code_of_the_protocol() {
        assert_eq!(code(""), "badVerb");
        assert_eq!(code("verb=Nonsense"), "badVerb");
        assert_eq!(code("verb=Identify&verb=Identify"), "badVerb");
        for bad in [
            "verb=Identify&set=x",
            "verb=GetRecord&identifier=x",
            "verb=GetRecord&metadataPrefix=tm",
            "verb=ListRecords",
            "verb=ListRecords&metadataPrefix=tm&metadataPrefix=tm",
            "verb=ListRecords&metadataPrefix=tm&from=2026-13-01",
            "verb=ListRecords&metadataPrefix=tm&from=2026-03-02T02:00:00",
            "verb=ListRecords&metadataPrefix=tm&from=2026-03-02&until=2026-03-01",
            "verb=ListRecords&metadataPrefix=tm&from=2026-03-02&until=2026-03-02T02:00:00Z",
            "verb=ListRecords&metadataPrefix=tm&resumptionToken=x",
        ] {
            assert_eq!(code(bad), "badArgument", "{bad}");
        }
        assert_eq!(code("verb=ListRecords&metadataPrefix=marc21"), "cannotDisseminateFormat");
        assert_eq!(code("verb=ListRecords&resumptionToken=x"), "badResumptionToken");
        assert_eq!(code("verb=ListSets&resumptionToken=x"), "badResumptionToken");
    }

    #[test]
    fn a_day_is_all_of_its_seconds() {
        let Ok(Verb::ListRecords(selection)) =
            asked("verb=ListRecords&metadataPrefix=oai_dc&from=2026-03-02&until=2026-03-02")
        else {
            panic!()
        };
        assert_eq!(selection.from.unwrap().rfc3339(), "2026-03-02T00:00:00Z");
        assert_eq!(selection.until.unwrap().rfc3339(), "2026-03-02T23:59:59Z");
    }

    #[test]
    fn sets_are_of_three_kinds() {
        let field = Set::parse("field:electronics").unwrap();
        assert_eq!((field.dimension, field.value.as_deref()), (Dimension::Field, Some("electronics")));
        assert_eq!(Set::parse("division").unwrap().value, None);
        for bad in ["", "x", "field:", "field:a b", "field:a:b", "county:1"] {
            assert_eq!(Set::parse(bad), None, "{bad}");
        }
    }
}

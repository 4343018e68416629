//! A record in each of the formats. Pure.

use serde_json::Value;

use super::args::Format;
use super::store::Record;
use super::xml::Xml;
use crate::kernel::id::parse_urn;

pub const TM_NAMESPACE: &str = "urn:tm:schema:oai:record:1";
pub const DC_NAMESPACE: &str = "http://www.openarchives.org/OAI/2.0/oai_dc/";
pub const DC_SCHEMA: &str = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd";
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// What both formats say of a record.
struct Told<'a> {
    record: &'a Record,
    public: &'a Value,
}

impl<'a> Told<'a> {
    fn text(&self, name: &str) -> Option<&'a str> {
        self.public[name].as_str()
    }

    fn description(&self) -> Option<&'a str> {
        ["abstract", "summary", "description"].into_iter().find_map(|name| self.text(name))
    }

    fn list(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.public[name].as_array().into_iter().flatten().filter_map(Value::as_str)
    }

    fn contributors(&self) -> impl Iterator<Item = &'a str> {
        let people = self.public["contributors"].as_array().into_iter().flatten();
        people.filter_map(|person| person["name"].as_str())
    }

    fn day(&self) -> Option<&'a str> {
        self.text("published_at").and_then(|time| time.get(..10))
    }
}

/// Writes the metadata of a record that is there.
pub fn write(xml: &mut Xml, format: Format, record: &Record, schema: &str) {
    let text = record.public.as_deref().unwrap_or("null");
    let public: Value = serde_json::from_str(text).unwrap_or(Value::Null);
    let told = Told { record, public: &public };
    match format {
        Format::Dc => dublin_core(xml, &told),
        Format::Tm => own(xml, &told, text, schema),
    }
}

fn dublin_core(xml: &mut Xml, told: &Told<'_>) {
    let location = format!("{DC_NAMESPACE} {DC_SCHEMA}");
    let attributes = [
        ("xmlns:oai_dc", DC_NAMESPACE),
        ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
        ("xmlns:xsi", XSI),
        ("xsi:schemaLocation", location.as_str()),
    ];
    xml.element("oai_dc:dc", &attributes, |xml| {
        xml.some("dc:title", told.text("title"));
        for name in told.contributors() {
            xml.some("dc:creator", Some(name));
        }
        xml.some("dc:subject", told.text("technical_field"));
        for keyword in told.list("keywords") {
            xml.some("dc:subject", Some(keyword));
        }
        xml.some("dc:description", told.description());
        xml.some("dc:publisher", told.public["holder"]["name"].as_str());
        xml.some("dc:date", told.day());
        xml.some("dc:type", Some(&told.record.kind));
        xml.some("dc:identifier", Some(&told.record.subject));
        xml.some("dc:language", Some("zh-CN"));
        xml.some("dc:coverage", told.text("division"));
    });
}

/// The main words as elements, and the whole projection as it was published.
fn own(xml: &mut Xml, told: &Told<'_>, canonical: &str, schema: &str) {
    let record = told.record;
    let (version, location) = (record.version.to_string(), format!("{TM_NAMESPACE} {schema}"));
    let origin = parse_urn(&record.subject).map_or("", |(node, _, _)| node);
    let attributes = [
        ("xmlns:tm", TM_NAMESPACE),
        ("xmlns:xsi", XSI),
        ("xsi:schemaLocation", location.as_str()),
        ("urn", record.subject.as_str()),
        ("version", version.as_str()),
        ("type", record.kind.as_str()),
        ("origin", origin),
    ];
    xml.element("tm:record", &attributes, |xml| {
        xml.text("tm:title", told.text("title").unwrap_or_default());
        xml.some("tm:summary", told.description());
        for keyword in told.list("keywords") {
            xml.some("tm:keyword", Some(keyword));
        }
        xml.some("tm:field", told.text("technical_field"));
        xml.some("tm:industry", told.text("industry"));
        xml.some("tm:division", told.text("division"));
        if let Some(name) = told.public["holder"]["name"].as_str() {
            let code = told.public["holder"]["credit_code"].as_str().unwrap_or_default();
            let urn = told.public["holder"]["urn"].as_str().unwrap_or_default();
            xml.element("tm:holder", &[("urn", urn), ("creditCode", code)], |xml| xml.raw(name));
        }
        for name in told.contributors() {
            xml.some("tm:contributor", Some(name));
        }
        xml.some("tm:published", told.day());
        xml.some("tm:validUntil", told.text("valid_until"));
        // RFC 8785: what the leaf of the feed commits to.
        xml.element("tm:projection", &[("mediaType", "application/json")], |xml| xml.raw(canonical));
    });
}

//! Answers of the protocol.

use super::args::{Args, Dimension, Fault, Format, Selection, Set, Verb};
use super::formats::{self, DC_NAMESPACE, DC_SCHEMA, TM_NAMESPACE};
use super::store::{self, Record};
use super::token::{self, Place};
use super::xml::Xml;
use crate::db::Snapshot;
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;

/// Records of one answer.
const PAGE_RECORDS: i64 = 100;
/// Values of one dimension that are told as sets.
const SETS_MAX: i64 = 1000;
/// A command that is being written has a time a moment before it is seen: answers say a moment before now.
const MOMENT_SECONDS: i64 = 2;

/// Where this outlet is.
pub struct Outlet<'a> {
    pub base_url: &'a str,
    pub host: &'a str,
}

impl Outlet<'_> {
    fn oai(&self) -> String {
        format!("{}/oai", self.base_url)
    }

    fn schema(&self) -> String {
        format!("{}/oai/tm.xsd", self.base_url)
    }
}

/// The whole document. Errors of the protocol are answers too.
pub fn answer(snapshot: &mut Snapshot, at: &Outlet<'_>, args: &Args) -> Result<String, Refusal> {
    let asked = args.verb();
    let mut xml = Xml::document();
    let written = match &asked {
        Ok(verb) => perform(snapshot, at, verb)?,
        Err(fault) => Err(fault.clone()),
    };
    let date = UtcTime::from_seconds(snapshot.now().seconds() - MOMENT_SECONDS).rfc3339();
    // Where the arguments are at fault they are not repeated (OAI-PMH §3.6).
    let repeat = !matches!(&written, Err(Fault("badVerb" | "badArgument", _)));
    let attributes: Vec<(&str, &str)> =
        args.pairs().iter().filter(|_| repeat).map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let envelope = [
        ("xmlns", "http://www.openarchives.org/OAI/2.0/"),
        ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
        (
            "xsi:schemaLocation",
            "http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd",
        ),
    ];
    xml.element("OAI-PMH", &envelope, |xml| {
        xml.text("responseDate", &date);
        xml.element("request", &attributes, |xml| xml.raw(&at.oai()));
        match &written {
            Ok(write) => write(xml),
            Err(Fault(code, message)) => xml.element("error", &[("code", code)], |xml| xml.raw(message)),
        }
    });
    Ok(xml.into_text())
}

type Writing = Box<dyn Fn(&mut Xml)>;

fn perform(snapshot: &mut Snapshot, at: &Outlet<'_>, verb: &Verb) -> Result<Result<Writing, Fault>, Refusal> {
    match verb {
        Verb::Identify => identify(snapshot, at).map(Ok),
        Verb::ListMetadataFormats { identifier } => {
            if let Some(identifier) = identifier
                && store::find(snapshot, identifier)?.is_none()
            {
                return Ok(Err(unknown(identifier)));
            }
            Ok(Ok(metadata_formats(at)))
        }
        Verb::ListSets => sets(snapshot).map(Ok),
        Verb::GetRecord { identifier, format } => {
            let (format, schema) = (*format, at.schema());
            Ok(match store::find(snapshot, identifier)? {
                None => Err(unknown(identifier)),
                Some(found) => Ok(Box::new(move |xml| {
                    xml.element("GetRecord", &[], |xml| record(xml, format, &found, &schema));
                })),
            })
        }
        Verb::ListIdentifiers(selection) => list(snapshot, at, selection, false),
        Verb::ListRecords(selection) => list(snapshot, at, selection, true),
    }
}

fn unknown(identifier: &str) -> Fault {
    Fault("idDoesNotExist", format!("{identifier} is not known here"))
}

fn identify(snapshot: &mut Snapshot, at: &Outlet<'_>) -> Result<Writing, Refusal> {
    let earliest = store::earliest(snapshot)?.unwrap_or_else(|| snapshot.now());
    let earliest = UtcTime::from_seconds(earliest.seconds()).rfc3339();
    let (node, oai, mail) = (snapshot.node().to_owned(), at.oai(), format!("webmaster@{}", at.host));
    Ok(Box::new(move |xml| {
        xml.element("Identify", &[], |xml| {
            xml.text("repositoryName", &format!("Techmart {node}"));
            xml.text("baseURL", &oai);
            xml.text("protocolVersion", "2.0");
            xml.text("adminEmail", &mail);
            xml.text("earliestDatestamp", &earliest);
            xml.text("deletedRecord", "persistent");
            xml.text("granularity", "YYYY-MM-DDThh:mm:ssZ");
        });
    }))
}

fn metadata_formats(at: &Outlet<'_>) -> Writing {
    let schema = at.schema();
    Box::new(move |xml| {
        xml.element("ListMetadataFormats", &[], |xml| {
            for format in Format::ALL {
                let (schema, namespace) = match format {
                    Format::Dc => (DC_SCHEMA, DC_NAMESPACE),
                    Format::Tm => (schema.as_str(), TM_NAMESPACE),
                };
                xml.element("metadataFormat", &[], |xml| {
                    xml.text("metadataPrefix", format.prefix());
                    xml.text("schema", schema);
                    xml.text("metadataNamespace", namespace);
                });
            }
        });
    })
}

fn sets(snapshot: &mut Snapshot) -> Result<Writing, Refusal> {
    let mut found = Vec::new();
    for dimension in Dimension::ALL {
        found.push((dimension.name().to_owned(), format!("every {}", dimension.name())));
        for value in store::values(snapshot, dimension, SETS_MAX)? {
            found.push((format!("{}:{value}", dimension.name()), format!("{} {value}", dimension.name())));
        }
    }
    Ok(Box::new(move |xml| {
        xml.element("ListSets", &[], |xml| {
            for (spec, name) in &found {
                xml.element("set", &[], |xml| {
                    xml.text("setSpec", spec);
                    xml.text("setName", name);
                });
            }
        });
    }))
}

fn list(
    snapshot: &mut Snapshot,
    at: &Outlet<'_>,
    selection: &Selection,
    whole: bool,
) -> Result<Result<Writing, Fault>, Refusal> {
    let nothing = || Fault("noRecordsMatch", "no record fits".into());
    let set = match selection.set.as_deref().map(Set::parse) {
        // A set that there is not has no records.
        Some(None) => return Ok(Err(nothing())),
        Some(Some(set)) => Some(set),
        None => None,
    };
    let mut records = store::list(snapshot, selection, set.as_ref(), PAGE_RECORDS + 1)?;
    let more = i64::try_from(records.len()).is_ok_and(|found| found > PAGE_RECORDS);
    records.truncate(usize::try_from(PAGE_RECORDS).unwrap_or(0));
    if records.is_empty() && selection.after.is_none() {
        return Ok(Err(nothing()));
    }
    let passed = selection.after.as_ref().map_or(0, |place| place.passed);
    let next = records.last().filter(|_| more).map(|last| {
        let place =
            Place { stamp: last.stamp, subject: last.subject.clone(), passed: passed + records.len() as u64 };
        token::write(selection, &place)
    });
    let (format, schema, resumed) = (selection.format, at.schema(), selection.after.is_some());
    let name = if whole { "ListRecords" } else { "ListIdentifiers" };
    Ok(Ok(Box::new(move |xml| {
        xml.element(name, &[], |xml| {
            for one in &records {
                if whole {
                    record(xml, format, one, &schema);
                } else {
                    header(xml, one);
                }
            }
            // The last part of a list in parts has an empty token.
            if next.is_some() || resumed {
                let cursor = passed.to_string();
                let token = next.as_deref().unwrap_or_default();
                xml.element("resumptionToken", &[("cursor", &cursor)], |xml| xml.raw(token));
            }
        });
    })))
}

fn record(xml: &mut Xml, format: Format, record: &Record, schema: &str) {
    xml.element("record", &[], |xml| {
        header(xml, record);
        if !record.deleted {
            xml.element("metadata", &[], |xml| formats::write(xml, format, record, schema));
        }
    });
}

fn header(xml: &mut Xml, record: &Record) {
    let deleted = [("status", "deleted")];
    xml.element("header", if record.deleted { &deleted } else { &[] }, |xml| {
        xml.text("identifier", &record.subject);
        xml.text("datestamp", &record.stamp.rfc3339());
        for (dimension, value) in
            Dimension::ALL.into_iter().zip([&record.kind, &record.field, &record.division])
        {
            if !value.is_empty() {
                xml.text("setSpec", &format!("{}:{value}", dimension.name()));
            }
        }
    });
}

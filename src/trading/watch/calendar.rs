//! The calendar file of a sale (RFC 5545).

use chrono::{DateTime, Utc};
use icalendar::{Calendar, Component, Event, EventLike, EventStatus, Property};

use crate::kernel::time::UtcTime;
use crate::trading::model::{Run, Sale, Standing, State};

/// Notice, start, end and the end of objections, each with a UID of its own for good. The version of the sale and
/// the extensions of its run only grow, and so does their sum: the SEQUENCE.
pub fn file(sale: &Sale, run: Option<&Run>, node: &str, base_url: &str) -> String {
    let starts_at = run.map(|run| run.starts_at).or(sale.times.starts_at);
    let ends_at = run.map(|run| run.ends_at).or(sale.times.ends_at);
    let objections = match &sale.standing {
        Standing::Ended { award_from, .. } => Some(*award_from),
        _ => None,
    };
    let moments = [
        ("notice", "公告", sale.times.published_at),
        ("start", "开始", starts_at),
        ("end", "截止", ends_at),
        ("objections", "异议期截止", objections),
    ];
    let extensions = run.map_or(0, |run| i64::from(run.extensions));
    let sequence = u32::try_from(sale.version.saturating_add(extensions)).unwrap_or(u32::MAX);
    let void = matches!(sale.state(), State::Withdrawn | State::Annulled);
    let mut calendar = Calendar::empty();
    for (name, value) in [("VERSION", "2.0"), ("PRODID", "-//Techmart//sales//ZH"), ("CALSCALE", "GREGORIAN")]
    {
        calendar.append_property(Property::new(name, value));
    }
    calendar.append_property(Property::new("METHOD", "PUBLISH"));
    calendar.name(&sale.title);
    for (what, label, at) in moments {
        let Some(at) = at else { continue };
        let event = Event::new()
            .uid(&format!("{}-{what}@{node}", sale.id))
            .sequence(sequence)
            .timestamp(utc(sale.updated_at))
            .starts(utc(at))
            .summary(&format!("{label}：{}", sale.title))
            .url(&format!("{base_url}/api/v1/sales/{}", sale.id))
            .status(if void { EventStatus::Cancelled } else { EventStatus::Confirmed })
            .done();
        calendar.push(event);
    }
    calendar.to_string()
}

fn utc(at: UtcTime) -> DateTime<Utc> {
    at.naive().and_utc()
}

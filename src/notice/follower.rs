//! Follows the log and tells whom the table names.

use std::collections::BTreeSet;

use serde_json::Value;

use super::events;
use super::kinds::{self, ALERTED, Line, To};
use super::model::{Choice, MailMode, News, Recipient, Topic};
use super::service;
use crate::changes::{Follower, OnFailure, Start};
use crate::db::{Db, Tx, from_json};
use crate::identity;
use crate::kernel::change::Change;
use crate::kernel::error::Refusal;
use crate::kernel::id::{Id, OrganisationId, UserId, parse_urn};
use crate::matching::service::saved;
use crate::matching::service::saved_model::{Event, Frequency, SavedSearch, SavedSearchId};
use crate::trading;

/// People whom one command may tell, reckoned beforehand.
const TOLD_MAX: usize = 120;
/// How many people a line tells, as a rule: the members of an organisation with a role.
const LINE_PEOPLE: usize = 10;

/// Tells people of changes. What it does cannot be done again without telling twice, so what it cannot take is passed
/// over with an alarm.
pub struct Notices {
    /// Whether mail is set up.
    pub mail_on: bool,
}

impl Follower for Notices {
    fn name(&self) -> &'static str {
        "notice"
    }

    /// Rule 1: senders are never replayed.
    fn start(&self) -> Start {
        Start::Head
    }

    fn wants(&self, kind: &str) -> bool {
        kinds::is_told(kind)
    }

    /// As many changes as tell a bounded number of people.
    fn prepare(&self, _: &Db, changes: &[Change]) -> Result<usize, Refusal> {
        let mut people = 0;
        let fits = |change: &&Change| {
            people += match change.kind.as_str() {
                ALERTED => change.facts["searches"].as_array().map_or(0, Vec::len),
                kind => kinds::lines(kind, &change.facts).map(|line| people_of(line, &change.facts)).sum(),
            };
            people <= TOLD_MAX
        };
        Ok(changes.iter().take_while(fits).count())
    }

    fn apply(&self, tx: &mut Tx, change: &Change) -> Result<(), Refusal> {
        if change.kind == ALERTED {
            return self.alerts(tx, change);
        }
        for line in kinds::lines(&change.kind, &change.facts) {
            self.tell(tx, change, line)?;
        }
        Ok(())
    }

    fn on_failure(&self) -> OnFailure {
        OnFailure::Park
    }
}

impl Notices {
    fn tell(&self, tx: &mut Tx, change: &Change, line: &Line) -> Result<(), Refusal> {
        let Some(event) = events::named(line.event) else { return Ok(()) };
        let news = News {
            // A change may name what it tells of: the same found again is not told again.
            dedup: match change.facts["once"].as_str() {
                Some(once) => format!("{}/{once}", line.event),
                None => format!("{}/{}", change.seq, line.event),
            },
            topic: event.topic,
            event: event.code,
            title: change.facts["title"].as_str().unwrap_or_default().to_owned(),
            link: link_of(change),
            subject: change.subject.clone(),
            at: change.at,
            collapses: line.collapses,
        };
        for to in persons(line, &change.facts) {
            if identity::service::is_member(tx, to.user, to.organisation)? {
                service::tell(tx, self.mail_on, &news, to, None)?;
            }
        }
        let (person, acted) = acting(&change.actor);
        for organisation in organisations(tx, line, change)? {
            // Rule 3: of several parties, the one that acted knows.
            if line.to.len() > 1 && Some(organisation) == acted {
                continue;
            }
            service::tell_members(tx, self.mail_on, &news, organisation, line.role, person)?;
            service::post(tx, &news, organisation)?;
        }
        Ok(())
    }

    /// Tells the owners of saved searches, and their organisations once.
    fn alerts(&self, tx: &mut Tx, change: &Change) -> Result<(), Refusal> {
        let facts = &change.facts;
        let Some(event) = facts["event"].as_str().and_then(Event::parse).map(code).and_then(events::named)
        else {
            return Err(Refusal::internal(format!("an alert without an event: {facts}")));
        };
        let ids: Vec<SavedSearchId> = from_json(&facts["searches"].to_string())?;
        let title = facts["title"].as_str().unwrap_or_default();
        let link = record_link(tx.node(), &change.subject);
        let news = |dedup: String, title: String| News {
            dedup,
            topic: Topic::SavedSearch,
            event: event.code,
            subject: change.subject.clone(),
            title,
            link: link.clone(),
            at: change.at,
            collapses: false,
        };
        let mut posted = BTreeSet::new();
        for search in saved::named(tx, &ids)? {
            let to = Recipient { user: search.user, organisation: search.organisation };
            // It may have been switched off since.
            if search.frequency == Frequency::Off
                || !identity::service::is_member(tx, to.user, to.organisation)?
            {
                continue;
            }
            let told = news(format!("{}/{}", change.seq, search.id), format!("{title} · {}", search.name));
            service::tell(tx, self.mail_on, &told, to, Some(choice(&search)))?;
            if search.channels.webhook && posted.insert(search.organisation) {
                service::post_once(tx, &news(String::new(), title.to_owned()), search.organisation)?;
            }
        }
        Ok(())
    }
}

const fn code(event: Event) -> &'static str {
    match event {
        Event::Matched => "search_matched",
        Event::Changed => "search_changed",
        Event::Left => "search_left",
        Event::Withdrawn => "search_withdrawn",
    }
}

fn choice(search: &SavedSearch) -> Choice {
    let mail = match search.frequency {
        _ if !search.channels.mail => MailMode::Off,
        Frequency::AtOnce => MailMode::AtOnce,
        Frequency::Daily => MailMode::Daily,
        Frequency::Off => MailMode::Off,
    };
    Choice { in_app: search.channels.in_app, mail }
}

/// Where a record is seen that a search finds: another node's as its copy here, which links home.
fn record_link(node: &str, subject: &str) -> String {
    match parse_urn(subject) {
        Some((owner, ..)) if owner != node => format!("/api/v1/replicas/{subject}"),
        _ => kinds::link(subject),
    }
}

/// Where what happened is seen: a change may name the record; else its own, or the sale that it belongs to.
fn link_of(change: &Change) -> String {
    let entries =
        [change.facts["told_of"].as_str(), Some(change.subject.as_str()), change.facts["sale"].as_str()];
    entries.into_iter().flatten().map(kinds::link).find(|link| !link.is_empty()).unwrap_or_default()
}

/// How many people a line tells, reckoned beforehand.
fn people_of(line: &Line, facts: &Value) -> usize {
    match line.to {
        [To::Persons(entry)] => facts[*entry].as_array().map_or(0, Vec::len),
        // Most bids outbid nobody that is to be told.
        [To::Bidder(entry) | To::Bidders(entry)] if facts[*entry].is_null() => 0,
        [To::Bidders(entry)] => range(&facts[*entry]).map_or(0, |(from, to)| {
            LINE_PEOPLE * usize::try_from(to.saturating_sub(from).saturating_add(1)).unwrap_or(0)
        }),
        _ => LINE_PEOPLE,
    }
}

/// Persons that the facts themselves list.
fn persons(line: &Line, facts: &Value) -> Vec<Recipient> {
    let listed = line.to.iter().filter_map(|to| match to {
        To::Persons(entry) => facts[*entry].as_array(),
        _ => None,
    });
    let recipient = |it: &Value| {
        let id = |entry: &str| it[entry].as_str();
        Some(Recipient { user: id("user")?.parse().ok()?, organisation: id("organisation")?.parse().ok()? })
    };
    listed.flatten().filter_map(recipient).collect()
}

/// Who acted: `user:…@…`.
fn acting(label: &str) -> (Option<UserId>, Option<OrganisationId>) {
    let known = label.strip_prefix("user:").and_then(|rest| rest.split_once('@'));
    known.map_or((None, None), |(user, organisation)| (user.parse().ok(), organisation.parse().ok()))
}

/// The organisations of this node that a line tells, each once.
fn organisations(tx: &mut Tx, line: &Line, change: &Change) -> Result<Vec<OrganisationId>, Refusal> {
    let mut found = Vec::new();
    for to in line.to {
        for organisation in named(tx, *to, change)? {
            if !found.contains(&organisation) {
                found.push(organisation);
            }
        }
    }
    Ok(found)
}

fn named(tx: &mut Tx, to: To, change: &Change) -> Result<Vec<OrganisationId>, Refusal> {
    let facts = &change.facts;
    let one = match to {
        // A party stands there by its URN, or whole.
        To::Urn(entry) => own(tx, facts[entry].as_str().or_else(|| facts[entry]["urn"].as_str())),
        To::Id(entry) => facts[entry].as_str().and_then(|id| id.parse().ok()),
        To::Code(entry) => match facts[entry].as_str() {
            Some(code) => identity::service::organisation_by_code(tx, code)?.map(|it| it.id),
            None => None,
        },
        To::Operators => {
            return Ok(identity::service::operators(tx)?.into_iter().map(|it| it.id).collect());
        }
        To::Bidder(entry) => {
            let sale = facts["sale"].as_str().and_then(parse_urn).map(|(.., uuid)| Id::from_uuid(uuid));
            let number = facts[entry].as_i64().and_then(|number| i32::try_from(number).ok());
            let party = match sale.zip(number) {
                Some((sale, number)) => trading::service::bidder_party(tx, sale, number)?,
                None => None,
            };
            own(tx, party.as_ref().map(|it| it.urn.as_str()))
        }
        To::Objector => {
            let party = match parse_urn(&change.subject) {
                Some((.., uuid)) => trading::service::objector(tx, Id::from_uuid(uuid))?,
                None => None,
            };
            own(tx, party.as_ref().map(|it| it.urn.as_str()))
        }
        To::Bidders(entry) => return bidders(tx, &facts[entry], facts),
        To::Depositor => {
            let party = match parse_urn(&change.subject) {
                Some((.., uuid)) => trading::service::depositor(tx, Id::from_uuid(uuid))?,
                None => None,
            };
            own(tx, party.as_ref().map(|it| it.urn.as_str()))
        }
        To::Persons(_) => None,
    };
    Ok(one.into_iter().collect())
}

/// An organisation of this node by its URN.
fn own(tx: &Tx, urn: Option<&str>) -> Option<OrganisationId> {
    let known = urn.and_then(parse_urn);
    let here = known.filter(|(node, entity, _)| *node == tx.node() && *entity == "organisation");
    here.map(|(.., uuid)| Id::from_uuid(uuid))
}

/// From one number to another.
fn range(of: &Value) -> Option<(i32, i32)> {
    let number = |entry: &str| i32::try_from(of[entry].as_i64()?).ok();
    Some((number("from")?, number("to")?))
}

/// The bidders of a range, but for one that is told otherwise.
fn bidders(tx: &mut Tx, of: &Value, facts: &Value) -> Result<Vec<OrganisationId>, Refusal> {
    let sale = facts["sale"].as_str().and_then(parse_urn).map(|(.., uuid)| Id::from_uuid(uuid));
    let Some((sale, (from, to))) = sale.zip(range(of)) else { return Ok(vec![]) };
    let parties = trading::service::bidder_parties(tx, sale, from, to)?;
    let told = parties.iter().filter(|party| facts["but"] != party.urn.as_str());
    Ok(told.filter_map(|party| own(tx, Some(party.urn.as_str()))).collect())
}

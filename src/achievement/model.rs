//! The achievement as a kind of listed record. Pure.

use crate::kernel::error::Errors;
use crate::kernel::id::ids;
use crate::kernel::permission::Permission;
use crate::kernel::time::Day;
use crate::listing::model::{Index, Listing};
use crate::listing::{Attachment, Contact, Events, Kind, Price, Stage, events};

use super::rules;

pub use super::content::{Content, Contributor, IpAsset};

ids! {
    AchievementId of Achievement;
}
pub type Record = Listing<Achievement>;

/// Characters of the abstract that lists show.
const BRIEF_CHARS: usize = 160;

impl Kind for Achievement {
    type Content = Content;

    const TYPE: &'static str = "achievement";
    const SCHEMA: &'static str = "achievement.v1";
    const WRITE: Permission = Permission::AchievementWrite;
    const REVIEW: Permission = Permission::AchievementReview;
    const EVENTS: Events = events!("achievement");
    const DEFAULT_DAYS: i64 = 365;
    const LONGEST_DAYS: i64 = rules::LONGEST_DAYS;

    fn check(content: &Content, stage: Stage, today: Day, errors: &mut Errors) {
        rules::check(content, stage, today, errors);
    }

    fn index(content: &Content) -> Index {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        Index {
            title: content.title.clone(),
            brief: content.summary.chars().take(BRIEF_CHARS).collect(),
            technical_field: text(&content.technical_field),
            industry: text(&content.industry),
            division: text(&content.division),
            kind: text(&content.kind),
            trl: content.trl.unwrap_or(0),
            year: content.year.unwrap_or(0),
            price: content.price.map(Price::bounds).unwrap_or_default(),
        }
    }

    fn attachments(content: &Content) -> &[Attachment] {
        &content.attachments
    }

    fn confidential(content: &Content) -> Option<&str> {
        content.confidential.as_deref()
    }

    fn contact(content: &Content) -> &Contact {
        &content.contact
    }

    fn public(content: &Content) -> Content {
        let mut public = Self::shown(content);
        public.contact = Contact::default();
        public.attachments.retain(|attachment| !attachment.confidential);
        for person in &mut public.contributors {
            person.share_ppm = None;
        }
        public
    }

    fn shown(content: &Content) -> Content {
        Content { confidential: None, edit_reason: None, ..content.clone() }
    }

    fn edit_reason(content: &Content) -> Option<&str> {
        content.edit_reason.as_deref()
    }

    fn secrecy(content: &Content) -> Option<&str> {
        content.secrecy.as_deref()
    }

    fn last_day(content: &Content) -> Option<Day> {
        content.valid_until
    }

    fn set_last_day(content: &mut Content, day: Day) {
        content.valid_until = Some(day);
    }
}

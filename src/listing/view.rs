//! What answers about listed records look like, and the small bodies of acts.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::audit::FieldChange;
use crate::audit::model;
use crate::files::model::{FileId, StoredFile};
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::time::{Day, UtcTime};

use super::kind::Kind;
use super::model::{Holder, Listing, Revision, State, Summary};
use super::parts::Price;
use super::service::{Confidential, Sight};

#[derive(Serialize, ToSchema)]
pub struct HolderView {
    pub organisation: OrganisationId,
    pub urn: String,
    pub name: String,
    pub credit_code: String,
    /// List `organisation_kind`.
    pub kind: String,
}

/// A record as its reader may see it.
#[derive(Serialize, ToSchema)]
pub struct ListingView<C: ToSchema> {
    #[schema(value_type = String, format = "uuid")]
    pub id: String,
    pub urn: String,
    pub version: i64,
    pub state: State,
    pub holder: HolderView,
    pub published_at: Option<UtcTime>,
    /// Last day on the market.
    pub ends_on: Option<Day>,
    /// The approved text for the public; the working copy for its holder and for reviewers.
    pub content: C,
    pub attachments: Vec<AttachmentView>,
    /// For the holder and reviewers only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own: Option<OwnView>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ListingAttachmentView)]
pub struct AttachmentView {
    pub file: FileId,
    pub name: String,
    pub media_type: String,
    pub size_bytes: i64,
    pub sha256: String,
    pub confidential: bool,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ListingOwnView)]
pub struct OwnView {
    /// Where a change of the published text stands in its review.
    pub revision: Revision,
    pub opinion: Option<String>,
    pub reason: Option<String>,
    pub reserved_for: Option<String>,
    /// The confidential part has an address of its own, because each read of it is kept in the trail.
    pub has_confidential: bool,
    pub submitted_at: Option<UtcTime>,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
}

/// A record in a list.
#[derive(Serialize, ToSchema)]
pub struct ListingHead {
    pub id: String,
    pub version: i64,
    pub state: State,
    pub title: String,
    pub brief: String,
    pub holder: HolderView,
    pub kind: String,
    pub technical_field: String,
    pub industry: String,
    pub division: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trl: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i32>,
    pub price: Price,
    pub published_at: Option<UtcTime>,
    pub ends_on: Option<Day>,
    /// In the holder's own list and the reviewers' queue only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ListingProgress)]
pub struct Progress {
    pub revision: Revision,
    pub submitted_at: Option<UtcTime>,
    pub updated_at: UtcTime,
}

/// The confidential part. That it was read stands in the trail.
#[derive(Serialize, ToSchema)]
#[schema(as = ListingConfidentialView)]
pub struct ConfidentialView {
    pub confidential: Option<String>,
    pub attachments: Vec<AttachmentView>,
}

/// One version in the history of a record.
#[derive(Serialize, ToSchema)]
#[schema(as = ListingVersion)]
pub struct HistoryView {
    pub version: i64,
    pub at: UtcTime,
    pub user: Option<UserId>,
    pub organisation: Option<OrganisationId>,
    pub organisation_name: String,
    pub reason: String,
    pub fields: Vec<FieldChange>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ListingHistory)]
pub struct HistoryList {
    pub items: Vec<HistoryView>,
}

/// A reviewer's words.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReviewOpinion)]
pub struct Opinion {
    #[serde(default)]
    pub opinion: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WithdrawalReason)]
pub struct Reason {
    pub reason: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ListingRenewal)]
pub struct Renewal {
    /// The new last day.
    pub until: Day,
    pub reason: String,
}

impl From<&Holder> for HolderView {
    fn from(holder: &Holder) -> Self {
        Self {
            organisation: holder.organisation,
            urn: holder.party.urn.clone(),
            name: holder.party.name.clone(),
            credit_code: holder.party.credit_code.clone(),
            kind: holder.kind.to_string(),
        }
    }
}

impl<C: ToSchema> ListingView<C> {
    pub fn of<K: Kind<Content = C>>(record: &Listing<K>, sight: Sight, files: &[StoredFile]) -> Self {
        let approved = record.published.as_ref();
        let content = match (sight, approved) {
            (Sight::Public, Some(approved)) => K::public(approved),
            (Sight::Public, None) => K::public(&record.content),
            (Sight::Whole, _) => K::shown(&record.content),
        };
        let attachments = attachments::<K>(&content, files);
        Self {
            id: record.id.to_string(),
            urn: record.urn.clone(),
            version: record.version,
            state: record.standing.state(),
            holder: HolderView::from(&record.holder),
            published_at: record.published_at,
            ends_on: record.ends_on,
            content,
            attachments,
            own: (sight == Sight::Whole).then(|| OwnView::of(record)),
        }
    }
}

fn attachments<K: Kind>(content: &K::Content, files: &[StoredFile]) -> Vec<AttachmentView> {
    let named = K::attachments(content).iter();
    let found = named.filter_map(|attachment| {
        let file = files.iter().find(|file| file.id == attachment.file)?;
        Some(AttachmentView::of(file, attachment.confidential))
    });
    found.collect()
}

impl AttachmentView {
    fn of(file: &StoredFile, confidential: bool) -> Self {
        Self {
            file: file.id,
            name: file.name.clone(),
            media_type: file.media_type.clone(),
            size_bytes: file.size_bytes,
            sha256: file.sha256.clone(),
            confidential,
        }
    }
}

impl OwnView {
    fn of<K: Kind>(record: &Listing<K>) -> Self {
        let confidential = K::confidential(&record.content).is_some()
            || K::attachments(&record.content).iter().any(|attachment| attachment.confidential);
        Self {
            revision: record.standing.revision(),
            opinion: record.remarks.opinion.clone(),
            reason: record.remarks.reason.clone(),
            reserved_for: record.reserved_for.clone(),
            has_confidential: confidential,
            submitted_at: record.submission.map(|submission| submission.at),
            created_at: record.created_at,
            updated_at: record.updated_at,
        }
    }
}

impl ListingHead {
    /// As everybody sees it.
    pub fn public<K>(item: Summary<K>) -> Self {
        let price = Price::from_bounds(item.index.price);
        Self {
            id: item.id.to_string(),
            version: item.version,
            state: item.standing.state(),
            title: item.index.title,
            brief: item.index.brief,
            holder: HolderView::from(&item.holder),
            kind: item.index.kind,
            technical_field: item.index.technical_field,
            industry: item.index.industry,
            division: item.index.division,
            trl: Some(item.index.trl).filter(|trl| *trl > 0),
            year: Some(item.index.year).filter(|year| *year > 0),
            price,
            published_at: item.published_at,
            ends_on: item.ends_on,
            progress: None,
        }
    }

    /// As its holder and reviewers see it.
    pub fn own<K>(item: Summary<K>) -> Self {
        let progress = Progress {
            revision: item.standing.revision(),
            submitted_at: item.submitted_at,
            updated_at: item.updated_at,
        };
        Self { progress: Some(progress), ..Self::public(item) }
    }
}

impl From<Confidential> for ConfidentialView {
    fn from(opened: Confidential) -> Self {
        let attachments = opened.files.iter().map(|file| AttachmentView::of(file, true)).collect();
        Self { confidential: opened.text, attachments }
    }
}

impl From<model::Revision> for HistoryView {
    fn from(revision: model::Revision) -> Self {
        Self {
            version: revision.version,
            at: revision.at,
            user: revision.who.user,
            organisation: revision.who.organisation,
            organisation_name: revision.who.organisation_name,
            reason: revision.reason,
            fields: revision.fields,
        }
    }
}

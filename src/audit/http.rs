//! The trail over HTTP, for auditors.

use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::model::{AuditEntryId, Entry, EntryFilter, Revision, Who};
use super::revision::FieldChange;
use super::service;
use crate::db::from_json;
use crate::http::{Answer, Edge, Reply, Routes};
use crate::kernel::error::Refusal;
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::time::{Day, UtcTime};

pub fn routes(routes: &mut Routes) {
    routes.service(audit_entries).service(audit_revisions);
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct EntriesQuery {
    /// URN of a record.
    subject: Option<String>,
    /// Code of an act, such as `contract.register`.
    act: Option<String>,
    /// Id of the user who acted.
    user: Option<UserId>,
    /// Id of the organisation for which the user acted.
    organisation: Option<OrganisationId>,
    /// First day (Asia/Shanghai).
    from: Option<Day>,
    /// Last day, included.
    to: Option<Day>,
    /// Entries of a page, 1 to 100; 20 when absent.
    limit: Option<i64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct RevisionsQuery {
    /// URN of a record.
    subject: String,
}

/// Who acted; persons by id only.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ActorView {
    label: String,
    user: Option<UserId>,
    organisation: Option<OrganisationId>,
    organisation_name: String,
}

#[derive(Serialize, utoipa::ToSchema)]
struct AuditEntryView {
    id: AuditEntryId,
    at: UtcTime,
    actor: ActorView,
    act: String,
    subject: String,
    #[schema(value_type = Object)]
    detail: Value,
}

/// One version of a record: who changed which fields, when and why.
#[derive(Serialize, utoipa::ToSchema)]
pub struct RevisionView {
    subject: String,
    version: i64,
    at: UtcTime,
    actor: ActorView,
    reason: String,
    fields: Vec<FieldChange>,
}

impl From<Who> for ActorView {
    fn from(who: Who) -> Self {
        ActorView {
            label: who.label,
            user: who.user,
            organisation: who.organisation,
            organisation_name: who.organisation_name,
        }
    }
}

impl From<Revision> for RevisionView {
    fn from(revision: Revision) -> Self {
        RevisionView {
            subject: revision.subject,
            version: revision.version,
            at: revision.at,
            actor: revision.who.into(),
            reason: revision.reason,
            fields: revision.fields,
        }
    }
}

impl TryFrom<Entry> for AuditEntryView {
    type Error = Refusal;

    fn try_from(entry: Entry) -> Result<Self, Refusal> {
        Ok(AuditEntryView {
            id: entry.id,
            at: entry.at,
            actor: entry.who.into(),
            act: entry.act,
            subject: entry.subject,
            detail: from_json(&entry.detail)?,
        })
    }
}

/// The trail of confidential reads and official acts, newest first.
#[utoipa::path(
    tag = "audit",
    params(EntriesQuery),
    responses((status = 200, body = Page<AuditEntryView>)),
    extensions(("x-permission" = json!("audit.read")))
)]
#[get("/audit")]
async fn audit_entries(edge: Edge, query: web::Query<EntriesQuery>) -> Answer {
    let query = query.into_inner();
    edge.read(Permission::AuditRead, move |snapshot, actor| {
        let page = PageQuery::new(query.limit, query.cursor)?;
        let filter = EntryFilter {
            subject: query.subject,
            act: query.act,
            user: query.user,
            organisation: query.organisation,
            from: query.from,
            to: query.to,
        };
        let entries = service::entries(snapshot, actor, &filter, &page)?;
        let items = entries.items.into_iter().map(AuditEntryView::try_from).collect::<Result<_, _>>()?;
        Reply::page(&Page { items, next: entries.next })
    })
    .await
}

/// The versions of any record, oldest first: which fields changed, from what to what, by whom, when and why.
#[utoipa::path(
    tag = "audit",
    params(RevisionsQuery),
    responses((status = 200, body = Page<RevisionView>)),
    extensions(("x-permission" = json!("audit.read")))
)]
#[get("/audit/revisions")]
async fn audit_revisions(edge: Edge, query: web::Query<RevisionsQuery>) -> Answer {
    let subject = query.into_inner().subject;
    edge.read(Permission::AuditRead, move |snapshot, _| {
        let items = service::revisions(snapshot, &subject)?.into_iter().map(RevisionView::from).collect();
        Reply::page(&Page { items, next: None })
    })
    .await
}

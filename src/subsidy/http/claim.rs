//! Claims over HTTP: what applicants file, what the authority decides.

use actix_web::web::{Data, Path};
use actix_web::{get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::contract::model::ContractId;
use crate::files::model::FileId;
use crate::files::{self, Cached, Vault};
use crate::http::{Answer, Edge, Input, Reply};
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::party::PartyRef;
use crate::kernel::permission::Permission;
use crate::kernel::time::{Day, UtcTime};
use crate::subsidy::model::{
    BatchId, BatchState, ClaimFilter, ClaimId, ClaimRecord, ClaimState, EvidenceRecord, LinkedGroup, Verdict,
};
use crate::subsidy::service::{self, ClaimFound, NewClaim, NewEvidence, Review};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceInput {
    /// An item of the scheme's list.
    item: String,
    /// An uploaded file of the applicant's organisation.
    file: FileId,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimInput {
    /// Code of the scheme.
    scheme: String,
    /// The number of the certificate, the credit code of the raised enterprise, or the year that an office
    /// claims for; of a conversion its contract says it.
    #[serde(default)]
    subject: String,
    /// The registered contract that was converted.
    #[serde(default)]
    contract: Option<ContractId>,
    title: String,
    /// The day of the conversion or event; its year is the claim's period.
    event_on: Day,
    /// What is asked for, where the scheme leaves it to the review.
    #[serde(default)]
    requested_fen: Fen,
    #[serde(default)]
    bank: String,
    #[serde(default)]
    bank_account: String,
    #[serde(default)]
    evidence: Vec<EvidenceInput>,
}

impl ClaimInput {
    fn command(&self) -> NewClaim {
        let evidence = |it: &EvidenceInput| NewEvidence { item: it.item.clone(), file: it.file };
        NewClaim {
            scheme: self.scheme.clone(),
            subject: self.subject.clone(),
            contract: self.contract,
            title: self.title.clone(),
            event_on: self.event_on,
            requested: self.requested_fen,
            bank: self.bank.clone(),
            bank_account: self.bank_account.clone(),
            evidence: self.evidence.iter().map(evidence).collect(),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct ClaimView {
    pub id: ClaimId,
    version: i64,
    number: String,
    state: ClaimState,
    scheme: String,
    scheme_version: i32,
    subject: String,
    beneficiary: PartyRef,
    /// URN of the contract that was converted.
    contract: Option<String>,
    title: String,
    event_on: Day,
    period: i32,
    requested_fen: Fen,
    awarded_fen: Option<Fen>,
    bank: String,
    bank_account: String,
    opinion: String,
    created_at: UtcTime,
    updated_at: UtcTime,
}

impl From<ClaimRecord> for ClaimView {
    fn from(it: ClaimRecord) -> Self {
        Self {
            period: it.event_on.year(),
            id: it.id,
            version: it.version,
            number: it.number,
            state: it.state,
            scheme: it.scheme,
            scheme_version: it.scheme_version,
            subject: it.subject,
            beneficiary: it.beneficiary,
            contract: it.contract,
            title: it.title,
            event_on: it.event_on,
            requested_fen: it.requested,
            awarded_fen: it.awarded,
            bank: it.bank,
            bank_account: it.bank_account,
            opinion: it.opinion,
            created_at: it.created_at,
            updated_at: it.updated_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct EvidenceView {
    item: String,
    file: FileId,
    name: String,
    media_type: String,
    size_bytes: i64,
    sha256: String,
}

impl From<EvidenceRecord> for EvidenceView {
    fn from(it: EvidenceRecord) -> Self {
        Self {
            item: it.item,
            file: it.file,
            name: it.name,
            media_type: it.media_type,
            size_bytes: it.size_bytes,
            sha256: it.sha256,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct ClaimDetail {
    #[serde(flatten)]
    claim: ClaimView,
    evidence: Vec<EvidenceView>,
    /// The batch that holds it, and how far that has come.
    batch: Option<BatchId>,
    batch_state: Option<BatchState>,
}

impl From<ClaimFound> for ClaimDetail {
    fn from(found: ClaimFound) -> Self {
        let (batch, batch_state) = found.batch.map(|it| (it.batch, it.state)).unzip();
        let evidence = found.evidence.into_iter().map(EvidenceView::from).collect();
        Self { claim: found.claim.into(), evidence, batch, batch_state }
    }
}

fn shown(claim: ClaimRecord) -> Result<Reply, Refusal> {
    let version = claim.version;
    Ok(Reply::ok(&ClaimView::from(claim))?.version(version))
}

/// Claims a subsidy, with its evidence: one claim for each conversion or event, whatever the retries.
#[utoipa::path(
    tag = "subsidy",
    request_body = ClaimInput,
    responses((status = 201, body = ClaimView)),
    extensions(("x-permission" = json!("subsidy.claim")))
)]
#[post("/subsidy/claims")]
pub async fn submit(edge: Edge, input: Input<ClaimInput>) -> Answer {
    edge.write("subsidy.claim.submit", Permission::SubsidyClaim, input, |tx, actor, input| {
        let claim = service::submit(tx, actor, &input.command())?;
        let (address, version) = (format!("/api/v1/subsidy/claims/{}", claim.id), claim.version);
        Ok(Reply::created(address, &ClaimView::from(claim))?.version(version))
    })
    .await
}

/// Completes a claim that was returned; what it is for stays.
#[utoipa::path(
    tag = "subsidy",
    params(("id" = ClaimId, Path)),
    request_body = ClaimInput,
    responses((status = 200, body = ClaimView)),
    extensions(("x-permission" = json!("subsidy.claim")))
)]
#[post("/subsidy/claims/{id}/resubmit")]
pub async fn resubmit(edge: Edge, id: Path<ClaimId>, input: Input<ClaimInput>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("subsidy.claim.resubmit", Permission::SubsidyClaim, input, move |tx, actor, input| {
        shown(service::resubmit(tx, actor, *id, &input.command(), expected)?)
    })
    .await
}

/// Takes back a claim that nobody has decided on.
#[utoipa::path(
    tag = "subsidy",
    params(("id" = ClaimId, Path)),
    responses((status = 200, body = ClaimView)),
    extensions(("x-permission" = json!("subsidy.claim")))
)]
#[post("/subsidy/claims/{id}/withdraw")]
pub async fn withdraw(edge: Edge, id: Path<ClaimId>) -> Answer {
    let expected = edge.expected_version()?;
    edge.act("subsidy.claim.withdraw", Permission::SubsidyClaim, move |tx, actor| {
        shown(service::withdraw_claim(tx, actor, *id, expected)?)
    })
    .await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ClaimQuery {
    scheme: Option<String>,
    state: Option<ClaimState>,
    limit: Option<i64>,
    cursor: Option<String>,
}

/// Claims, the newest first: an authority's those of its schemes, an applicant's its own.
#[utoipa::path(
    operation_id = "claim_list",
    tag = "subsidy",
    params(ClaimQuery),
    responses((status = 200, body = Page<ClaimView>)),
    extensions(("x-permission" = json!("subsidy.read")))
)]
#[get("/subsidy/claims")]
pub async fn list(edge: Edge, query: web::Query<ClaimQuery>) -> Answer {
    let ClaimQuery { scheme, state, limit, cursor } = query.into_inner();
    let page = PageQuery::new(limit, cursor)?;
    edge.read(Permission::SubsidyRead, move |snapshot, actor| {
        let filter = ClaimFilter { scheme, state, ..ClaimFilter::default() };
        let rows = service::claims(snapshot, actor, filter, page.after()?, page.limit + 1)?;
        let views = rows.into_iter().map(ClaimView::from).collect();
        Reply::page(&Page::cut(views, page.limit, |view: &ClaimView| view.id))
    })
    .await
}

/// A claim with its evidence and the batch that holds it.
#[utoipa::path(
    operation_id = "claim_show",
    tag = "subsidy",
    params(("id" = ClaimId, Path)),
    responses((status = 200, body = ClaimDetail)),
    extensions(("x-permission" = json!("subsidy.read")))
)]
#[get("/subsidy/claims/{id}")]
pub async fn find(edge: Edge, id: Path<ClaimId>) -> Answer {
    edge.read(Permission::SubsidyRead, move |snapshot, actor| {
        let found = service::claim(snapshot, actor, *id)?;
        let version = found.claim.version;
        Ok(Reply::ok(&ClaimDetail::from(found))?.version(version))
    })
    .await
}

/// The bytes of a piece of evidence.
#[utoipa::path(
    tag = "subsidy",
    params(("id" = ClaimId, Path), ("file" = FileId, Path)),
    responses((status = 200, content_type = "application/octet-stream")),
    extensions(("x-permission" = json!("subsidy.read")))
)]
#[get("/subsidy/claims/{id}/evidence/{file}")]
pub async fn evidence_file(edge: Edge, path: Path<(ClaimId, FileId)>, vault: Data<Vault>) -> Answer {
    edge.permit(Permission::SubsidyRead)?;
    let (actor, (id, file)) = (edge.actor().clone(), path.into_inner());
    let stored = edge.db().read(move |snapshot| service::evidence(snapshot, &actor, id, file)).await?;
    files::download(&vault, &stored, Cached::Never).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewInput {
    verdict: Verdict,
    /// What is awarded, where the scheme leaves it to the review; at most what was asked for and the cap. All
    /// of that when absent.
    #[serde(default)]
    amount_fen: Option<Fen>,
    /// Required unless it is an award.
    #[serde(default)]
    opinion: String,
}

/// Awards, returns or refuses a claim.
#[utoipa::path(
    tag = "subsidy",
    params(("id" = ClaimId, Path)),
    request_body = ReviewInput,
    responses((status = 200, body = ClaimView)),
    extensions(("x-permission" = json!("subsidy.prepare")))
)]
#[post("/subsidy/claims/{id}/review")]
pub async fn review(edge: Edge, id: Path<ClaimId>, input: Input<ReviewInput>) -> Answer {
    let expected_version = edge.expected_version()?;
    edge.write("subsidy.claim.review", Permission::SubsidyPrepare, input, move |tx, actor, input| {
        let review = Review {
            claim: *id,
            verdict: input.verdict,
            amount: input.amount_fen,
            opinion: input.opinion.clone(),
            expected_version,
        };
        shown(service::review(tx, actor, &review)?)
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeInput {
    /// Why.
    opinion: String,
}

/// Takes an award back; what was paid of it is claimed back by the next batch.
#[utoipa::path(
    tag = "subsidy",
    params(("id" = ClaimId, Path)),
    request_body = RevokeInput,
    responses((status = 200, body = ClaimView)),
    extensions(("x-permission" = json!("subsidy.approve")))
)]
#[post("/subsidy/claims/{id}/revoke")]
pub async fn revoke(edge: Edge, id: Path<ClaimId>, input: Input<RevokeInput>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("subsidy.claim.revoke", Permission::SubsidyApprove, input, move |tx, actor, input| {
        shown(service::revoke_award(tx, actor, *id, &input.opinion, expected)?)
    })
    .await
}

#[derive(Serialize, ToSchema)]
pub struct GroupView {
    name: String,
    /// Of the authority that keeps it: it counts for the schemes of that division and those inside it.
    division: String,
    credit_codes: Vec<String>,
}

impl From<LinkedGroup> for GroupView {
    fn from(group: LinkedGroup) -> Self {
        Self { name: group.name, division: group.division, credit_codes: group.credit_codes }
    }
}

#[derive(Serialize, ToSchema)]
struct GroupList {
    items: Vec<GroupView>,
}

/// Linked enterprises: their yearly caps are counted together.
#[utoipa::path(
    tag = "subsidy",
    responses((status = 200, body = GroupList)),
    extensions(("x-permission" = json!("ledger.read")))
)]
#[get("/subsidy/groups")]
pub async fn groups(edge: Edge) -> Answer {
    edge.read(Permission::LedgerRead, |snapshot, _| {
        let items = service::groups(snapshot)?.into_iter().map(GroupView::from).collect();
        Reply::ok(&GroupList { items })
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupInput {
    /// Unified social credit codes; whoever was in another group leaves it. Empty: the group ends.
    credit_codes: Vec<String>,
}

/// Says who belongs to a linked group. Claims awarded before stay where they were counted, and what is booked of the
/// members counts with those that follow.
#[utoipa::path(
    tag = "subsidy",
    params(("name" = String, Path)),
    request_body = GroupInput,
    responses((status = 200, body = GroupView)),
    extensions(("x-permission" = json!("subsidy.approve")))
)]
#[put("/subsidy/groups/{name}")]
pub async fn set_group(edge: Edge, name: Path<String>, input: Input<GroupInput>) -> Answer {
    edge.write("subsidy.group.set", Permission::SubsidyApprove, input, move |tx, actor, input| {
        Reply::ok(&GroupView::from(service::set_group(tx, actor, &name, &input.credit_codes)?))
    })
    .await
}

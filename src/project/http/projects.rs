//! Conversion projects.

use actix_web::{get, post, web};
use serde::{Deserialize, Serialize};

use crate::audit::RevisionView;
use crate::contract::model::ContractId;
use crate::http::{Answer, Edge, Input, Reply};
use crate::kernel::codes::DivisionCode;
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::time::{Day, UtcTime};
use crate::project::model::{
    ConversionMode, ConversionProject, ProjectFilter, ProjectId, ProjectStage, ProjectState,
};
use crate::project::service::{self, Declare};

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewProject {
    contract_id: ContractId,
    /// Code of a unit of the plan; the officer's own division when absent.
    #[schema(examples("450721"))]
    unit: Option<String>,
    mode: ConversionMode,
    /// What is converted, and how it is put to use.
    summary: String,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithReason {
    pub reason: String,
}

#[derive(Serialize, utoipa::ToSchema)]
struct ProjectView {
    id: ProjectId,
    version: i64,
    state: ProjectStage,
    unit: DivisionCode,
    /// Year of the contract's registration in Asia/Shanghai.
    year: i32,
    mode: ConversionMode,
    summary: String,
    contract: ProjectContract,
    declared_at: UtcTime,
    /// When it was withdrawn or lapsed.
    ended_at: Option<UtcTime>,
    /// Why it was withdrawn, or the kind of change of the contract that ended it.
    reason: Option<String>,
}

/// The contract as registered, and as amended since.
#[derive(Serialize, utoipa::ToSchema)]
struct ProjectContract {
    id: ContractId,
    number: String,
    title: String,
    registered_on: Day,
    technical_fen: Fen,
    total_fen: Fen,
    seller: String,
    seller_division: String,
    buyer: String,
    buyer_division: String,
}

impl From<ConversionProject> for ProjectView {
    fn from(project: ConversionProject) -> Self {
        let (state, contract) = (project.state.stage(), project.contract);
        let (ended_at, reason) = match project.state {
            ProjectState::Declared => (None, None),
            ProjectState::Withdrawn { at, reason } | ProjectState::Lapsed { at, reason } => {
                (Some(at), Some(reason))
            }
        };
        ProjectView {
            id: project.id,
            version: project.version,
            state,
            unit: project.unit,
            year: project.year,
            mode: project.mode,
            summary: project.summary,
            contract: ProjectContract {
                id: contract.id,
                number: contract.number,
                title: contract.title,
                registered_on: contract.registered_on,
                technical_fen: contract.technical,
                total_fen: contract.total,
                seller: contract.seller,
                seller_division: contract.seller_division,
                buyer: contract.buyer,
                buyer_division: contract.buyer_division,
            },
            declared_at: project.declared_at,
            ended_at,
            reason,
        }
    }
}

fn reply(project: ConversionProject) -> Result<Reply, Refusal> {
    let version = project.version;
    Ok(Reply::ok(&ProjectView::from(project))?.version(version))
}

/// Declares a registered contract as a conversion project of a unit.
#[utoipa::path(
    tag = "project",
    request_body = NewProject,
    responses((status = 201, body = ProjectView)),
    extensions(("x-permission" = json!("project.declare")))
)]
#[post("/projects")]
pub(super) async fn declare_project(edge: Edge, input: Input<NewProject>) -> Answer {
    edge.write("project.declare", Permission::ProjectDeclare, input, |tx, actor, input| {
        let new = Declare {
            contract: input.contract_id,
            unit: input.unit.clone(),
            mode: input.mode,
            summary: input.summary.clone(),
        };
        let project = service::declare(tx, actor, &new)?;
        let at = format!("/api/v1/projects/{}", project.id);
        Ok(Reply::created(at, &ProjectView::from(project))?.version(1))
    })
    .await
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ProjectsQuery {
    /// Code of a unit.
    unit: Option<DivisionCode>,
    year: Option<i32>,
    state: Option<ProjectStage>,
    /// Registration number of a contract.
    contract_number: Option<String>,
    /// Entries of a page, 1 to 100; 20 when absent.
    limit: Option<i64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// Conversion projects, newest first: the records behind the numbers of Annex 5.
#[utoipa::path(
    tag = "project",
    params(ProjectsQuery),
    responses((status = 200, body = Page<ProjectView>)),
    extensions(("x-permission" = json!("contract.supervise")))
)]
#[get("/projects")]
pub(super) async fn list_projects(edge: Edge, query: web::Query<ProjectsQuery>) -> Answer {
    let query = query.into_inner();
    edge.read(Permission::ContractSupervise, move |snapshot, actor| {
        let page = PageQuery::new(query.limit, query.cursor)?;
        let filter = ProjectFilter {
            unit: query.unit,
            year: query.year,
            stage: query.state,
            contract_number: query.contract_number,
        };
        Reply::page(&service::projects(snapshot, actor, &filter, &page)?.map(ProjectView::from))
    })
    .await
}

#[utoipa::path(
    tag = "project",
    responses((status = 200, body = ProjectView)),
    extensions(("x-permission" = json!("contract.supervise")))
)]
#[get("/projects/{id}")]
pub(super) async fn get_project(edge: Edge, id: web::Path<ProjectId>) -> Answer {
    edge.read(Permission::ContractSupervise, move |snapshot, _| reply(service::project(snapshot, *id)?)).await
}

/// The versions of a project: what changed, when and why.
#[utoipa::path(
    tag = "project",
    responses((status = 200, body = Page<RevisionView>)),
    extensions(("x-permission" = json!("contract.supervise")))
)]
#[get("/projects/{id}/history")]
pub(super) async fn project_history(edge: Edge, id: web::Path<ProjectId>) -> Answer {
    edge.read(Permission::ContractSupervise, move |snapshot, _| {
        let items = service::history(snapshot, *id)?.into_iter().map(RevisionView::from).collect();
        Reply::page(&Page { items, next: None })
    })
    .await
}

/// Takes a declaration back; it stops counting.
#[utoipa::path(
    tag = "project",
    request_body = WithReason,
    responses((status = 200, body = ProjectView)),
    extensions(("x-permission" = json!("project.declare")))
)]
#[post("/projects/{id}/withdraw")]
pub(super) async fn withdraw_project(
    edge: Edge,
    id: web::Path<ProjectId>,
    input: Input<WithReason>,
) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("project.withdraw", Permission::ProjectDeclare, input, move |tx, actor, input| {
        reply(service::withdraw(tx, actor, *id, expected, &input.reason)?)
    })
    .await
}

//! Trial balance, execution of budgets, statement of a beneficiary: as JSON, workbook or CSV.

use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::books::PostingView;
use crate::db::Snapshot;
use crate::http::{Answer, Edge, Reply, TableFormat};
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::{FORBIDDEN, NOT_FOUND};
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::page::PageQuery;
use crate::kernel::permission::Permission;
use crate::kernel::time::{Day, UtcTime};
use crate::ledger::model::{AccountKind, At, BeneficiaryLine, Execution, Movement, Span, TrialLine};
use crate::ledger::{service, sheets};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct TrialQuery {
    /// Only what was effective by this day.
    effective: Option<Day>,
    /// Only what was booked by this instant.
    booked: Option<UtcTime>,
    #[serde(default = "json")]
    format: TableFormat,
}

const fn json() -> TableFormat {
    TableFormat::Json
}

#[derive(Serialize, ToSchema)]
struct TrialBalance {
    items: Vec<TrialView>,
    inflow_fen: Fen,
    /// Zero or below; with the inflow it makes zero.
    outflow_fen: Fen,
    balance_fen: Fen,
}

/// All accounts of one kind, year and scheme.
#[derive(Serialize, ToSchema)]
#[schema(as = TrialBalanceLine)]
struct TrialView {
    kind: AccountKind,
    year: Option<i32>,
    scheme: Option<String>,
    accounts: i64,
    inflow_fen: Fen,
    outflow_fen: Fen,
    balance_fen: Fen,
}

impl From<&TrialLine> for TrialView {
    fn from(line: &TrialLine) -> Self {
        Self {
            kind: line.kind,
            year: line.year,
            scheme: line.scheme.clone(),
            accounts: line.accounts,
            inflow_fen: line.inflow,
            outflow_fen: line.outflow,
            balance_fen: line.balance,
        }
    }
}

fn sum(lines: &[TrialLine], of: impl Fn(&TrialLine) -> Fen) -> Result<Fen, Refusal> {
    Fen::sum(lines.iter().map(of)).ok_or_else(|| Refusal::internal("the trial balance is beyond 64 bits"))
}

/// The trial balance (试算平衡表) at any pair of effective day and booked instant.
#[utoipa::path(
    tag = "ledger",
    params(TrialQuery),
    responses((status = 200, body = TrialBalance)),
    extensions(("x-permission" = json!("ledger.read")))
)]
#[get("/ledger/trial-balance")]
pub async fn trial_balance(edge: Edge, query: web::Query<TrialQuery>) -> Answer {
    edge.read_slow(Permission::LedgerRead, move |snapshot, _| {
        let at = At { effective: query.effective, booked: query.booked };
        let lines = service::trial_balance(snapshot, at)?;
        let table = TrialBalance {
            items: lines.iter().map(TrialView::from).collect(),
            inflow_fen: sum(&lines, |line| line.inflow)?,
            outflow_fen: sum(&lines, |line| line.outflow)?,
            balance_fen: sum(&lines, |line| line.balance)?,
        };
        query.format.reply("试算平衡表", || Reply::ok(&table), || vec![sheets::trial_balance(&lines)])
    })
    .await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ExecutionQuery {
    /// The budget year.
    year: i32,
    /// Only what was effective by this day.
    effective: Option<Day>,
    /// Only what was booked by this instant.
    booked: Option<UtcTime>,
    #[serde(default = "json")]
    format: TableFormat,
}

#[derive(Serialize, ToSchema)]
struct BudgetExecution {
    year: i32,
    items: Vec<ExecutionView>,
}

/// How far a scheme's budget was carried out.
#[derive(Serialize, ToSchema)]
#[schema(as = BudgetExecutionLine)]
struct ExecutionView {
    scheme: String,
    /// What was appropriated: the other side of all states below.
    appropriated_fen: Fen,
    /// Balance of each kind of account that was used, the source left out.
    states: Vec<StateView>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = BudgetExecutionState)]
struct StateView {
    kind: AccountKind,
    balance_fen: Fen,
}

impl From<&Execution> for ExecutionView {
    fn from(row: &Execution) -> Self {
        let appropriated = row.of(AccountKind::Appropriation);
        let states = row.balances.iter().filter(|(kind, _)| !kind.is_source());
        Self {
            scheme: row.scheme.clone(),
            appropriated_fen: appropriated.checked_neg().unwrap_or(appropriated),
            states: states.map(|(kind, fen)| StateView { kind: *kind, balance_fen: *fen }).collect(),
        }
    }
}

/// The budget execution table (预算执行表) of a year, by scheme, at any pair of dates.
#[utoipa::path(
    tag = "ledger",
    params(ExecutionQuery),
    responses((status = 200, body = BudgetExecution)),
    extensions(("x-permission" = json!("ledger.read")))
)]
#[get("/ledger/budget-execution")]
pub async fn budget_execution(edge: Edge, query: web::Query<ExecutionQuery>) -> Answer {
    edge.read_slow(Permission::LedgerRead, move |snapshot, _| {
        let year = query.year;
        let at = At { effective: query.effective, booked: query.booked };
        let rows = service::execution(snapshot, year, at)?;
        let items = rows.iter().map(ExecutionView::from).collect();
        let name = format!("{year}年预算执行表");
        let table = BudgetExecution { year, items };
        query.format.reply(&name, || Reply::ok(&table), || vec![sheets::execution(&name, &rows)])
    })
    .await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct StatementQuery {
    /// URN of the beneficiary; one's own organisation when absent.
    beneficiary: Option<String>,
    /// The first effective day.
    from: Option<Day>,
    /// The last effective day.
    to: Option<Day>,
    /// Only what was booked by this instant.
    booked: Option<UtcTime>,
    #[serde(default = "json")]
    format: TableFormat,
    limit: Option<i64>,
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = LedgerStatement)]
struct StatementView {
    beneficiary: String,
    accounts: Vec<MovementView>,
    /// In the order of the books.
    items: Vec<StatementLineView>,
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = LedgerMovement)]
struct MovementView {
    account: String,
    opening_fen: Fen,
    inflow_fen: Fen,
    outflow_fen: Fen,
    closing_fen: Fen,
}

#[derive(Serialize, ToSchema)]
#[schema(as = LedgerStatementLine)]
struct StatementLineView {
    account: String,
    #[serde(flatten)]
    posting: PostingView,
}

impl From<&Movement> for MovementView {
    fn from(movement: &Movement) -> Self {
        Self {
            account: movement.account.path(),
            opening_fen: movement.opening,
            inflow_fen: movement.inflow,
            outflow_fen: movement.outflow,
            closing_fen: movement.closing,
        }
    }
}

impl From<BeneficiaryLine> for StatementLineView {
    fn from(line: BeneficiaryLine) -> Self {
        Self { account: line.account.path(), posting: line.line.into() }
    }
}

/// Those who keep or audit the books see everybody's statement, everybody else their own.
fn whose(snapshot: &Snapshot, actor: &Actor, wanted: Option<String>) -> Result<String, Refusal> {
    let own = snapshot.urn("organisation", actor.person()?.organisation);
    match wanted {
        None => Ok(own),
        Some(urn) if urn == own || actor.may(Permission::LedgerRead) => Ok(urn),
        Some(_) if actor.may(Permission::SubsidyRead) => Err(Refusal::new(&NOT_FOUND)),
        Some(_) => Err(Refusal::new(&FORBIDDEN)),
    }
}

/// The statement of a beneficiary: what moved on its accounts, and what stands on them before and after.
#[utoipa::path(
    tag = "ledger",
    params(StatementQuery),
    responses((status = 200, body = StatementView)),
    extensions(("x-permission" = json!("subsidy.read")))
)]
#[get("/ledger/statement")]
pub async fn statement(edge: Edge, query: web::Query<StatementQuery>) -> Answer {
    let StatementQuery { beneficiary, from, to, booked, format, limit, cursor } = query.into_inner();
    let page = PageQuery::new(limit, cursor)?;
    edge.read_slow(Permission::SubsidyRead, move |snapshot, actor| {
        let beneficiary = whose(snapshot, actor, beneficiary)?;
        let span = Span { from, to, booked };
        if format != TableFormat::Json {
            let whole = service::whole_statement(snapshot, &beneficiary, span)?;
            return format.reply("对账单", Reply::no_content, || sheets::statement(&whole));
        }
        let found =
            service::beneficiary_statement(snapshot, &beneficiary, span, page.after()?, page.limit + 1)?;
        let cut =
            crate::kernel::page::Page::cut(found.lines, page.limit, |line| (line.line.number, line.position));
        let next = cut.next.clone();
        let accounts = found.accounts.iter().map(MovementView::from).collect();
        let items = cut.items.into_iter().map(StatementLineView::from).collect();
        Ok(Reply::ok(&StatementView { beneficiary, accounts, items, next: next.clone() })?.next(next))
    })
    .await
}

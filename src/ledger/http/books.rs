//! Accounts, transactions, postings.

use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::{Answer, Edge, Paging, Reply};
use crate::kernel::money::Fen;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::time::{Day, UtcTime};
use crate::ledger::model::{
    AccountFilter, AccountId, AccountKind, At, Balance, Booked, StatementLine, Transaction, TransactionId,
};
use crate::ledger::service;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct AccountQuery {
    kind: Option<AccountKind>,
    year: Option<i32>,
    scheme: Option<String>,
    /// URN of the beneficiary.
    beneficiary: Option<String>,
    /// Only what was effective by this day.
    effective: Option<Day>,
    /// Only what was booked by this instant.
    booked: Option<UtcTime>,
    limit: Option<i64>,
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct AccountView {
    id: AccountId,
    /// The account's one name.
    path: String,
    kind: AccountKind,
    year: Option<i32>,
    scheme: Option<String>,
    beneficiary: Option<String>,
    /// What is in the account; of a source, where money enters the books, zero or below.
    balance_fen: Fen,
}

impl From<Balance> for AccountView {
    fn from(entry: Balance) -> Self {
        let path = entry.account.path();
        let Balance { id, account, balance } = entry;
        Self {
            id,
            path,
            kind: account.kind,
            year: account.year,
            scheme: account.scheme,
            beneficiary: account.beneficiary,
            balance_fen: balance,
        }
    }
}

/// Accounts with their balances, at any pair of effective day and booked instant.
#[utoipa::path(
    tag = "ledger",
    params(AccountQuery),
    responses((status = 200, body = Page<AccountView>)),
    extensions(("x-permission" = json!("ledger.read")))
)]
#[get("/ledger/accounts")]
pub async fn accounts(edge: Edge, query: web::Query<AccountQuery>) -> Answer {
    let AccountQuery { kind, year, scheme, beneficiary, effective, booked, limit, cursor } =
        query.into_inner();
    let page = PageQuery::new(limit, cursor)?;
    edge.read(Permission::LedgerRead, move |snapshot, _| {
        let (filter, at) = (AccountFilter { kind, year, scheme, beneficiary }, At { effective, booked });
        let rows = service::balances(snapshot, &filter, at, page.after()?, page.limit + 1)?;
        let views = rows.into_iter().map(AccountView::from).collect();
        Reply::page(&Page::cut(views, page.limit, |view: &AccountView| view.path.clone()))
    })
    .await
}

#[derive(Serialize, ToSchema)]
pub struct PostingView {
    /// The transaction's number.
    number: i64,
    amount_fen: Fen,
    /// The account's balance after it.
    balance_fen: Fen,
    effective: Day,
    booked: UtcTime,
    kind: String,
    cause: String,
    note: String,
}

impl From<StatementLine> for PostingView {
    fn from(line: StatementLine) -> Self {
        let StatementLine { number, amount, balance, effective, booked, kind, cause, note } = line;
        Self { number, amount_fen: amount, balance_fen: balance, effective, booked, kind, cause, note }
    }
}

/// The statement of an account, the newest posting first.
#[utoipa::path(
    tag = "ledger",
    params(("id" = AccountId, Path), Paging),
    responses((status = 200, body = Page<PostingView>)),
    extensions(("x-permission" = json!("ledger.read")))
)]
#[get("/ledger/accounts/{id}/postings")]
pub async fn postings(edge: Edge, id: web::Path<AccountId>, paging: web::Query<Paging>) -> Answer {
    let page = paging.into_inner().query()?;
    edge.read(Permission::LedgerRead, move |snapshot, _| {
        let rows = service::statement(snapshot, *id, page.after()?, page.limit + 1)?;
        let views = rows.into_iter().map(PostingView::from).collect();
        Reply::page(&Page::cut(views, page.limit, |view: &PostingView| view.number))
    })
    .await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct TransactionQuery {
    /// URN of the record that the money moved for.
    cause: Option<String>,
    limit: Option<i64>,
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct TransactionView {
    id: TransactionId,
    /// The place in the books: 1, 2, 3 … without gaps.
    number: i64,
    external_key: String,
    kind: String,
    cause: String,
    note: String,
    effective: Day,
    booked: UtcTime,
    actor: String,
    /// The number of the transaction that this one takes back.
    reverses: Option<i64>,
    postings: Vec<TransactionPosting>,
    /// SHA-256 over this transaction and the hash of the one before, in hexadecimal.
    prev_hash: String,
    hash: String,
}

#[derive(Serialize, ToSchema)]
struct TransactionPosting {
    account: String,
    amount_fen: Fen,
    balance_fen: Fen,
}

impl From<Transaction> for TransactionView {
    fn from(t: Transaction) -> Self {
        let posting = |Booked { account, amount, balance }: Booked| TransactionPosting {
            account: account.path(),
            amount_fen: amount,
            balance_fen: balance,
        };
        Self {
            id: t.id,
            number: t.number,
            external_key: t.external_key,
            kind: t.kind,
            cause: t.cause,
            note: t.note,
            effective: t.effective,
            booked: t.booked,
            actor: t.actor,
            reverses: t.reverses,
            postings: t.postings.into_iter().map(posting).collect(),
            prev_hash: hex::encode(t.prev_hash),
            hash: hex::encode(t.hash),
        }
    }
}

/// Transactions, the newest first; of one record if `cause` is given.
#[utoipa::path(
    tag = "ledger",
    params(TransactionQuery),
    responses((status = 200, body = Page<TransactionView>)),
    extensions(("x-permission" = json!("ledger.read")))
)]
#[get("/ledger/transactions")]
pub async fn transactions(edge: Edge, query: web::Query<TransactionQuery>) -> Answer {
    let TransactionQuery { cause, limit, cursor } = query.into_inner();
    let page = PageQuery::new(limit, cursor)?;
    edge.read(Permission::LedgerRead, move |snapshot, _| {
        let rows = service::transactions(snapshot, cause.as_deref(), page.after()?, page.limit + 1)?;
        let views = rows.into_iter().map(TransactionView::from).collect();
        Reply::page(&Page::cut(views, page.limit, |view: &TransactionView| view.number))
    })
    .await
}

/// One transaction with its postings and its place in the hash chain.
#[utoipa::path(
    tag = "ledger",
    params(("number" = i64, Path)),
    responses((status = 200, body = TransactionView)),
    extensions(("x-permission" = json!("ledger.read")))
)]
#[get("/ledger/transactions/{number}")]
pub async fn transaction(edge: Edge, number: web::Path<i64>) -> Answer {
    edge.read(Permission::LedgerRead, move |snapshot, _| {
        let found = service::transaction(snapshot, *number)?;
        Reply::ok(&TransactionView::from(found))
    })
    .await
}

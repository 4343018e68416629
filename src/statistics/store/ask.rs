//! Questions: figures by a dimension, and the records behind them. One condition serves both, so that a number
//! and its list cannot differ (rule 5).

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Date, Integer, Text};

use crate::contract::model::{ContractId, Stage};
use crate::db::Conn;
use crate::kernel::error::Refusal;
use crate::kernel::id::OrganisationId;
use crate::kernel::money::Fen;
use crate::kernel::time::Day;
use crate::statistics::model::{Dimension, Figures, Filter, Line, Party, Record, Scope};

/// Numbered by first appearance: SQLite counts them so.
const CONDITION: &str = "registered_on >= $1 AND registered_on <= $2 \
    AND ($3 OR state IN ('registered', 'amended')) \
    AND ($4 = '' OR office = $4) AND ($5 = '' OR office = $5) \
    AND ($6 = '' OR substr(seller_division, 1, length($6)) = $6 OR substr(buyer_division, 1, length($6)) = $6) \
    AND ($7 = '' OR class = $7) AND ($8 = '' OR technical_field = $8) AND ($9 = '' OR ip_kind = $9) \
    AND ($10 = '' OR seller_kind = $10) AND ($11 = '' OR buyer_kind = $11) AND ($12 = '' OR plan_source = $12) \
    AND ($13 = '' OR month = $13) AND ($14 = '' OR seller_division = $14) AND ($15 = '' OR buyer_division = $15)";

/// Binds what the condition asks for; a macro, because each bind makes the query another type.
macro_rules! bound {
    ($query:expr, $filter:expr, $scope:expr) => {{
        let (own, division) = narrowed($scope);
        let filter = $filter;
        diesel::sql_query($query)
            .bind::<Date, _>(filter.from)
            .bind::<Date, _>(filter.to)
            .bind::<Bool, _>(filter.with_ended)
            .bind::<Text, _>(filter.office.map(|office| office.to_string()).unwrap_or_default())
            .bind::<Text, _>(own)
            .bind::<Text, _>(division)
            .bind::<Text, _>(&filter.class)
            .bind::<Text, _>(&filter.technical_field)
            .bind::<Text, _>(&filter.ip_kind)
            .bind::<Text, _>(&filter.seller_kind)
            .bind::<Text, _>(&filter.buyer_kind)
            .bind::<Text, _>(&filter.plan_source)
            .bind::<Text, _>(&filter.month)
            .bind::<Text, _>(&filter.seller_division)
            .bind::<Text, _>(&filter.buyer_division)
    }};
}

fn narrowed(scope: &Scope) -> (String, String) {
    match scope {
        Scope::Office(office) => (office.to_string(), String::new()),
        Scope::Division(prefix) => (String::new(), prefix.clone()),
        Scope::All => (String::new(), String::new()),
    }
}

const fn column(by: Dimension) -> &'static str {
    match by {
        Dimension::Class => "class",
        Dimension::TechnicalField => "technical_field",
        Dimension::IpKind => "ip_kind",
        Dimension::SellerKind => "seller_kind",
        Dimension::BuyerKind => "buyer_kind",
        Dimension::PlanSource => "plan_source",
        Dimension::Month => "month",
        Dimension::Flow => "seller_division",
    }
}

#[derive(QueryableByName)]
struct Sums {
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Text)]
    other: String,
    #[diesel(sql_type = BigInt)]
    contracts: i64,
    #[diesel(sql_type = BigInt)]
    total: i64,
    #[diesel(sql_type = BigInt)]
    technical: i64,
}

/// At most `limit` lines, in the order of their keys.
pub fn lines(
    conn: &mut Conn,
    by: Dimension,
    filter: &Filter,
    scope: &Scope,
    limit: i64,
) -> Result<Vec<Line>, Refusal> {
    let (key, flow) = (column(by), by == Dimension::Flow);
    let other = if flow { "buyer_division" } else { "''" };
    let group = if flow { format!("{key}, buyer_division") } else { key.to_owned() };
    let query = format!(
        "SELECT {key} AS key, {other} AS other, CAST(COUNT(*) AS BIGINT) AS contracts, \
         CAST(SUM(total_fen) AS BIGINT) AS total, CAST(SUM(technical_fen) AS BIGINT) AS technical \
         FROM statistics_record WHERE {CONDITION} GROUP BY {group} ORDER BY {group} LIMIT $16"
    );
    let rows: Vec<Sums> = bound!(query, filter, scope).bind::<BigInt, _>(limit).load(conn)?;
    let build = |row: Sums| Line {
        key: row.key,
        to: flow.then_some(row.other),
        figures: Figures { contracts: row.contracts, total: Fen(row.total), technical: Fen(row.technical) },
    };
    Ok(rows.into_iter().map(build).collect())
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    contract: ContractId,
    #[diesel(sql_type = Text)]
    number: String,
    #[diesel(sql_type = Text)]
    state: Stage,
    #[diesel(sql_type = Integer)]
    edition: i32,
    #[diesel(sql_type = Text)]
    office: OrganisationId,
    #[diesel(sql_type = Date)]
    registered_on: Day,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    class: String,
    #[diesel(sql_type = Text)]
    sub_type: String,
    #[diesel(sql_type = Text)]
    technical_field: String,
    #[diesel(sql_type = Text)]
    ip_kind: String,
    #[diesel(sql_type = Text)]
    plan_source: String,
    #[diesel(sql_type = Text)]
    industry: String,
    #[diesel(sql_type = Text)]
    objective: String,
    #[diesel(sql_type = Text)]
    seller_name: String,
    #[diesel(sql_type = Text)]
    seller_code: String,
    #[diesel(sql_type = Text)]
    seller_kind: String,
    #[diesel(sql_type = Text)]
    seller_division: String,
    #[diesel(sql_type = Text)]
    buyer_name: String,
    #[diesel(sql_type = Text)]
    buyer_code: String,
    #[diesel(sql_type = Text)]
    buyer_kind: String,
    #[diesel(sql_type = Text)]
    buyer_division: String,
    #[diesel(sql_type = BigInt)]
    total_fen: Fen,
    #[diesel(sql_type = BigInt)]
    technical_fen: Fen,
    #[diesel(sql_type = Bool)]
    estimated: bool,
}

impl Row {
    fn build(self) -> Record {
        let party = |name, credit_code, kind, division| Party { name, credit_code, kind, division };
        Record {
            contract: self.contract,
            number: self.number,
            stage: self.state,
            edition: self.edition,
            office: self.office,
            registered_on: self.registered_on,
            title: self.title,
            class: self.class,
            sub_type: self.sub_type,
            technical_field: self.technical_field,
            ip_kind: self.ip_kind,
            plan_source: self.plan_source,
            industry: self.industry,
            objective: self.objective,
            seller: party(self.seller_name, self.seller_code, self.seller_kind, self.seller_division),
            buyer: party(self.buyer_name, self.buyer_code, self.buyer_kind, self.buyer_division),
            total: self.total_fen,
            technical: self.technical_fen,
            estimated: self.estimated,
        }
    }
}

/// The records by day and number, after the one named.
pub fn records(
    conn: &mut Conn,
    filter: &Filter,
    scope: &Scope,
    after: Option<(Day, String)>,
    limit: i64,
) -> Result<Vec<Record>, Refusal> {
    let query = format!(
        "SELECT contract, number, state, edition, office, registered_on, title, class, sub_type, technical_field, \
         ip_kind, plan_source, industry, objective, seller_name, seller_code, seller_kind, seller_division, \
         buyer_name, buyer_code, buyer_kind, buyer_division, total_fen, technical_fen, estimated \
         FROM statistics_record WHERE {CONDITION} \
         AND registered_on >= $16 AND (registered_on > $16 OR number > $17) \
         ORDER BY registered_on, number LIMIT $18"
    );
    let (day, number) = after.unwrap_or((filter.from, String::new()));
    let rows: Vec<Row> = bound!(query, filter, scope)
        .bind::<Date, _>(day)
        .bind::<Text, _>(number)
        .bind::<BigInt, _>(limit)
        .load(conn)?;
    Ok(rows.into_iter().map(Row::build).collect())
}

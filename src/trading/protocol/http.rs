//! The protocol as signed JSON, and as a page to print.

use actix_web::get;
use actix_web::web::{Path, Query};
use askama::Template;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::model::{Protocol, Record, Signed};
use super::service::signed;
use crate::http::page::styled;
use crate::http::{Answer, Edge, Reply, Routes};
use crate::kernel::error::Refusal;
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;
use crate::kernel::vocabulary::zh;
use crate::trading::model::SaleId;

/// In the page itself, so that a saved page prints alike; the policy names it by its hash.
const STYLE: &str = include_str!("protocol.css");

pub fn routes(routes: &mut Routes) {
    routes.service(show).service(paper);
}

#[derive(Serialize, ToSchema)]
#[schema(as = SaleProtocol)]
pub struct ProtocolView {
    /// 1, and one more for each result that followed from a default.
    edition: i32,
    signed_at: UtcTime,
    /// `techmart.sale_protocol.v1`: everything that decided the sale.
    #[schema(value_type = Object)]
    protocol: Value,
    /// SHA-256 of its canonical form (RFC 8785), hexadecimal.
    sha256: String,
    /// 平台校验签名: compact JWS (EdDSA) over type, sale and that hash.
    jws: String,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ProtocolQuery {
    /// The last one, if it is not named.
    edition: Option<i32>,
}

/// The protocol as it was signed when the sale ended: it replays to the same winner (`techmart verify sale`).
#[utoipa::path(
    tag = "sale-protocol",
    params(("id" = SaleId, Path), ProtocolQuery),
    responses((status = 200, body = ProtocolView)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/sales/{id}/protocol")]
pub async fn show(edge: Edge, id: Path<SaleId>, query: Query<ProtocolQuery>) -> Answer {
    edge.read_slow(Permission::Public, move |snapshot, actor| {
        let Signed { edition, sha256, document, jws, signed_at } =
            signed(snapshot, actor, *id, query.edition)?;
        let protocol = serde_json::from_str(&document).map_err(Refusal::internal)?;
        Reply::ok(&ProtocolView { edition, signed_at, protocol, sha256, jws })
    })
    .await
}

struct Line {
    label: &'static str,
    value: String,
}

struct Place {
    place: usize,
    alias: String,
    name: String,
    price: String,
    wins: bool,
}

#[derive(Template)]
#[template(path = "trading/protocol/protocol.html")]
struct Page {
    style: &'static str,
    title: String,
    lines: Vec<Line>,
    places: Vec<Place>,
    sha256: String,
    jws: String,
}

/// The same as a page to print.
#[utoipa::path(
    tag = "sale-protocol",
    params(("id" = SaleId, Path), ProtocolQuery),
    responses((status = 200, content_type = "text/html")),
    extensions(("x-permission" = json!("public")))
)]
#[get("/sales/{id}/protocol/paper")]
pub async fn paper(edge: Edge, id: Path<SaleId>, query: Query<ProtocolQuery>) -> Answer {
    let answer = edge
        .read_slow(Permission::Public, move |snapshot, actor| {
            page(signed(snapshot, actor, *id, query.edition)?)
        })
        .await?;
    Ok(styled(answer, STYLE, false))
}

fn page(signed: Signed) -> Result<Reply, Refusal> {
    let it: Protocol = serde_json::from_str(&signed.document).map_err(Refusal::internal)?;
    let places = it.result.ranking.iter().enumerate().map(|(at, ranked)| Place {
        place: at + 1,
        alias: ranked.alias.clone(),
        name: ranked.party.name.clone(),
        price: ranked.price_fen.yuan_grouped(),
        wins: u32::try_from(at) == Ok(it.result.place),
    });
    let page = Page {
        style: STYLE,
        title: it.title.clone(),
        places: places.collect(),
        lines: lines(&it),
        sha256: signed.sha256,
        jws: signed.jws,
    };
    Reply::text("text/html; charset=utf-8", page.render().map_err(Refusal::internal)?)
}

fn lines(it: &Protocol) -> Vec<Line> {
    let at = |time: Option<UtcTime>| time.map_or_else(|| "—".to_owned(), |time| time.to_string());
    let line = |label, value| Line { label, value };
    let mut lines = vec![
        line("交易编号", it.sale.clone()),
        line("交易方式", zh("sale_mode", it.mode.as_str()).to_owned()),
        line("转让方（招标方）", format!("{}（{}）", it.seller.name, it.seller.credit_code)),
        line("标的", it.lots.iter().map(|lot| lot.title.as_str()).collect::<Vec<_>>().join("；")),
        line("公告时间", at(it.published_at)),
        line("截止时间", at(it.ends_at)),
        line("结果时间", at(it.result.decided_at)),
    ];
    match &it.record {
        Record::Negotiated {} | Record::Unopened { .. } => {}
        Record::Listing { offers } => lines.push(line("报价数", offers.len().to_string())),
        Record::Bidding { bids, suspensions, .. } => {
            lines.push(line("出价次数", bids.len().to_string()));
            lines.push(line("中止次数", suspensions.len().to_string()));
        }
        Record::Sealed(record) => {
            let valid = record.received.iter().filter(|line| line.fault.is_none()).count();
            lines.push(line("收到投标信封", record.received.len().to_string()));
            lines.push(line("有效投标", valid.to_string()));
            lines.push(line("评标委员", record.committee.join("、")));
            lines.push(line("信封树根", record.root.clone()));
        }
    }
    if let Record::Unopened { root: Some(root), .. } = &it.record {
        lines.push(line("信封树根", root.clone()));
    }
    if let Some(reason) = &it.result.annulled {
        lines.push(line("撤销原因", reason.clone()));
    }
    if let Some(reason) = it.result.unsold {
        lines.push(line("未成交原因", zh("sale_unsold_reason", reason.as_str()).to_owned()));
    }
    lines
}

//! The printable certificate, and what its pages have in common.

use actix_web::HttpResponse;
use askama::Template;
use base64::Engine;

use super::certificate::CertificateView;
use crate::contract::form::Form;
use crate::contract::model::SubType;
use crate::contract::rules::ip;
use crate::contract::service::{self, Certified, Verdict};
use crate::http::{Reply, page};
use crate::kernel::error::Refusal;
use crate::kernel::time::Day;
use crate::kernel::vocabulary::{contract_sides, zh};
use crate::papers;

/// In the page itself, so that a saved page prints alike; the policy names it by its hash.
pub(super) const STYLE: &str = include_str!("certificate.css");
const QR_PIXELS: u32 = 180;
pub(super) use page::HTML;

/// A line of the table.
pub(super) struct Line {
    pub label: String,
    pub value: String,
}

#[derive(Template)]
#[template(path = "contract/http/certificate.html")]
struct Paper<'a> {
    style: &'static str,
    number: &'a str,
    edition: Option<String>,
    banner: Option<String>,
    lines: Vec<Line>,
    office: &'a str,
    registered_on: String,
    code: &'a str,
    verify_url: &'a str,
    qr: String,
    notice: &'static str,
    kid: String,
    signature: String,
}

/// The certificate on one A4 sheet.
pub(super) fn paper(certified: &Certified, view: &CertificateView) -> Result<Reply, Refusal> {
    let (kid, signature) = signature_of(&view.jws);
    let paper = Paper {
        style: STYLE,
        number: &view.number,
        edition: edition_line(certified),
        banner: (certified.verdict != Verdict::Valid).then(|| headline(certified)),
        lines: lines(certified),
        office: &certified.edition.office_name,
        registered_on: registered_on(certified),
        code: &view.code,
        verify_url: &view.verify_url,
        qr: papers::qr::svg(&view.verify_url, QR_PIXELS)?,
        notice: service::NOTICE,
        kid,
        signature,
    };
    Reply::text(HTML, paper.render().map_err(Refusal::internal)?)
}

/// Allows the page its own style and its forms.
pub(super) fn styled(answer: HttpResponse) -> HttpResponse {
    page::styled(answer, STYLE, true)
}

pub(super) fn lines(certified: &Certified) -> Vec<Line> {
    let form = &certified.edition.form;
    let sides = contract_sides(&form.class, &form.sub_type);
    let side = |code: Option<&'static str>, plain: &str| {
        code.map_or_else(|| plain.to_owned(), |code| format!("{plain}（{}）", zh("contract_side", code)))
    };
    let line = |label: &str, value: String| Line { label: label.to_owned(), value };
    vec![
        line("项目名称", form.title.clone()),
        line("合同类别", class(form)),
        line(
            &side(sides.map(|sides| sides.seller), "卖方"),
            party(&form.seller.name, &form.seller.credit_code),
        ),
        line(&side(sides.map(|sides| sides.buyer), "买方"), party(&form.buyer.name, &form.buyer.credit_code)),
        line("技术领域", zh("technical_field", &form.technical_field).to_owned()),
        line("合同成交额", yuan(certified.edition.total.yuan_grouped(), form.estimated)),
        line("技术交易额", yuan(certified.edition.technical.yuan_grouped(), form.estimated)),
        line("签订日期", day(form.signed_on)),
        line("合同期限", format!("{} 至 {}", day(form.start_on), day(form.end_on))),
        line("适用法律", certified.law_zh.clone()),
    ]
}

/// Which edition of the registration the paper shows, and since when; the first says nothing of it.
pub(super) fn edition_line(certified: &Certified) -> Option<String> {
    let edition = &certified.edition;
    (edition.edition > 1)
        .then(|| format!("第 {} 版　变更登记日期：{}", edition.edition, day(Some(edition.at.day()))))
}

/// Class and sub-type; of a licence also how exclusive it is.
fn class(form: &Form) -> String {
    let named = format!("{}·{}", zh("contract_class", &form.class), zh("contract_sub_type", &form.sub_type));
    let licence = SubType::parse(&form.sub_type).is_some_and(SubType::is_licence);
    if !licence {
        return named;
    }
    let exclusivity = ip::exclusivity(form.licence.as_ref());
    format!("{named}（{}）", zh("licence_exclusivity", exclusivity.as_str()))
}

fn party(name: &str, credit_code: &str) -> String {
    if credit_code.is_empty() { name.to_owned() } else { format!("{name}（{credit_code}）") }
}

fn yuan(grouped: String, estimated: bool) -> String {
    format!("{grouped} 元{}", if estimated { "（暂估）" } else { "" })
}

/// 2026 年 3 月 1 日, as papers write it.
fn day(day: Option<Day>) -> String {
    let Some(day) = day else { return "—".into() };
    let text = day.to_string();
    let parts: Vec<&str> = text.split('-').map(|part| part.trim_start_matches('0')).collect();
    match parts.as_slice() {
        [year, month, day] => format!("{year} 年 {month} 月 {day} 日"),
        _ => text,
    }
}

pub(super) fn registered_on(certified: &Certified) -> String {
    day(certified.record.state.registration().map(|registration| registration.on))
}

pub(super) fn headline(certified: &Certified) -> String {
    let on = certified.ended_on.map(|on| format!("（{}）", day(Some(on)))).unwrap_or_default();
    match certified.verdict {
        Verdict::Valid => "核验通过：登记有效".into(),
        Verdict::Amended => "登记已变更，本证明不是最新版本".into(),
        Verdict::Cancelled => format!("登记已注销{on}"),
        Verdict::Revoked => format!("登记已撤销，本证明无效{on}"),
    }
}

/// Key id and signature of a compact JWS, for people to compare.
pub(super) fn signature_of(jws: &str) -> (String, String) {
    let mut parts = jws.split('.');
    let header = parts.next().unwrap_or_default();
    let signature = parts.nth(1).unwrap_or_default().to_owned();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(header).unwrap_or_default();
    let header: serde_json::Value = serde_json::from_slice(&bytes).unwrap_or_default();
    (header["kid"].as_str().unwrap_or_default().to_owned(), signature)
}

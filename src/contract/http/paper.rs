//! The certificate as a PDF: one A4 sheet with a place for the seal of a certification authority.

use actix_web::get;
use actix_web::web::{Data, Path, Query};

use super::certificate::{CertificateView, CodeQuery, Issuer};
use super::page::{Line, edition_line, headline, lines, registered_on, signature_of};
use crate::contract::model::ContractId;
use crate::contract::service::{self, Certified, Verdict};
use crate::http::{Answer, Edge, Reply};
use crate::kernel::error::Refusal;
use crate::kernel::permission::Permission;
use crate::papers::PDF_MEDIA_TYPE;
use crate::papers::pdf::{self, A4_WIDTH_MM, About, Align, Canvas, Ink, Style};
use crate::proof::Keys;

const MIDDLE: f32 = A4_WIDTH_MM / 2.0;
/// The inner frame.
const LEFT: f32 = 20.0;
const RIGHT: f32 = A4_WIDTH_MM - LEFT;
const LABEL_WIDTH: f32 = 40.0;
const ROW_LEADING: f32 = 6.2;
const ROW_PADDING: f32 = 3.4;
const QR_SIZE: f32 = 32.0;
const SEAL_RADIUS: f32 = 20.0;
/// Where the lower half begins, however long the table is.
const FOOT_AT: f32 = 205.0;

/// The certificate of a registered contract on one A4 sheet (PDF/A-2u).
#[utoipa::path(
    tag = "contract", operation_id = "contract_certificate_pdf",
    responses((status = 200, content_type = "application/pdf")),
    extensions(("x-permission" = json!("session")))
)]
#[get("/contracts/{id}/certificate.pdf")]
pub async fn download(edge: Edge, id: Path<ContractId>, keys: Data<Keys>) -> Answer {
    let issuer = Issuer::of(&edge, &keys);
    edge.read_slow(Permission::Session, move |snapshot, actor| {
        let certified = service::certificate(snapshot, actor, *id)?;
        file(&certified, &issuer.issue(&certified, snapshot.node())?)
    })
    .await
}

/// The same for whoever holds a certificate, with what became of it.
#[utoipa::path(
    tag = "contract", operation_id = "certificate_pdf_by_number", params(CodeQuery),
    responses((status = 200, content_type = "application/pdf")),
    extensions(("x-permission" = json!("public")))
)]
#[get("/certificates/{number}/paper.pdf")]
pub async fn public(edge: Edge, number: Path<String>, query: Query<CodeQuery>, keys: Data<Keys>) -> Answer {
    let issuer = Issuer::of(&edge, &keys);
    edge.read_slow(Permission::Public, move |snapshot, _| {
        let certified = service::verify(snapshot, &number, &query.code)?;
        file(&certified, &issuer.issue(&certified, snapshot.node())?)
    })
    .await
}

fn file(certified: &Certified, view: &CertificateView) -> Result<Reply, Refusal> {
    let name = format!("技术合同登记证明-{}.pdf", view.number);
    Reply::file(PDF_MEDIA_TYPE, &name, draw(certified, view)?)
}

/// Draws the paper; the same certificate in the same state gives the same bytes.
fn draw(certified: &Certified, view: &CertificateView) -> Result<Vec<u8>, Refusal> {
    let edition = &certified.edition;
    let about = About {
        title: format!("技术合同登记证明 {}", view.number),
        author: edition.office_name.clone(),
        id: format!("{}-{}-{}", view.number, edition.edition, certified.verdict.as_str()),
        made_at: edition.at,
    };
    pdf::a4(&about, |canvas| {
        if let Some(word) = ended(certified.verdict) {
            canvas.watermark(word, Style::plain(110.0).ink(Ink::Pale).bold().spaced(0.1), -35.0)?;
        }
        canvas.frame((12.0, 12.0), A4_WIDTH_MM - 24.0, 273.0, 0.9, Ink::Red);
        canvas.frame((13.8, 13.8), A4_WIDTH_MM - 27.6, 269.4, 0.25, Ink::Red);
        let title = Style::plain(27.0).bold().spaced(0.22);
        canvas.line_of_text(MIDDLE, 37.0, Align::Centre, "技术合同登记证明", title)?;
        let number = format!("登记编号  {}", view.number);
        canvas.line_of_text(MIDDLE, 47.0, Align::Centre, &number, Style::plain(12.5).spaced(0.03))?;
        let mut y = 54.0;
        if let Some(line) = edition_line(certified) {
            canvas.line_of_text(MIDDLE, 53.0, Align::Centre, &line, Style::plain(11.0))?;
            y = 57.0;
        }
        if certified.verdict != Verdict::Valid {
            canvas.frame((LEFT, y - 1.5), RIGHT - LEFT, 10.0, 0.4, Ink::Red);
            let style = Style::plain(13.0).ink(Ink::Red).bold();
            canvas.line_of_text(MIDDLE, y + 5.2, Align::Centre, &headline(certified), style)?;
            y += 12.0;
        }
        y = table(canvas, y, &lines(certified))?;
        let said = "上述技术合同经本机构审核，符合技术合同认定登记的规定，予以认定登记，特此证明。";
        canvas.paragraph((LEFT + 8.0, y + 9.0), RIGHT - LEFT - 10.0, 7.0, said, Style::plain(11.5))?;
        proof(canvas, view)?;
        seal(canvas, certified)?;
        foot(canvas, view)
    })
}

/// What lies across a certificate that says no longer what is registered.
const fn ended(verdict: Verdict) -> Option<&'static str> {
    match verdict {
        Verdict::Valid => None,
        Verdict::Amended => Some("已变更"),
        Verdict::Cancelled => Some("已注销"),
        Verdict::Revoked => Some("已撤销"),
    }
}

/// Label and value in two columns, ruled; returns where it ends.
fn table(canvas: &mut Canvas<'_, '_>, top: f32, lines: &[Line]) -> Result<f32, Refusal> {
    let (label_style, value_style) = (Style::plain(11.0).ink(Ink::Grey), Style::plain(11.5));
    let value_width = RIGHT - LEFT - LABEL_WIDTH - 6.0;
    let mut y = top;
    canvas.rule((LEFT, y), (RIGHT, y), 0.35, Ink::Black);
    for line in lines {
        let (label, value) = (
            canvas.lines(&line.label, LABEL_WIDTH - 4.0, label_style)?,
            canvas.lines(&line.value, value_width, value_style)?,
        );
        let rows = label.len().max(value.len());
        let base = y + ROW_PADDING + 3.4;
        for (column, texts, style) in [(2.0, &label, label_style), (LABEL_WIDTH + 3.0, &value, value_style)] {
            for (row, text) in texts.iter().enumerate() {
                let at = base + row as f32 * ROW_LEADING;
                canvas.line_of_text(LEFT + column, at, Align::Left, text, style)?;
            }
        }
        let bottom = y + ROW_PADDING * 2.0 + 4.4 + (rows.saturating_sub(1)) as f32 * ROW_LEADING;
        canvas.rule((LEFT, bottom), (RIGHT, bottom), 0.15, Ink::Grey);
        y = bottom;
    }
    for x in [LEFT, LEFT + LABEL_WIDTH, RIGHT] {
        canvas.rule((x, top), (x, y), if x == LEFT + LABEL_WIDTH { 0.15 } else { 0.35 }, Ink::Black);
    }
    canvas.rule((LEFT, y), (RIGHT, y), 0.35, Ink::Black);
    Ok(y)
}

/// How anybody checks the paper.
fn proof(canvas: &mut Canvas<'_, '_>, view: &CertificateView) -> Result<(), Refusal> {
    canvas.qr((LEFT + 6.0, FOOT_AT), QR_SIZE, &view.verify_url)?;
    let middle = LEFT + 6.0 + QR_SIZE / 2.0;
    let under = FOOT_AT + QR_SIZE;
    canvas.line_of_text(middle, under + 6.5, Align::Centre, "扫码核验", Style::plain(10.0))?;
    let code = format!("校验码  {}", view.code);
    canvas.line_of_text(middle, under + 12.0, Align::Centre, &code, Style::plain(10.0))
}

/// The office, the day, and the place kept for an electronic seal.
fn seal(canvas: &mut Canvas<'_, '_>, certified: &Certified) -> Result<(), Refusal> {
    let middle = RIGHT - 42.0;
    canvas.dashed_circle((middle, FOOT_AT + 18.0), SEAL_RADIUS, Ink::Grey);
    let style = Style::plain(8.5).ink(Ink::Grey);
    canvas.line_of_text(middle, FOOT_AT + 17.0, Align::Centre, "登记机构签章处", style)?;
    canvas.line_of_text(
        middle,
        FOOT_AT + 22.0,
        Align::Centre,
        "（电子认证机构签发的电子印章）",
        Style::plain(6.5).ink(Ink::Grey),
    )?;
    let office = format!("登记机构：{}", certified.edition.office_name);
    let at = FOOT_AT + 44.0;
    let lines = canvas.lines(&office, 88.0, Style::plain(11.5))?;
    for (row, line) in lines.iter().enumerate() {
        canvas.line_of_text(middle, at + row as f32 * 6.0, Align::Centre, line, Style::plain(11.5))?;
    }
    let day = format!("登记日期：{}", registered_on(certified));
    let below = at + lines.len() as f32 * 6.0 + 0.5;
    canvas.line_of_text(middle, below, Align::Centre, &day, Style::plain(11.5))
}

/// The platform's check signature, and what it is not.
fn foot(canvas: &mut Canvas<'_, '_>, view: &CertificateView) -> Result<(), Refusal> {
    let (kid, signature) = signature_of(&view.jws);
    canvas.rule((LEFT, 263.0), (RIGHT, 263.0), 0.15, Ink::Grey);
    let small = Style::plain(7.2).ink(Ink::Grey);
    let width = RIGHT - LEFT;
    let y = canvas.paragraph((LEFT, 267.0), width, 3.6, service::NOTICE, small)?;
    let y = canvas.paragraph((LEFT, y + 3.6), width, 3.6, &format!("签名公钥 {kid}"), small)?;
    canvas.paragraph((LEFT, y + 3.6), width, 3.6, &format!("平台校验签名 {signature}"), small)?;
    Ok(())
}

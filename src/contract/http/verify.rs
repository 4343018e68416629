//! Pages where anybody verifies a certificate: by its QR code, by number and code, or by its file.

use actix_multipart::Multipart;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{Data, Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use futures_util::StreamExt;
use serde::Deserialize;

use super::certificate::{CertificateView, CodeQuery, Issuer};
use super::check::{self, CertificateFile};
use super::page::{HTML, Line, STYLE, headline, lines, registered_on, signature_of, styled};
use crate::contract::codes::{
    CERTIFICATE_DIFFERS, CERTIFICATE_FILE_UNREADABLE, CERTIFICATE_NOT_FOUND, CERTIFICATE_SIGNATURE_INVALID,
};
use crate::contract::service::{self, Certified};
use crate::http::{Answer, Edge, Reply};
use crate::kernel::error::{Code, Refusal};
use crate::kernel::permission::Permission;
use crate::proof::Keys;

/// A certificate's file has a few kilobytes.
const FILE_BYTES_MAX: usize = 256 * 1024;

#[derive(Template)]
#[template(path = "contract/http/verify.html")]
struct Verification<'a> {
    style: &'static str,
    number: &'a str,
    /// `valid`, `amended`, `cancelled`, `revoked` or `unknown`: the class of the headline; empty before anything is
    /// asked.
    verdict: &'a str,
    headline: String,
    lines: Vec<Line>,
    notice: &'static str,
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    number: String,
    #[serde(default)]
    code: String,
}

/// The desk: fields for number and code, and for the file.
#[get("/verify")]
pub async fn verify_desk(edge: Edge, query: Query<Asked>, keys: Data<Keys>) -> Answer {
    let asked = query.into_inner();
    let number = asked.number.trim().to_owned();
    if number.is_empty() {
        return blank("", "", String::new()).map(|page| respond(HttpResponse::Ok(), page));
    }
    by_number(edge, number, asked.code, &keys).await
}

/// Where the QR code leads: whether the certificate is genuine and what became of it.
#[get("/verify/{number}")]
pub async fn verify_page(
    edge: Edge,
    number: Path<String>,
    query: Query<CodeQuery>,
    keys: Data<Keys>,
) -> Answer {
    by_number(edge, number.into_inner(), query.into_inner().code, &keys).await
}

async fn by_number(edge: Edge, number: String, code: String, keys: &Keys) -> Answer {
    let issuer = Issuer::of(&edge, keys);
    let asked = number.clone();
    let found = edge
        .read(Permission::Public, move |snapshot, _| {
            let certified = service::verify(snapshot, &number, &code)?;
            let view = issuer.issue(&certified, snapshot.node())?;
            verification(&certified, &view)
        })
        .await;
    shown(found, &asked)
}

/// The same by the certificate's file, sent by the form of the desk.
#[post("/verify")]
pub async fn verify_file(edge: Edge, request: HttpRequest, payload: Payload, keys: Data<Keys>) -> Answer {
    edge.permit(Permission::Public)?;
    let issuer = Issuer::of(&edge, &keys);
    let signed = match received(&request, payload).await.and_then(|file| check::signed(&file, &keys)) {
        Ok(signed) => signed,
        Err(refusal) => return shown(Err(refusal), ""),
    };
    let asked = signed["number"].as_str().unwrap_or_default().to_owned();
    let found = edge
        .read(Permission::Public, move |snapshot, _| {
            let certified = check::registered(snapshot, &signed)?;
            let view = issuer.issue(&certified, snapshot.node())?;
            verification(&certified, &view)
        })
        .await;
    shown(found, &asked)
}

/// The one file of the form.
async fn received(request: &HttpRequest, payload: Payload) -> Result<CertificateFile, Refusal> {
    let unreadable = || Refusal::new(&CERTIFICATE_FILE_UNREADABLE);
    let mut parts = Multipart::new(request.headers(), payload);
    let part = parts.next().await.ok_or_else(unreadable)?;
    let mut field = part.map_err(|error| unreadable().because(error))?;
    let mut bytes = Vec::new();
    while let Some(chunk) = field.next().await {
        bytes.extend_from_slice(&chunk.map_err(|error| unreadable().because(error))?);
        if bytes.len() > FILE_BYTES_MAX {
            return Err(unreadable());
        }
    }
    serde_json::from_slice(&bytes).map_err(|error| unreadable().because(error))
}

fn verification(certified: &Certified, view: &CertificateView) -> Result<Reply, Refusal> {
    let mut shown = lines(certified);
    let (kid, _) = signature_of(&view.jws);
    let mut add = |label: &str, value: String| shown.push(Line { label: label.to_owned(), value });
    add("登记机构", certified.edition.office_name.clone());
    add("登记日期", registered_on(certified));
    add("签名公钥", kid);
    let page = Verification {
        style: STYLE,
        number: &view.number,
        verdict: certified.verdict.as_str(),
        headline: headline(certified),
        lines: shown,
        notice: service::NOTICE,
    };
    Reply::text(HTML, page.render().map_err(Refusal::internal)?)
}

/// What may be wrong with a certificate: on a page for people these refusals are pages too.
const FAULTS: &[&Code] = &[
    &CERTIFICATE_NOT_FOUND,
    &CERTIFICATE_SIGNATURE_INVALID,
    &CERTIFICATE_DIFFERS,
    &CERTIFICATE_FILE_UNREADABLE,
];

fn shown(found: Answer, number: &str) -> Answer {
    let refusal = match found {
        Ok(answer) => return Ok(styled(answer)),
        Err(refusal) => refusal,
    };
    let Some(fault) = FAULTS.iter().find(|fault| refusal.is(fault)) else { return Err(refusal) };
    let page = blank(number, "unknown", fault.zh.to_owned())?;
    let builder =
        if refusal.status() == 404 { HttpResponse::NotFound() } else { HttpResponse::UnprocessableEntity() };
    Ok(respond(builder, page))
}

fn respond(mut builder: actix_web::HttpResponseBuilder, page: String) -> HttpResponse {
    let mut answer = builder.insert_header((header::CONTENT_TYPE, HTML)).body(page);
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    styled(answer)
}

fn blank(number: &str, verdict: &str, headline: String) -> Result<String, Refusal> {
    let page =
        Verification { style: STYLE, number, verdict, headline, lines: vec![], notice: service::NOTICE };
    page.render().map_err(Refusal::internal)
}

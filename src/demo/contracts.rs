//! Contracts of three years in every state, with the register's money to come.

use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::Loader;
use crate::contract::form::Form;
use crate::contract::model::{AttachmentKind, ContractId, Correction, RefusalGround, RevocationGround};
use crate::contract::service::{self, Attach, Draft};
use crate::db::Tx;
use crate::files::model::NewFile;
use crate::identity;
use crate::identity::model::Organisation;
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::kernel::id::OrganisationId;
use crate::kernel::time::Day;
use crate::project::model::ConversionMode;
use crate::project::service::{Declare, declare};

const CONTRACTS: &str = include_str!("data/contracts.json");
const FEN_OF_A_YUAN: i64 = 100;
/// From filing to acceptance, and from acceptance to the decision.
const STEP_DAYS: i64 = 2;

#[derive(Clone, Deserialize)]
pub struct Deal {
    key: String,
    /// A day, or days before today with a minus.
    day: String,
    title: String,
    class: String,
    sub_type: String,
    seller: String,
    buyer: String,
    total_yuan: i64,
    deduction_yuan: i64,
    outcome: Outcome,
    /// Who declares it a conversion project; empty for nobody.
    officer: String,
    technical_field: String,
    industry: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Draft,
    Submitted,
    Accepted,
    Correction,
    Registered,
    /// Registered with a second review: the technical amount is large.
    Large,
    Refused,
    Withdrawn,
    Cancelled,
    Revoked,
}

/// Who acts for whom in a deal.
#[derive(Clone)]
struct Cast {
    seller: Actor,
    registrar: Actor,
    reviewer: Actor,
    authority: Actor,
    /// The unit's officer, who declares the deal a conversion project.
    officer: Option<Actor>,
    office: OrganisationId,
}

pub fn deals() -> Result<Vec<Deal>, Refusal> {
    serde_json::from_str(CONTRACTS).map_err(|error| Refusal::internal(format!("demo data: {error}")))
}

impl Deal {
    pub fn on(&self, today: Day) -> Result<Day, Refusal> {
        if let Some(days) = self.day.strip_prefix('-') {
            let days: i64 = days.parse().map_err(Refusal::internal)?;
            return Ok(today.plus_days(-days));
        }
        self.day.parse().map_err(Refusal::internal)
    }

    pub fn is_recent(&self) -> bool {
        self.day.starts_with('-')
    }
}

/// Files one deal and takes it as far as it came; returns its id when it ran.
pub fn load_one(loader: &Loader, deal: &Deal, today: Day) -> Result<(), Refusal> {
    let name = format!("contract-{}", deal.key);
    if loader.is_done(&name)? {
        return Ok(());
    }
    loader.on(deal.on(today)?);
    let (seller, registrar) = (loader.actor(&deal.seller)?, loader.actor("registrar")?);
    let cast = Cast {
        office: registrar.person()?.organisation,
        reviewer: loader.actor("reviewer")?,
        authority: loader.actor("approver")?,
        officer: if deal.officer.is_empty() { None } else { Some(loader.actor(&deal.officer)?) },
        seller,
        registrar,
    };
    let buyer = loader.actor(&deal.buyer)?.person()?.organisation;
    let file = loader.file(&format!("{}.pdf", deal.title), pdf(deal))?;
    let begun = deal.clone();
    loader.step(&name, move |tx| file_deal(tx, &begun, &cast, buyer, &file))
}

fn file_deal(
    tx: &mut Tx,
    deal: &Deal,
    cast: &Cast,
    buyer: OrganisationId,
    file: &NewFile,
) -> Result<(), Refusal> {
    let stored = crate::files::service::add(tx, &cast.seller, file)?
        .ok_or_else(|| Refusal::internal("the demo's file was not kept"))?;
    let seller = identity::service::organisation(tx, cast.seller.person()?.organisation)?;
    let buyer = identity::service::organisation(tx, buyer)?;
    let today = tx.now().day();
    let draft = Draft {
        form: form(deal, &seller, &buyer, today)?,
        attachments: vec![Attach { file: stored.id, kind: AttachmentKind::MainText }],
        engagement: None,
        copy_of: None,
    };
    let id = service::create(tx, &cast.seller, &draft)?.id;
    if deal.outcome == Outcome::Draft {
        return Ok(());
    }
    service::submit(tx, &cast.seller, id, None, cast.office)?;
    match deal.outcome {
        Outcome::Submitted | Outcome::Draft => Ok(()),
        Outcome::Withdrawn => service::withdraw(tx, &cast.seller, id, None, "双方决定改签（示例）").map(drop),
        _ => decide(tx, deal, cast, id),
    }
}

fn decide(tx: &mut Tx, deal: &Deal, cast: &Cast, id: ContractId) -> Result<(), Refusal> {
    service::accept(tx, &cast.registrar, id, None, "材料齐全，予以受理")?;
    match deal.outcome {
        Outcome::Correction => {
            let note = "请补充设备清单（示例）".to_owned();
            let wanted = [Correction { pointer: "/deductions".into(), note }];
            service::request_correction(tx, &cast.registrar, id, None, &wanted, "请补正")?;
        }
        Outcome::Refused => {
            let grounds = [RefusalGround::Unclear];
            service::refuse(tx, &cast.registrar, id, None, &grounds, "合同标的与验收标准约定不明确（示例）")?;
        }
        Outcome::Accepted => {
            service::first_review(tx, &cast.registrar, id, None, true, "属于技术开发合同，金额合理")?;
        }
        _ => register(tx, deal, cast, id)?,
    }
    Ok(())
}

fn register(tx: &mut Tx, deal: &Deal, cast: &Cast, id: ContractId) -> Result<(), Refusal> {
    if deal.outcome == Outcome::Large {
        service::first_review(tx, &cast.registrar, id, None, true, "符合认定条件")?;
        service::second_review(tx, &cast.reviewer, id, None, true, "复核同意")?;
    }
    service::register(tx, &cast.registrar, id, None, "予以登记")?;
    match deal.outcome {
        Outcome::Cancelled => {
            service::cancel(tx, &cast.seller, id, None, "合同经双方协商解除（示例）")?;
        }
        Outcome::Revoked => {
            let ground = RevocationGround::Void;
            service::revoke(tx, &cast.authority, id, None, ground, "钦科撤〔2021〕示例1号：合同被确认无效")?;
        }
        _ => {}
    }
    match &cast.officer {
        Some(officer) => declare_project(tx, deal, officer, id),
        None => Ok(()),
    }
}

fn declare_project(tx: &mut Tx, deal: &Deal, officer: &Actor, contract: ContractId) -> Result<(), Refusal> {
    let mode = match deal.class.as_str() {
        "transfer" => ConversionMode::Transfer,
        "licence" => ConversionMode::Licence,
        _ => ConversionMode::JointRd,
    };
    let summary = format!("{}，已在企业投入使用（示例）", deal.title);
    declare(tx, officer, &Declare { contract, unit: None, mode, summary })?;
    Ok(())
}

fn form(deal: &Deal, seller: &Organisation, buyer: &Organisation, today: Day) -> Result<Form, Refusal> {
    let deductions = if deal.deduction_yuan > 0 {
        json!([{ "kind": "equipment", "amount_fen": deal.deduction_yuan * FEN_OF_A_YUAN, "note": "随合同购置的设备" }])
    } else {
        json!([])
    };
    let value = json!({
        "title": deal.title,
        "class": deal.class,
        "sub_type": deal.sub_type,
        "technical_field": deal.technical_field,
        "objective": "07",
        "industry": deal.industry,
        "plan_source": "none",
        "summary": format!("{}（示例合同）", deal.title),
        "signed_on": today.plus_days(-STEP_DAYS),
        "start_on": today.plus_days(-STEP_DAYS),
        "end_on": today.plus_days(730),
        "written": true,
        "related_party": false,
        "seller": side(seller, "public_university"),
        "buyer": side(buyer, "limited_liability"),
        "total_fen": deal.total_yuan * FEN_OF_A_YUAN,
        "deductions": deductions,
        "payment": { "mode": "lump_sum" },
        "ip": if deal.sub_type.starts_with("know_how") {
            json!([{ "kind": "know_how", "title": deal.title }])
        } else {
            json!([{ "kind": "none" }])
        },
        "novelty": "在本市同类企业中首次采用（示例）",
        "ownership": "技术成果归属按合同第五条约定（示例）",
    });
    serde_json::from_value(value).map_err(Refusal::internal)
}

fn side(unit: &Organisation, kind: &str) -> serde_json::Value {
    json!({
        "name": unit.profile.name,
        "credit_code": unit.profile.credit_code,
        "kind": kind,
        "division": unit.profile.division,
        "address": "钦州市示例路1号",
        "representative": "示例甲",
        "contact": "示例乙",
        "phone": "0777-0000000",
        "size": "small",
    })
}

/// A contract text of one page; each deal's is its own, or it would be stopped as a duplicate.
fn pdf(deal: &Deal) -> Vec<u8> {
    let line = format!("Example contract {} of {}", deal.key, deal.day);
    let text = format!("BT /F1 14 Tf 72 760 Td ({line}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut out = String::from("%PDF-1.4\n");
    let mut offsets = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        offsets.push(out.len());
        out.push_str(&format!("{} 0 obj\n{object}\nendobj\n", number + 1));
    }
    let xref = out.len();
    out.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for offset in offsets {
        out.push_str(&format!("{offset:010} 00000 n \n"));
    }
    out.push_str(&format!(
        "trailer << /Size {} /Root 1 0 R >>\nstartxref\n{xref}\n%%EOF\n",
        objects.len() + 1
    ));
    out.into_bytes()
}

impl Loader {
    /// Puts a file into the vault; its row is written by the step that uses it.
    fn file(&self, name: &str, bytes: Vec<u8>) -> Result<NewFile, Refusal> {
        let sha256 = hex::encode(Sha256::digest(&bytes));
        let key = format!("{}/{sha256}-demo", sha256.get(..2).unwrap_or("00"));
        let size_bytes = i64::try_from(bytes.len()).map_err(Refusal::internal)?;
        let incoming = self.vault.incoming().join(format!("demo-{sha256}"));
        std::fs::write(&incoming, bytes).map_err(Refusal::internal)?;
        let runtime = tokio::runtime::Handle::current();
        runtime.block_on(self.vault.put(&key, &incoming))?;
        drop(std::fs::remove_file(&incoming));
        let text_sha256 = sha256.clone();
        Ok(NewFile {
            name: name.to_owned(),
            media_type: "application/pdf",
            size_bytes,
            sha256,
            text_sha256,
            key,
        })
    }
}

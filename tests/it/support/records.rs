//! Achievements, demands and files as tests need them.

use serde_json::{Value, json};

use super::{City, Client, Response};

/// A complete achievement; every name is an example.
pub fn achievement() -> Value {
    json!({
        "title": "坭兴陶坭料近红外快速筛选方法（示例）",
        "abstract": "以近红外光谱判定坭料成分，十分钟给出配方，替代依靠经验的炼坭，成品率由六成提高到九成。",
        "keywords": ["坭兴陶", "近红外光谱", "配方"],
        "contributors": [
            {"rank": 1, "name": "示例甲", "share_ppm": 600_000},
            {"rank": 2, "name": "示例乙", "unit": "示例研究所", "share_ppm": 400_000},
        ],
        "contact": {"name": "示例丙", "phone": "0777-2800001", "email": "c@example.cn"},
        "division": "450702",
        "year": 2025,
        "kind": "applied",
        "origin": "original",
        "trl": 6,
        "maturity": "pilot",
        "level": "domestic_leading",
        "technical_field": "new_materials",
        "industry": "30",
        "ip_assets": [{"kind": "patent_invention", "number": "ZL201710601862.3", "status": "granted"}],
        "cooperation_modes": ["licence", "joint_development"],
        "price": {"mode": "range", "low_fen": 10_000_000, "high_fen": 30_000_000},
        "confidential": "坭料配比：东泥六成，西泥四成，另加MARKER-SECRET-FORMULA。",
        "secrecy": "commercial",
        "registration_number": "4502025Y0123",
    })
}

/// A complete demand.
pub fn demand() -> Value {
    json!({
        "title": "低成本、高电压镍锰酸锂电池的研发与生产（示例）",
        "kind": "breakthrough",
        "source": "enterprise",
        "technical_field": "new_energy",
        "industry": "38",
        "division": "450703",
        "description": "寻求高电压镍锰酸锂正极材料的量产工艺，单体电压不低于四点七伏。",
        "difficulty": "高电压下电解液分解。",
        "indicators": "循环一千次容量保持率不低于八成。",
        "basis": "已有中试线一条。",
        "keywords": ["镍锰酸锂", "电解液"],
        "budget": {"mode": "fixed", "amount_fen": 200_000_000},
        "deadline": "2026-12-31",
        "cooperation_modes": ["joint_development", "transfer"],
        "wanted_experts": "电化学、材料",
        "contact": {"name": "示例丁", "phone": "0777-2800002"},
        "confidential": "现有电解液供应商与价格：MARKER-SECRET-PRICE。",
        "secrecy": "commercial",
    })
}

/// The value with one entry replaced.
pub fn with(mut value: Value, entry: &str, to: Value) -> Value {
    value[entry] = to;
    value
}

/// A draft by the persona; `collection` is `achievements` or `demands`.
pub fn draft(city: &City, collection: &str, persona: &str) -> String {
    let body = if collection == "demands" { demand() } else { achievement() };
    draft_of(city, collection, persona, body)
}

pub fn draft_of(city: &City, collection: &str, persona: &str, body: Value) -> String {
    city.as_(persona).post(&format!("/api/v1/{collection}"), body).expect(201).id()
}

/// A submitted record.
pub fn submitted(city: &City, collection: &str, persona: &str) -> String {
    let id = draft(city, collection, persona);
    act(&city.as_(persona), collection, &id, "submit").expect(200);
    id
}

/// A published record.
pub fn published(city: &City, collection: &str, persona: &str) -> String {
    let body = if collection == "demands" { demand() } else { achievement() };
    published_of(city, collection, persona, body)
}

pub fn published_of(city: &City, collection: &str, persona: &str, body: Value) -> String {
    let id = draft_of(city, collection, persona, body);
    act(&city.as_(persona), collection, &id, "submit").expect(200);
    approve(city, collection, &id);
    id
}

/// The reviewer approves what waits.
pub fn approve(city: &City, collection: &str, id: &str) {
    let path = format!("/api/v1/{collection}/{id}/publish");
    city.as_("operator.operator").post(&path, json!({"opinion": "材料齐全"})).expect(200);
}

/// An act without a body.
pub fn act(client: &Client, collection: &str, id: &str, act: &str) -> Response {
    client.send("POST", &format!("/api/v1/{collection}/{id}/{act}"), None)
}

const BOUNDARY: &str = "----techmart-test-boundary";

/// A form with one file.
pub fn form(name: &str, bytes: &[u8]) -> (String, Vec<u8>) {
    let mut body = format!(
        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         content-type: application/octet-stream\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={BOUNDARY}"), body)
}

pub fn upload(client: &Client, name: &str, bytes: &[u8]) -> Response {
    let (kind, body) = form(name, bytes);
    client.send("POST", "/api/v1/files", Some((&kind, body)))
}

/// Bytes that are a PDF as far as its beginning says.
pub fn pdf(text: &str) -> Vec<u8> {
    format!("%PDF-1.7\n{text}\n%%EOF\n").into_bytes()
}

impl City {
    /// What the change log tells the public about a record, in the newest change of this kind.
    pub fn change_of(&self, id: &str, kind: &'static str) -> Value {
        self.change(id, kind).public.expect("the change has a projection")
    }

    pub fn method_of(&self, id: &str, kind: &'static str) -> &'static str {
        self.change(id, kind).method.as_str()
    }

    pub fn change(&self, id: &str, kind: &'static str) -> techmart::kernel::change::Change {
        let read = self.app.db.read_blocking(|snapshot| techmart::changes::read_after(snapshot, 0, 10_000));
        let found =
            read.unwrap().into_iter().rfind(|change| change.kind == kind && change.subject.ends_with(id));
        found.unwrap_or_else(|| panic!("no {kind} of {id}"))
    }

    /// Subjects of the trail's entries about this act, newest first.
    pub fn trail(&self, act: &str) -> Vec<String> {
        use techmart::audit::{model::EntryFilter, service};
        use techmart::kernel::{actor::Actor, page::PageQuery};
        let filter = EntryFilter { act: Some(act.to_owned()), ..EntryFilter::default() };
        let page = PageQuery::new(Some(100), None).unwrap();
        let read = self.app.db.read_blocking(move |snapshot| {
            service::entries(snapshot, &Actor::System("test"), &filter, &page)
        });
        read.unwrap().items.into_iter().map(|entry| entry.subject).collect()
    }

    /// Signs up an institute that no operator has verified; its member is `newcomer.member`.
    pub fn newcomer(&self) {
        use techmart::identity::model::Secret;
        use techmart::identity::service::{SeedOrganisation, seed_organisation, seed_user};
        use techmart::kernel::actor::{OrganisationKind, Role};
        use techmart::kernel::codes::CreditCode;
        let hash = self.app.gate.hash_blocking(&Secret::new(super::city::PASSWORD.into())).unwrap();
        let made = self.app.db.write_blocking("test.newcomer", move |tx| {
            let new = SeedOrganisation {
                kind: OrganisationKind::Institute,
                name: "示例未核验研究所".into(),
                credit_code: CreditCode::with_checks("91459900", "00000099").unwrap().to_string(),
                division: "450700".into(),
                office_number: None,
                verified: false,
            };
            let organisation = seed_organisation(tx, &new)?;
            seed_user(tx, &organisation, "newcomer.member", "示例新人", &hash, &[Role::Member]).map(|_| ())
        });
        made.unwrap();
    }
}

/// The URN of a record.
pub fn urn(collection: &str, id: &str) -> String {
    format!("urn:tm:cn-450700:{}:{id}", collection.trim_end_matches('s'))
}

/// What an enquirer writes about a record.
pub fn enquiry(collection: &str, id: &str) -> Value {
    json!({
        "about": urn(collection, id),
        "text": "我公司有中试条件，希望了解工艺细节与合作方式。",
        "contact": {"name": "示例戊", "phone": "0777-2800003"},
    })
}

/// An enquiry of `enterprise` through `broker`, which `institute` has accepted.
pub fn brokered(city: &City) -> String {
    let about = published(city, "achievements", "institute.member");
    let body = with(enquiry("achievements", &about), "broker", json!(city.organisation("broker")));
    let engagement = city.as_("enterprise.member").post("/api/v1/engagements", body).expect(201).id();
    let answer = json!({"decision": "accepted", "text": "欢迎"});
    city.as_("institute.member")
        .post(&format!("/api/v1/engagements/{engagement}/answer"), answer)
        .expect(200);
    engagement
}

/// An enquiry of `enterprise` about a published achievement of `institute`.
pub fn enquired(city: &City) -> String {
    let about = published(city, "achievements", "institute.member");
    let body = enquiry("achievements", &about);
    city.as_("enterprise.member").post("/api/v1/engagements", body).expect(201).id()
}

/// The same, accepted by the owner.
pub fn accepted(city: &City) -> String {
    let id = enquired(city);
    let answer = json!({"decision": "accepted", "text": "欢迎来访。"});
    city.as_("institute.member").post(&format!("/api/v1/engagements/{id}/answer"), answer).expect(200);
    id
}

/// The same, with the undertaking of confidentiality accepted.
pub fn trusted(city: &City) -> String {
    let id = accepted(city);
    let path = format!("/api/v1/engagements/{id}/confidentiality");
    let enquirer = city.as_("enterprise.member");
    let sha256 = enquirer.get(&path).expect(200).body["sha256"].clone();
    enquirer.post(&path, json!({"sha256": sha256})).expect(200);
    id
}

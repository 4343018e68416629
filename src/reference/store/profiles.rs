//! Rows of regulation profiles.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::db::schema::{regulation_profile, regulation_profile_version};
use crate::db::{Conn, from_json, saved, to_json};
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::time::{Day, UtcTime};
use crate::reference::model::{Evidence, Limit, LimitUnit, Profile, ProfileValues, ProfileVersion};
use crate::reference::shipped;

#[derive(Insertable, Queryable)]
#[diesel(table_name = regulation_profile)]
struct ProfileRow {
    code: String,
    version: i64,
    effective_from: Option<Day>,
    confirmed: bool,
    body: String,
    changed_at: UtcTime,
}

#[derive(Insertable, Queryable)]
#[diesel(table_name = regulation_profile_version)]
struct VersionRow {
    code: String,
    version: i64,
    effective_from: Option<Day>,
    confirmed: bool,
    body: String,
    reason: String,
    changed_at: UtcTime,
    changed_by: String,
}

pub fn profiles(conn: &mut Conn) -> Result<Vec<Profile>, Refusal> {
    let rows: Vec<ProfileRow> = regulation_profile::table.order(regulation_profile::code).load(conn)?;
    rows.into_iter().map(Profile::try_from).collect()
}

pub fn profile(conn: &mut Conn, code: &str) -> Result<Option<Profile>, Refusal> {
    let row: Option<ProfileRow> = regulation_profile::table.find(code).first(conn).optional()?;
    row.map(Profile::try_from).transpose()
}

pub fn insert_profile(conn: &mut Conn, profile: &Profile, now: UtcTime) -> Result<(), Refusal> {
    let row = ProfileRow {
        code: profile.code.clone(),
        version: profile.version,
        effective_from: profile.effective_from,
        confirmed: profile.confirmed,
        body: to_json(&Body::from(&profile.values))?,
        changed_at: now,
    };
    diesel::insert_into(regulation_profile::table).values(row).execute(conn)?;
    Ok(())
}

/// Saves a profile whose version was raised by one.
pub fn save_profile(conn: &mut Conn, profile: &Profile, now: UtcTime) -> Result<(), Refusal> {
    let old = regulation_profile::table
        .filter(regulation_profile::code.eq(&profile.code))
        .filter(regulation_profile::version.eq(profile.version - 1));
    let rows = diesel::update(old)
        .set((
            regulation_profile::version.eq(profile.version),
            regulation_profile::effective_from.eq(profile.effective_from),
            regulation_profile::confirmed.eq(profile.confirmed),
            regulation_profile::body.eq(to_json(&Body::from(&profile.values))?),
            regulation_profile::changed_at.eq(now),
        ))
        .execute(conn)?;
    saved(rows)
}

/// Keeps the version that a profile has now.
pub fn keep_version(conn: &mut Conn, kept: &ProfileVersion) -> Result<(), Refusal> {
    let profile = &kept.profile;
    let row = VersionRow {
        code: profile.code.clone(),
        version: profile.version,
        effective_from: profile.effective_from,
        confirmed: profile.confirmed,
        body: to_json(&Body::from(&profile.values))?,
        reason: kept.reason.clone(),
        changed_at: kept.changed_at,
        changed_by: kept.changed_by.clone(),
    };
    diesel::insert_into(regulation_profile_version::table).values(row).execute(conn)?;
    Ok(())
}

pub fn versions(conn: &mut Conn, code: &str) -> Result<Vec<ProfileVersion>, Refusal> {
    let rows: Vec<VersionRow> = regulation_profile_version::table
        .filter(regulation_profile_version::code.eq(code))
        .order(regulation_profile_version::version)
        .load(conn)?;
    rows.into_iter().map(ProfileVersion::try_from).collect()
}

impl TryFrom<VersionRow> for ProfileVersion {
    type Error = Refusal;

    fn try_from(row: VersionRow) -> Result<Self, Refusal> {
        let body: Body = from_json(&row.body)?;
        let profile = Profile {
            code: row.code,
            version: row.version,
            effective_from: row.effective_from,
            confirmed: row.confirmed,
            values: body.into(),
        };
        Ok(ProfileVersion {
            profile,
            reason: row.reason,
            changed_at: row.changed_at,
            changed_by: row.changed_by,
        })
    }
}

impl TryFrom<ProfileRow> for Profile {
    type Error = Refusal;

    fn try_from(row: ProfileRow) -> Result<Self, Refusal> {
        let body: Body = from_json(&row.body)?;
        Ok(Profile {
            code: row.code,
            version: row.version,
            effective_from: row.effective_from,
            confirmed: row.confirmed,
            values: body.into(),
        })
    }
}

/// A profile's values as the document that is stored.
#[derive(Serialize, Deserialize)]
struct Body {
    title_zh: String,
    title_en: String,
    competent_authority: String,
    law_zh: String,
    law_en: String,
    review_limit: LimitBody,
    review_limit_complex: LimitBody,
    large_contract_from_fen: Fen,
    contract_classes: Vec<String>,
    // Profiles stored before these existed have what shipped.
    #[serde(default = "shipped::sub_types")]
    contract_sub_types: Vec<String>,
    #[serde(default = "evidence")]
    evidence: Vec<EvidenceBody>,
    #[serde(default = "number_layout")]
    number_layout: String,
    refusal_grounds: Vec<String>,
    price_publicity: LimitBody,
    reward_publicity: LimitBody,
    cash_reward_publicity: LimitBody,
    #[serde(default)]
    names_reported: bool,
}

#[derive(Serialize, Deserialize)]
struct EvidenceBody {
    class: String,
    kinds: Vec<String>,
}

fn evidence() -> Vec<EvidenceBody> {
    shipped::evidence().into_iter().map(EvidenceBody::from).collect()
}

fn number_layout() -> String {
    shipped::NUMBER_LAYOUT.to_owned()
}

impl From<Evidence> for EvidenceBody {
    fn from(evidence: Evidence) -> Self {
        EvidenceBody { class: evidence.class, kinds: evidence.kinds }
    }
}

impl From<EvidenceBody> for Evidence {
    fn from(body: EvidenceBody) -> Self {
        Evidence { class: body.class, kinds: body.kinds }
    }
}

#[derive(Serialize, Deserialize)]
struct LimitBody {
    days: u32,
    unit: LimitUnit,
}

impl From<Limit> for LimitBody {
    fn from(limit: Limit) -> Self {
        LimitBody { days: limit.days, unit: limit.unit }
    }
}

impl From<LimitBody> for Limit {
    fn from(body: LimitBody) -> Self {
        Limit { days: body.days, unit: body.unit }
    }
}

impl From<&ProfileValues> for Body {
    fn from(values: &ProfileValues) -> Self {
        let values = values.clone();
        Body {
            title_zh: values.title_zh,
            title_en: values.title_en,
            competent_authority: values.competent_authority,
            law_zh: values.law_zh,
            law_en: values.law_en,
            review_limit: values.review_limit.into(),
            review_limit_complex: values.review_limit_complex.into(),
            large_contract_from_fen: values.large_contract_from,
            contract_classes: values.contract_classes,
            contract_sub_types: values.contract_sub_types,
            evidence: values.evidence.into_iter().map(EvidenceBody::from).collect(),
            number_layout: values.number_layout,
            refusal_grounds: values.refusal_grounds,
            price_publicity: values.price_publicity.into(),
            reward_publicity: values.reward_publicity.into(),
            cash_reward_publicity: values.cash_reward_publicity.into(),
            names_reported: values.names_reported,
        }
    }
}

impl From<Body> for ProfileValues {
    fn from(body: Body) -> Self {
        ProfileValues {
            title_zh: body.title_zh,
            title_en: body.title_en,
            competent_authority: body.competent_authority,
            law_zh: body.law_zh,
            law_en: body.law_en,
            review_limit: body.review_limit.into(),
            review_limit_complex: body.review_limit_complex.into(),
            large_contract_from: body.large_contract_from_fen,
            contract_classes: body.contract_classes,
            contract_sub_types: body.contract_sub_types,
            evidence: body.evidence.into_iter().map(Evidence::from).collect(),
            number_layout: body.number_layout,
            refusal_grounds: body.refusal_grounds,
            price_publicity: body.price_publicity.into(),
            reward_publicity: body.reward_publicity.into(),
            cash_reward_publicity: body.cash_reward_publicity.into(),
            names_reported: body.names_reported,
        }
    }
}

//! Regulation profiles.

use actix_web::{get, post, put, web};
use serde::{Deserialize, Serialize};

use crate::http::{Answer, Edge, Input, Reply};
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::page::Page;
use crate::kernel::permission::Permission;
use crate::kernel::time::{Day, UtcTime};
use crate::reference::model::{Evidence, Limit, LimitUnit, Profile, ProfileValues, ProfileVersion};
use crate::reference::service::{self, SetProfile};

/// A period: how many, of what.
#[derive(Clone, Copy, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct LimitBody {
    days: u32,
    unit: LimitUnit,
}

/// What an application of one class must bring.
#[derive(Clone, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProfileEvidence)]
struct EvidenceBody {
    /// Code of `contract_class`.
    class: String,
    /// Codes of `contract_attachment_kind`.
    kinds: Vec<String>,
}

/// The values of a regulation profile.
#[derive(Clone, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ProfileBody {
    title_zh: String,
    title_en: String,
    /// Code of `competent_authority`.
    competent_authority: String,
    /// The law that cases under it cite.
    law_zh: String,
    law_en: String,
    /// Time for the decision on an accepted application.
    review_limit: LimitBody,
    /// The same for large or disputed contracts.
    review_limit_complex: LimitBody,
    /// From this technical amount on a contract is large and needs a second reviewer.
    large_contract_from_fen: Fen,
    /// Codes of `contract_class`.
    contract_classes: Vec<String>,
    /// Codes of `contract_sub_type`.
    contract_sub_types: Vec<String>,
    /// What an application of each class must bring.
    evidence: Vec<EvidenceBody>,
    /// `Y` year, `D` division, `O` office, `S` serial (last), such as `YYYYDDDDOOSSSSSS`.
    #[schema(examples("YYYYDDDDOOSSSSSS"))]
    number_layout: String,
    /// Codes of `refusal_ground`.
    refusal_grounds: Vec<String>,
    price_publicity: LimitBody,
    reward_publicity: LimitBody,
    cash_reward_publicity: LimitBody,
    /// Whether the platform above sees the parties' names of what is registered here.
    #[serde(default)]
    names_reported: bool,
}

#[derive(Serialize, utoipa::ToSchema)]
struct ProfileView {
    code: String,
    version: i64,
    /// In force from this day on, until another profile's day; null: on no day yet.
    effective_from: Option<Day>,
    /// False: cases under it are marked unverified.
    confirmed: bool,
    values: ProfileBody,
}

/// What a profile was from one change to the next.
#[derive(Serialize, utoipa::ToSchema)]
struct ProfileVersionView {
    changed_at: UtcTime,
    /// `user:…@…` or `system:…`.
    changed_by: String,
    reason: String,
    profile: ProfileView,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewProfile {
    /// 1 to 16 lower-case letters, digits or hyphens.
    code: String,
    effective_from: Option<Day>,
    values: ProfileBody,
    reason: String,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ProfileSetting {
    effective_from: Option<Day>,
    values: ProfileBody,
    reason: String,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ProfileConfirmation {
    /// How the values were checked.
    reason: String,
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ProfilesQuery {
    /// Only the profile in force on this day.
    on: Option<Day>,
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

impl From<ProfileValues> for ProfileBody {
    fn from(values: ProfileValues) -> Self {
        ProfileBody {
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

impl From<ProfileBody> for ProfileValues {
    fn from(body: ProfileBody) -> Self {
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

impl From<Profile> for ProfileView {
    fn from(profile: Profile) -> Self {
        ProfileView {
            code: profile.code,
            version: profile.version,
            effective_from: profile.effective_from,
            confirmed: profile.confirmed,
            values: profile.values.into(),
        }
    }
}

impl From<ProfileVersion> for ProfileVersionView {
    fn from(version: ProfileVersion) -> Self {
        ProfileVersionView {
            changed_at: version.changed_at,
            changed_by: version.changed_by,
            reason: version.reason,
            profile: version.profile.into(),
        }
    }
}

fn reply(profile: Profile) -> Result<Reply, Refusal> {
    let version = profile.version;
    Ok(Reply::ok(&ProfileView::from(profile))?.version(version))
}

/// Regulation profiles: what the rules of registration are, from which day on.
#[utoipa::path(
    tag = "reference",
    params(ProfilesQuery),
    responses((status = 200, body = Page<ProfileView>)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/regulation-profiles")]
pub(super) async fn list_profiles(edge: Edge, query: web::Query<ProfilesQuery>) -> Answer {
    let on = query.into_inner().on;
    edge.read(Permission::Public, move |snapshot, _| {
        let profiles = match on {
            Some(day) => vec![service::profile_on(snapshot, day)?],
            None => service::profiles(snapshot)?,
        };
        Reply::page(&Page { items: profiles.into_iter().map(ProfileView::from).collect(), next: None })
    })
    .await
}

#[utoipa::path(
    tag = "reference",
    responses((status = 200, body = ProfileView)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/regulation-profiles/{code}")]
pub(super) async fn get_profile(edge: Edge, code: web::Path<String>) -> Answer {
    edge.read(Permission::Public, move |snapshot, _| reply(service::profile(snapshot, &code)?)).await
}

/// Every version of a profile, oldest first: what it was, since when, by whom and why.
#[utoipa::path(
    tag = "reference",
    responses((status = 200, body = Page<ProfileVersionView>)),
    extensions(("x-permission" = json!("reference.manage")))
)]
#[get("/regulation-profiles/{code}/history")]
pub(super) async fn profile_history(edge: Edge, code: web::Path<String>) -> Answer {
    edge.read(Permission::ReferenceManage, move |snapshot, _| {
        let versions = service::profile_versions(snapshot, &code)?;
        Reply::page(&Page { items: versions.into_iter().map(ProfileVersionView::from).collect(), next: None })
    })
    .await
}

/// Adds a profile; it is unconfirmed.
#[utoipa::path(
    tag = "reference",
    request_body = NewProfile,
    responses((status = 201, body = ProfileView)),
    extensions(("x-permission" = json!("reference.manage")))
)]
#[post("/regulation-profiles")]
pub(super) async fn add_profile(edge: Edge, input: Input<NewProfile>) -> Answer {
    edge.write("regulation_profile.add", Permission::ReferenceManage, input, |tx, actor, input| {
        let set = SetProfile {
            effective_from: input.effective_from,
            values: input.values.clone().into(),
            reason: input.reason.clone(),
        };
        let profile = service::add_profile(tx, actor, &input.code, &set)?;
        let (at, version) = (format!("/api/v1/regulation-profiles/{}", profile.code), profile.version);
        Ok(Reply::created(at, &ProfileView::from(profile))?.version(version))
    })
    .await
}

/// Sets the day and the values of a profile; it must be confirmed again.
#[utoipa::path(
    tag = "reference",
    request_body = ProfileSetting,
    responses((status = 200, body = ProfileView)),
    extensions(("x-permission" = json!("reference.manage")))
)]
#[put("/regulation-profiles/{code}")]
pub(super) async fn set_profile(edge: Edge, code: web::Path<String>, input: Input<ProfileSetting>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("regulation_profile.set", Permission::ReferenceManage, input, move |tx, actor, input| {
        let set = SetProfile {
            effective_from: input.effective_from,
            values: input.values.clone().into(),
            reason: input.reason.clone(),
        };
        reply(service::set_profile(tx, actor, &code, expected, &set)?)
    })
    .await
}

/// Vouches for the values of a profile: its cases are no longer marked unverified.
#[utoipa::path(
    tag = "reference",
    request_body = ProfileConfirmation,
    responses((status = 200, body = ProfileView)),
    extensions(("x-permission" = json!("reference.manage")))
)]
#[post("/regulation-profiles/{code}/confirm")]
pub(super) async fn confirm_profile(
    edge: Edge,
    code: web::Path<String>,
    input: Input<ProfileConfirmation>,
) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("regulation_profile.confirm", Permission::ReferenceManage, input, move |tx, actor, input| {
        reply(service::confirm_profile(tx, actor, &code, expected, &input.reason)?)
    })
    .await
}

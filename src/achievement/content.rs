//! An achievement as people write it: one shape for requests, storage, history and answers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::time::Day;
use crate::listing::{Attachment, Contact, Price};

/// All fields of DOMAIN §6. A draft may leave any of them out but the title.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = AchievementContent)]
pub struct Content {
    #[schema(example = "低成本高电压镍锰酸锂电池（示例）")]
    pub title: String,
    #[serde(rename = "abstract")]
    pub summary: String,
    pub keywords: Vec<String>,
    pub contributors: Vec<Contributor>,
    pub contact: Contact,
    /// Division code (GB/T 2260) or local zone code.
    #[schema(example = "450702")]
    pub division: Option<String>,
    /// Year of completion.
    pub year: Option<i32>,
    /// List `achievement_kind`.
    #[schema(example = "applied")]
    pub kind: Option<String>,
    /// List `achievement_origin`.
    pub origin: Option<String>,
    /// Technology readiness level 1 to 9 (GB/T 22900-2022).
    pub trl: Option<i32>,
    /// List `maturity`: the market's word.
    pub maturity: Option<String>,
    /// List `achievement_level`.
    pub level: Option<String>,
    /// List `technical_field`.
    #[schema(example = "new_materials")]
    pub technical_field: Option<String>,
    /// GB/T 4754-2017: a section (`C`) or a class (`38`).
    #[schema(example = "38")]
    pub industry: Option<String>,
    pub ip_assets: Vec<IpAsset>,
    /// List `cooperation_mode`.
    pub cooperation_modes: Vec<String>,
    pub price: Option<Price>,
    pub attachments: Vec<Attachment>,
    /// Read by the holder's members, and by the other side of an engagement that has accepted confidentiality.
    pub confidential: Option<String>,
    /// `open` or `commercial`; `classified` is refused.
    #[schema(example = "open")]
    pub secrecy: Option<String>,
    /// Achievement registration number, 12 characters.
    #[schema(example = "4502019Y0123")]
    pub registration_number: Option<String>,
    /// Last day on the market; a year after publication when left out.
    pub valid_until: Option<Day>,
    /// Why this edit: kept in the history, asked for once the record is published; never part of it.
    #[serde(skip_serializing)]
    #[schema(write_only)]
    pub edit_reason: Option<String>,
}

/// A person who completed the achievement (完成人).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Contributor {
    pub rank: u32,
    pub name: String,
    /// The person's unit, when it is not the holder.
    pub unit: Option<String>,
    /// Share in the completion, in parts per million; not published.
    pub share_ppm: Option<u32>,
}

/// A right that belongs to the achievement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct IpAsset {
    /// List `ip_kind`.
    #[schema(example = "patent_invention")]
    pub kind: String,
    #[schema(example = "ZL201710601862.3")]
    pub number: Option<String>,
    /// List `ip_status`.
    #[schema(example = "granted")]
    pub status: String,
    /// End of its term.
    pub expires_on: Option<Day>,
}

//! A demand as people write it: one shape for requests, storage, history and answers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::time::Day;
use crate::listing::{Attachment, Contact, Price};

/// All fields of DOMAIN §6. A draft may leave any of them out but the title.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = DemandContent)]
pub struct Content {
    #[schema(example = "低成本、高电压镍锰酸锂电池的研发与生产")]
    pub title: String,
    /// List `demand_kind`.
    #[schema(example = "breakthrough")]
    pub kind: Option<String>,
    /// List `demand_source`.
    #[schema(example = "enterprise")]
    pub source: Option<String>,
    /// List `technical_field`.
    #[schema(example = "new_energy")]
    pub technical_field: Option<String>,
    /// GB/T 4754-2017: a section (`C`) or a class (`38`).
    pub industry: Option<String>,
    /// Division code (GB/T 2260) or local zone code.
    #[schema(example = "450702")]
    pub division: Option<String>,
    /// What is wanted.
    pub description: String,
    /// What cannot be solved today.
    pub difficulty: String,
    /// Target indicators: what a solution must reach.
    pub indicators: String,
    /// What exists already: equipment, people, earlier work.
    pub basis: String,
    pub keywords: Vec<String>,
    pub budget: Option<Price>,
    /// Last day for answers.
    pub deadline: Option<Day>,
    /// List `cooperation_mode`.
    pub cooperation_modes: Vec<String>,
    pub wanted_experts: String,
    pub contact: Contact,
    pub attachments: Vec<Attachment>,
    /// Read by the holder's members, and by the other side of an engagement that has accepted confidentiality.
    pub confidential: Option<String>,
    /// `open` or `commercial`; `classified` is refused.
    #[schema(example = "open")]
    pub secrecy: Option<String>,
    /// Why this edit: kept in the history, asked for once the record is published; never part of it.
    #[serde(skip_serializing)]
    #[schema(write_only)]
    pub edit_reason: Option<String>,
}

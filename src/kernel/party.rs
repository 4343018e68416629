//! A party of an engagement, sale or contract: kept in columns without a foreign key, because a party may
//! live at another node.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartyRef {
    /// `urn:tm:{node}:organisation:{uuid}`; empty for a party that has no account on the network.
    pub urn: String,
    pub name: String,
    /// Unified social credit code (GB 32100-2015).
    pub credit_code: String,
}

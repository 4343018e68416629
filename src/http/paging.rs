//! The two query parameters that every list takes.

use serde::Deserialize;

use crate::kernel::error::Refusal;
use crate::kernel::page::PageQuery;

#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// Entries of a page, 1 to 100; 20 when absent.
    pub limit: Option<i64>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
}

impl Paging {
    pub fn query(self) -> Result<PageQuery, Refusal> {
        PageQuery::new(self.limit, self.cursor)
    }
}

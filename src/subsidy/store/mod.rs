//! The subsidy room's rows.

pub mod batch;
pub mod cause;
pub mod scheme;
pub mod sheet;

use super::model::{Base, BatchState, BeneficiaryKind, LineKind, StepKind};
use crate::db::types::stored_words;

stored_words!(Base, BatchState, BeneficiaryKind, LineKind, StepKind);

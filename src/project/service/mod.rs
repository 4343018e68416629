//! Use-cases of projects and targets.

mod attainments;
mod declare;
mod targets;

pub use attainments::{NewAttainment, attainments, record_attainment, withdraw_attainment};
pub use declare::{Declare, declare, follow, history, project, projects, withdraw};
pub use targets::{TargetStatus, change_target, ensure_shipped, table, target_history, targets};

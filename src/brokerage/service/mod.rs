//! Use-cases of brokerage.

mod earn;
mod managers;
mod mandates;
mod statement;

pub use earn::{agree, claim, follow, link_intermediary, wants};
pub use managers::{NewManager, change_manager, enter_manager, leave, managers};
pub use mandates::{NewMandate, Seen, act, commissions, in_force_for, mandate, mandates, propose};
pub use statement::{Statement, figures, statement, whole_statement, yearly_figures};

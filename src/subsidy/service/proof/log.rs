//! What the change log said of the facts that are paid for, beside what the rows say.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::super::model::ClaimRecord;
use super::super::super::store;
use super::{SLICE_ROWS, Stop, fault};
use crate::changes;
use crate::db::Conn;
use crate::kernel::error::Refusal;
use crate::kernel::id::urn;
use crate::kernel::money::Fen;

/// Amounts as the log has them.
pub struct Said {
    pub node: String,
    /// Contract, version: total and technical amount.
    contracts: BTreeMap<(String, i64), (Fen, Fen)>,
    /// The same by change.
    changes: BTreeMap<i64, (String, Fen, Fen)>,
    /// Claim: what was awarded.
    awards: BTreeMap<String, Fen>,
    /// Budget and year: what was left when it was closed.
    lapsed: BTreeMap<(String, i64), Fen>,
}

impl Said {
    /// A contract's amounts at a version; none where the log does not have the contract.
    pub fn of_contract(&self, contract: &str, version: i64) -> Option<(Fen, Fen)> {
        let first = (contract.to_owned(), i64::MIN);
        self.contracts.range(first..=(contract.to_owned(), version)).next_back().map(|(_, said)| *said)
    }

    pub fn award(&self, claim: &str) -> Option<Fen> {
        self.awards.get(claim).copied()
    }

    pub fn lapsed(&self, fund: &str, year: i32) -> Option<Fen> {
        self.lapsed.get(&(fund.to_owned(), year.into())).copied()
    }
}

fn fen(facts: &Value, name: &str) -> Option<Fen> {
    facts[name].as_i64().map(Fen)
}

pub fn read(conn: &mut Conn, node: &str) -> Result<Said, Stop> {
    let mut said = Said {
        node: node.to_owned(),
        contracts: BTreeMap::new(),
        changes: BTreeMap::new(),
        awards: BTreeMap::new(),
        lapsed: BTreeMap::new(),
    };
    let mut seq = 0;
    loop {
        let slice = changes::read_after(conn, seq, SLICE_ROWS)?;
        let Some(last) = slice.last() else { return Ok(said) };
        seq = last.seq;
        for change in slice {
            let facts = &change.facts;
            match change.kind.as_str() {
                "contract.registered" | "contract.amended" | "contract.cancelled" | "contract.revoked" => {
                    if let Some(amounts) = fen(facts, "total_fen").zip(fen(facts, "technical_fen")) {
                        said.changes.insert(change.seq, (change.subject.clone(), amounts.0, amounts.1));
                        said.contracts.insert((change.subject, change.version), amounts);
                    }
                }
                "subsidy.claim_awarded" => {
                    if let Some(awarded) = fen(facts, "awarded_fen") {
                        said.awards.insert(change.subject, awarded);
                    }
                }
                "subsidy.year_closed" => {
                    let of = facts["scheme"].as_str().map(str::to_owned).zip(facts["year"].as_i64());
                    if let Some((of, lapsed)) = of.zip(fen(facts, "lapsed_fen")) {
                        said.lapsed.insert(of, lapsed);
                    }
                }
                _ => {}
            }
        }
    }
}

/// Claims have what the log says was awarded.
pub fn claims(conn: &mut Conn, said: &Said) -> Result<(), Stop> {
    let mut after = None;
    loop {
        let slice: Vec<ClaimRecord> = store::claim::after(conn, after, SLICE_ROWS)?;
        let Some(last) = slice.last() else { return Ok(()) };
        after = Some(last.id);
        for claim in slice {
            if claim.awarded != said.award(&urn(&said.node, "subsidy_claim", claim.id)) {
                return Err(fault("subsidy_claim", claim.id, "the award is not the one in the change log"));
            }
        }
    }
}

/// Causes have the amounts of their change; those of claims what was awarded.
pub fn causes(conn: &mut Conn, said: &Said) -> Result<(), Stop> {
    let mut after = None;
    loop {
        let slice = store::cause::after(conn, after, SLICE_ROWS)?;
        let Some(last) = slice.last() else { return Ok(()) };
        after = Some((last.seq, last.contract.clone()));
        for cause in slice {
            let of_change = said.changes.get(&cause.seq).filter(|(subject, ..)| *subject == cause.contract);
            let known = match of_change {
                Some((_, total, technical)) => Some((*total, *technical)),
                None => said.award(&cause.contract).map(|awarded| (awarded, awarded)),
            };
            if known != Some((cause.total, cause.technical)) {
                let key = format!("{} {}", cause.seq, cause.contract);
                return Err(fault("subsidy_cause", key, "the amounts are not those in the change log"));
            }
        }
    }
}

/// Whether the log says something else of a fact; what it does not have is nothing to compare with.
pub fn contradicts(said: &Said, contract: &str, version: i64, amounts: (Fen, Fen)) -> Result<bool, Refusal> {
    let known = said.award(contract).map(|awarded| (awarded, awarded));
    let known = known.or_else(|| said.of_contract(contract, version));
    Ok(known.is_some_and(|known| known != amounts))
}

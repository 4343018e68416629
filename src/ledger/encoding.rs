//! The bytes that a transaction's hash covers.
//!
//! `SHA-256("techmart.ledger.1" ‖ previous hash ‖ fields)`, where every field is a netstring
//! (`length ":" bytes ","`), so that no text can run into the next: number, id, external key, kind, cause,
//! note, effective day, booked (microseconds), actor, reversed number or empty, count of postings, then per
//! posting in order: account path, amount, balance (decimal fen).

use sha2::{Digest, Sha256};

use super::model::{Hash, Transaction};

const DOMAIN: &[u8] = b"techmart.ledger.1";

pub fn hash(transaction: &Transaction) -> Hash {
    let mut sum = Sha256::new();
    sum.update(DOMAIN);
    sum.update(transaction.prev_hash);
    let mut field = |text: &str| {
        sum.update(text.len().to_string());
        sum.update(b":");
        sum.update(text.as_bytes());
        sum.update(b",");
    };
    field(&transaction.number.to_string());
    field(&transaction.id.to_string());
    field(&transaction.external_key);
    field(&transaction.kind);
    field(&transaction.cause);
    field(&transaction.note);
    field(&transaction.effective.to_string());
    field(&transaction.booked.micros().to_string());
    field(&transaction.actor);
    field(&transaction.reverses.map(|number| number.to_string()).unwrap_or_default());
    field(&transaction.postings.len().to_string());
    for posting in &transaction.postings {
        field(&posting.account.path());
        field(&posting.amount.0.to_string());
        field(&posting.balance.0.to_string());
    }
    sum.finalize().into()
}

//! Whatever is changed behind the triggers, the proof finds.

use super::*;

/// Every change behind the ledger's back is found. Each is made with the triggers off, in a command that is
/// then refused, so the books stay good.
#[test]
fn the_proof_finds_what_was_changed_behind_the_triggers() {
    let city = books();
    post(&city, &transfer("k3", Available, Committed, 1)).unwrap();
    let off: &[&str] = if city.database.is_postgres() {
        &[
            "ALTER TABLE ledger_posting DISABLE TRIGGER USER",
            "ALTER TABLE ledger_transaction DISABLE TRIGGER USER",
            "ALTER TABLE ledger_account DISABLE TRIGGER USER",
        ]
    } else {
        &[
            "DROP TRIGGER ledger_posting_update",
            "DROP TRIGGER ledger_posting_delete",
            "DROP TRIGGER ledger_transaction_update",
            "DROP TRIGGER ledger_transaction_delete",
            "DROP TRIGGER ledger_account_update",
        ]
    };
    for change in [
        "UPDATE ledger_posting SET amount_fen = amount_fen * 2 WHERE number = 2",
        "UPDATE ledger_posting SET balance_fen = balance_fen + 1 WHERE number = 2 AND position = 0",
        "UPDATE ledger_posting SET effective = '2020-01-01' WHERE number = 2 AND position = 0",
        "UPDATE ledger_posting SET position = 7 WHERE number = 2 AND position = 0",
        "DELETE FROM ledger_posting WHERE number = 2 AND position = 0",
        "DELETE FROM ledger_posting WHERE number = 2; DELETE FROM ledger_transaction WHERE number = 2",
        "UPDATE ledger_transaction SET note = 'x' WHERE number = 1",
        "UPDATE ledger_transaction SET actor = 'x' WHERE number = 3",
        "UPDATE ledger_transaction SET id = 'x' WHERE number = 2",
        "UPDATE ledger_transaction SET external_key = 'x' WHERE number = 3",
        "UPDATE ledger_transaction SET effective = '2020-01-01' WHERE number = 3",
        "UPDATE ledger_transaction SET booked = '2020-01-01 00:00:00' WHERE number = 2",
        "UPDATE ledger_transaction SET sealed = FALSE WHERE number = 3",
        "UPDATE ledger_transaction SET hash = prev_hash WHERE number = 2",
        "UPDATE ledger_account SET path = 'x' WHERE kind = 'committed'",
        "UPDATE ledger_account SET scheme = 'OTHER' WHERE kind = 'committed'",
        "UPDATE ledger_account SET source = TRUE WHERE kind = 'committed'",
        // The newest one, whole: only the change log knows that it was there.
        "DELETE FROM ledger_posting WHERE number = 3; DELETE FROM ledger_transaction WHERE number = 3",
    ] {
        let sql = format!("{};{change}", off.join(";"));
        let tampered = city.app.db.write_blocking("test.tamper", move |tx| -> Result<(), Refusal> {
            tx.batch(&sql)?;
            match service::verify(tx)? {
                Outcome::Faulty(fault) => Err(Refusal::new(&codes::LEDGER_UNBALANCED).because(fault.what)),
                Outcome::Proved(_) => Err(Refusal::internal("not found")),
            }
        });
        let refusal = tampered.unwrap_err();
        assert_eq!(refusal.code(), "ledger_unbalanced", "{change}: {refusal}");
    }
    assert_eq!(proved(&city), 3);
}

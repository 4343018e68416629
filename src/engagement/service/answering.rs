//! How organisations answer what they are asked, for rooms that bring people together.

use std::collections::HashMap;

use crate::db::Conn;
use crate::engagement::model::{AnsweringRecord, DueEnquiry};
use crate::engagement::store;
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;

/// Enquiries that are looked at, the newest.
const ENQUIRIES_MAX: i64 = 5_000;

/// The records of these organisations (URNs), by organisation. Enquiries that wait inside their time don't count.
pub fn answering(
    conn: &mut Conn,
    owners: &[String],
    now: UtcTime,
) -> Result<HashMap<String, AnsweringRecord>, Refusal> {
    let mut records: HashMap<String, AnsweringRecord> = HashMap::new();
    for enquiry in store::enquiries_to(conn, owners, ENQUIRIES_MAX)? {
        let record = records.entry(enquiry.owner).or_default();
        match enquiry.answered_at {
            Some(at) => {
                record.asked += 1;
                record.answered += u32::from(at <= enquiry.due_at);
                record.hours += (at.seconds() - enquiry.asked_at.seconds()) as f64 / 3_600.0;
                record.answers += 1;
            }
            None if now > enquiry.due_at => record.asked += 1,
            None => {}
        }
    }
    Ok(records)
}

/// Enquiries that wait for an answer due between two times, for who reminds their owners.
pub fn due_between(
    conn: &mut Conn,
    from: UtcTime,
    to: UtcTime,
    limit: i64,
) -> Result<Vec<DueEnquiry>, Refusal> {
    store::due_between(conn, from, to, limit)
}

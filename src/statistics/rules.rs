//! Adding up, months, and what a release says. Pure.

use serde_json::{Value, json};

use super::model::{Dimension, Figures, Line, Period, Table};
use crate::kernel::money::Fen;
use crate::kernel::time::{Day, UtcTime};

/// The longest period of one table, in years.
pub const PERIOD_YEARS_MAX: i32 = 30;

/// A prefix that the registry of the Open Contracting Partnership gives: `ocds-` and six letters or digits.
pub fn is_ocid_prefix(text: &str) -> bool {
    let given = text.strip_prefix("ocds-");
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    given.is_some_and(|given| given.len() == 6 && given.bytes().all(plain))
}

/// `2026-03`
pub fn month(day: Day) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

/// The periods that end with the month of this day: the month, and its quarter and year where it is their last.
pub fn closed_with(in_month: Day) -> Vec<Period> {
    let (year, month) = (in_month.year(), in_month.month());
    let to = last_of_month(year, month);
    let from = |month: u32| Day::new(year, month, 1);
    let mut periods = vec![(self::month(in_month), from(month))];
    if month.is_multiple_of(3) {
        periods.push((format!("{year:04}-Q{}", month / 3), from(month - 2)));
    }
    if month == 12 {
        periods.push((format!("{year:04}"), from(1)));
    }
    let whole = |(name, from): (String, Option<Day>)| Some(Period { name, from: from?, to: to? });
    periods.into_iter().filter_map(whole).collect()
}

fn last_of_month(year: i32, month: u32) -> Option<Day> {
    let (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    Day::new(year, month, 1).map(|next| next.plus_days(-1))
}

/// The first day of the month after the one of this day.
pub fn next_month(day: Day) -> Option<Day> {
    last_of_month(day.year(), day.month()).map(|last| last.plus_days(1))
}

/// `statistics_report.v1`: figures alone, no name of anybody (rule 8).
pub fn report(urn: &str, period: &Period, tables: &[Table], closed_at: UtcTime) -> Value {
    let lines = |by: Dimension| -> Vec<Value> {
        let table = tables.iter().find(|table| table.by == by);
        let lines = table.into_iter().flat_map(|table| table.lines.iter());
        lines
            .map(|line| {
                json!({
                    "key": line.key, "to": line.to, "contracts": line.figures.contracts,
                    "total_fen": line.figures.total, "technical_fen": line.figures.technical,
                })
            })
            .collect()
    };
    let all = tables.first().map(|table| table.all).unwrap_or_default();
    json!({
        "schema": "statistics_report.v1",
        "id": urn,
        "period": period.name,
        "from": period.from,
        "to": period.to,
        "closed_at": closed_at,
        "contracts": all.contracts,
        "total_fen": all.total,
        "technical_fen": all.technical,
        "by_class": lines(Dimension::Class),
        "by_technical_field": lines(Dimension::TechnicalField),
        "by_flow": lines(Dimension::Flow),
    })
}

pub fn is_period(from: Day, to: Day) -> bool {
    from <= to && to < from.plus_years(PERIOD_YEARS_MAX)
}

/// A table with its bottom line; `None` when a sum does not fit.
pub fn table(by: Dimension, lines: Vec<Line>) -> Option<Table> {
    let mut all = Figures::default();
    for line in &lines {
        all = Figures {
            contracts: all.contracts.checked_add(line.figures.contracts)?,
            total: all.total.checked_add(line.figures.total)?,
            technical: all.technical.checked_add(line.figures.technical)?,
        };
    }
    Some(Table { by, lines, all })
}

pub fn ocid(prefix: &str, node: &str, contract: &str) -> String {
    format!("{prefix}-{node}-{contract}")
}

/// The release of one act, from the published projection of that version and nothing else (rule 7).
pub fn release(ocid: &str, seq: i64, at: UtcTime, kind: &str, public: &Value) -> Value {
    let text = |name: &str| public[name].as_str().unwrap_or_default();
    let (seller, buyer) = (text("seller_division"), text("buyer_division"));
    let party = |side: &str, division: &str| {
        json!({
            "id": format!("{side}-{division}"),
            "name": format!("{side} in {division}"),
            "roles": [if side == "seller" { "supplier" } else { "buyer" }],
            "address": {"region": division, "countryName": "CN"},
        })
    };
    let named = |side: &str, division: &str| json!({"id": format!("{side}-{division}"), "name": format!("{side} in {division}")});
    let award = format!("{}-award", text("number"));
    let total = yuan(&public["total_fen"]);
    json!({
        "ocid": ocid,
        "id": format!("{ocid}-{seq}"),
        "date": whole_seconds(at),
        "tag": [tag(kind)],
        "initiationType": "tender",
        "language": "zh",
        "parties": [party("seller", seller), party("buyer", buyer)],
        "buyer": named("buyer", buyer),
        "awards": [{
            "id": award,
            "status": "active",
            "value": total,
            "suppliers": [named("seller", seller)],
        }],
        "contracts": [{
            "id": text("number"),
            "awardID": award,
            "status": if matches!(kind, "contract.cancelled" | "contract.revoked") { "terminated" } else { "active" },
            "value": total,
            "dateSigned": instant(&public["signed_on"]),
            "period": {"startDate": instant(&public["start_on"]), "endDate": instant(&public["end_on"])},
            "technicalContract": {
                "class": text("class"),
                "subType": text("sub_type"),
                "technicalField": text("technical_field"),
                "planSource": text("plan_source"),
                "technicalValue": yuan(&public["technical_fen"]),
                "valueEstimated": public["estimated"].as_bool().unwrap_or(false),
                "registeredOn": public["registered_on"],
                "registrationState": text("state"),
                "edition": public["edition"],
            },
        }],
    })
}

fn tag(kind: &str) -> &'static str {
    match kind {
        "contract.amended" => "contractAmendment",
        "contract.cancelled" | "contract.revoked" => "contractTermination",
        _ => "contract",
    }
}

/// OCDS writes amounts in units of the currency, with decimals.
fn yuan(fen: &Value) -> Value {
    let amount = Fen(fen.as_i64().unwrap_or_default()).yuan();
    json!({"amount": amount.parse::<f64>().unwrap_or_default(), "currency": "CNY"})
}

/// The beginning of a day in Asia/Shanghai.
fn instant(day: &Value) -> Value {
    let day = day.as_str().and_then(|text| text.parse::<Day>().ok());
    day.map_or(Value::Null, |day| Value::String(whole_seconds(day.start())))
}

fn whole_seconds(at: UtcTime) -> String {
    UtcTime::from_seconds(at.seconds()).rfc3339()
}

/// All releases of a contract as a record; the last one is what stands.
pub fn record(ocid: &str, releases: &[Value]) -> Value {
    let mut compiled = releases.last().cloned().unwrap_or_default();
    if let Some(document) = compiled.as_object_mut() {
        document.insert("tag".into(), json!(["compiled"]));
        document.insert("id".into(), json!(format!("{ocid}-compiled-{}", releases.len())));
    }
    json!({"ocid": ocid, "releases": releases, "compiledRelease": compiled})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(contracts: i64, total: i64, technical: i64) -> Line {
        let figures = Figures { contracts, total: Fen(total), technical: Fen(technical) };
        Line { key: "x".into(), to: None, figures }
    }

    /// DOMAIN §2, amounts: each number has both amounts, and a table adds up.
    #[test]
    fn domain_2_a_table_adds_up() {
        let table = table(Dimension::Class, vec![line(2, 300, 200), line(1, 50, 50)]).unwrap();
        assert_eq!(table.all, Figures { contracts: 3, total: Fen(350), technical: Fen(250) });
        assert!(super::table(Dimension::Class, vec![line(1, i64::MAX, 0), line(1, 1, 0)]).is_none());
    }

    #[test]
    fn periods_run_forward_and_end() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        assert!(is_period(day("2026-01-01"), day("2026-01-01")));
        assert!(!is_period(day("2026-01-02"), day("2026-01-01")));
        assert!(!is_period(day("1990-01-01"), day("2026-01-01")));
        assert_eq!(month(day("2026-03-31")), "2026-03");
    }

    /// Rule 8: a quarter and a year end with their last month.
    #[test]
    fn rule_8_a_month_closes_its_quarter_and_year() {
        let names = |day: &str| -> Vec<String> {
            closed_with(day.parse().unwrap()).into_iter().map(|period| period.name).collect()
        };
        assert_eq!(names("2026-02-10"), ["2026-02"]);
        assert_eq!(names("2026-03-01"), ["2026-03", "2026-Q1"]);
        assert_eq!(names("2026-12-31"), ["2026-12", "2026-Q4", "2026"]);
        let leap = closed_with("2028-02-01".parse().unwrap());
        assert_eq!(
            (leap[0].from.to_string(), leap[0].to.to_string()),
            ("2028-02-01".into(), "2028-02-29".into())
        );
        let year = closed_with("2026-12-01".parse().unwrap());
        assert_eq!(
            (year[2].from.to_string(), year[2].to.to_string()),
            ("2026-01-01".into(), "2026-12-31".into())
        );
        assert_eq!(next_month("2026-12-05".parse().unwrap()).unwrap().to_string(), "2027-01-01");
    }

    /// OCDS 1.1.5: each act has a tag of its own; amounts in yuan; rule 7: no name of anybody.
    #[test]
    fn ocds_a_release_tells_one_act() {
        let public = json!({
            "number": "2026450701000001", "total_fen": 12_345_678, "technical_fen": 100, "class": "development",
            "seller_division": "450700", "buyer_division": "450702", "signed_on": "2026-02-01", "edition": 1,
            "start_on": "2026-02-01", "end_on": null, "state": "registered", "estimated": false,
        });
        let at = UtcTime::from_micros(1_500_000);
        let made = |kind: &str| release("o", 7, at, kind, &public);
        let first = made("contract.registered");
        assert_eq!(first["tag"], json!(["contract"]));
        assert_eq!(first["date"], "1970-01-01T00:00:01Z");
        assert_eq!(first["contracts"][0]["value"]["amount"], json!(123_456.78));
        assert_eq!(first["contracts"][0]["technicalContract"]["technicalValue"]["amount"], json!(1.0));
        assert_eq!(first["contracts"][0]["dateSigned"], "2026-01-31T16:00:00Z");
        assert_eq!(made("contract.amended")["tag"], json!(["contractAmendment"]));
        assert_eq!(made("contract.revoked")["contracts"][0]["status"], "terminated");
        let record = record("o", &[first, made("contract.amended")]);
        assert_eq!(record["compiledRelease"]["tag"], json!(["compiled"]));
        assert_eq!(record["releases"].as_array().unwrap().len(), 2);
    }
}

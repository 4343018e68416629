//! What a dry run tells, and how cells are read that other programs wrote.

use serde_json::{Value, json};
use techmart::papers::Cell;
use techmart::papers::xlsx::{self, Limits};

use super::import::{book, import, line};
use crate::support::City;
use crate::support::records::upload;

const OWNER: &str = "institute.member";

/// Issue, bulk import: a dry run tells everything at once: what cannot be read, what the rules say of the other lines,
/// and two lines that are the same deal.
#[test]
fn issue_a_dry_run_tells_everything_at_once() {
    let city = City::new();
    let client = city.as_(OWNER);
    let (mut wrong, mut late, mut again) = (line(1), line(2), line(3));
    wrong[2].1 = Cell::text("买卖合同");
    late[11].1 = Cell::Day("2026-02-28".parse().unwrap());
    again[1].1 = late[1].1.clone();
    let at = again.iter().position(|(title, _)| *title == "合同成交额（元）").unwrap();
    again[at].1 = late[at].1.clone();
    again.push(("中介机构名称", Cell::text("示例中介")));
    let bytes = xlsx::write(&book(&[wrong, late, again])).unwrap();
    let file = upload(&client, "丙.xlsx", &bytes).expect(201).id();
    let body = import(&client, &file, true).expect(200).body;
    let text = |it: &Value, name: &str| it[name].as_str().unwrap().to_owned();
    let mut told: Vec<_> =
        body["problems"].as_array().unwrap().iter().map(|it| (text(it, "cell"), text(it, "code"))).collect();
    told.sort();
    let codes: Vec<_> = told.iter().map(|(cell, code)| (cell.as_str(), code.as_str())).collect();
    assert_eq!(codes[0], ("A4", "contract_import_deal_twice"));
    assert!(
        codes.contains(&("C2", "unknown_value")) && codes.contains(&("L3", "contract_expired")),
        "{codes:?}"
    );
    assert!(codes.iter().any(|(_, code)| *code == "required"), "a broker has its credit code: {codes:?}");
    assert_eq!((&body["entries"], &body["more"]), (&json!(2), &json!(false)));
}

/// Issue, bulk import: an answer tells a thousand problems, and says when there are more.
#[test]
fn issue_a_bounded_answer_says_that_there_is_more() {
    let city = City::new();
    let client = city.as_(OWNER);
    let bare: Vec<_> = (1..=60).map(|number| vec![("序号", Cell::Whole(number))]).collect();
    let file = upload(&client, "空行.xlsx", &xlsx::write(&book(&bare)).unwrap()).expect(201).id();
    let body = import(&client, &file, true).expect(200).body;
    assert_eq!((body["problems"].as_array().unwrap().len(), &body["more"]), (1_000, &json!(true)));
    let refused = import(&client, &file, false).refused(422, "contract_import_has_problems");
    assert!(refused.text().contains("1000+"), "{}", refused.text());
    let path = format!("/api/v1/contracts/imports/problems.xlsx?file={file}");
    let rows = xlsx::read(&client.get(&path).expect(200).bytes, &Limits::default()).unwrap();
    assert_eq!(rows.len(), 1_002);
    assert!(rows[1_001][3].plain().contains("其余未列出"));
}

/// Civil Code art. 846, the royalty's rate: a cell that shows 3.5% holds 0.035, by a built-in format or one of its own.
#[test]
fn civil_code_846_a_styled_percentage_is_what_it_shows() {
    let styles = r#"<styleSheet><numFmts><numFmt numFmtId="170" formatCode="0.0&quot;%&quot;"/><numFmt numFmtId="171" formatCode="0.00%"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="10"/><xf numFmtId="171"/><xf numFmtId="170"/></cellXfs></styleSheet>"#;
    let cells = r#"<worksheet><sheetData><row r="1"><c s="1"><v>0.035</v></c><c s="2"><v>0.07</v></c><c s="3"><v>3.5</v></c><c><v>3.5</v></c></row></sheetData></worksheet>"#;
    let rows = xlsx::read(&workbook(cells, styles), &Limits::default()).unwrap();
    let shown: Vec<_> = rows[0].iter().map(xlsx::Value::plain).collect();
    assert_eq!(shown, ["3.5%", "7%", "3.5", "3.5"]);
    // Through the whole import: the template's cell, made a percentage.
    let pages = |value: xlsx::Value| {
        let mut pages =
            xlsx::read_pages(&xlsx::write(&book(&[line(1)])).unwrap(), &Limits::default()).unwrap();
        let at = pages[0].rows[0].iter().position(|cell| cell.plain() == "提成比例（%）").unwrap();
        let cells = pages[0].rows[1].len().max(at + 1);
        pages[0].rows[1].resize(cells, xlsx::Value::Empty);
        pages[0].rows[1][at] = value;
        techmart::contract::import::read(&pages)
            .unwrap()
            .entries
            .remove(0)
            .form
            .payment
            .royalty
            .unwrap()
            .rate_ppm
    };
    assert_eq!(pages(rows[0][0].clone()), 35_000);
    assert_eq!(pages(rows[0][3].clone()), 35_000);
}

/// A workbook of one sheet, as other programs write it.
pub fn workbook(cells: &str, styles: &str) -> Vec<u8> {
    use std::io::Write;
    use zip::write::SimpleFileOptions;
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relation = |id: u8, kind: &str, target: &str| {
        format!(r#"<Relationship Id="r{id}" Type="{office}/{kind}" Target="{target}"/>"#)
    };
    let root = format!("<Relationships>{}</Relationships>", relation(1, "officeDocument", "xl/workbook.xml"));
    let parts = format!(
        "<Relationships>{}{}</Relationships>",
        relation(1, "worksheet", "s.xml"),
        relation(2, "styles", "y.xml")
    );
    let book = r#"<workbook><sheets><sheet name="申请" r:id="r1"/></sheets></workbook>"#;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in [
        ("_rels/.rels", root.as_str()),
        ("xl/_rels/workbook.xml.rels", parts.as_str()),
        ("xl/workbook.xml", book),
        ("xl/s.xml", cells),
        ("xl/y.xml", styles),
    ] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

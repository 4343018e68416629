use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;
use crate::kernel::money::Fen;
use crate::kernel::time::Day;
use crate::papers::{Cell, Column, Sheet};

fn sheet() -> Sheet {
    let columns = vec![
        Column::new("名称").width(30).note("合同名称"),
        Column::new("类别").choices(vec!["技术开发".into(), "技术转让".into()]),
        Column::new("金额"),
        Column::new("日期"),
    ];
    let mut sheet = Sheet::new("登记簿", columns);
    let day = Day::new(2026, 2, 28).unwrap();
    sheet.rows.push(vec![
        Cell::text("=1+1 坭兴陶 <&> _x0041_"),
        Cell::Empty,
        Cell::Yuan(Fen(12_345_678)),
        Cell::Day(day),
    ]);
    sheet.rows.push(vec![
        Cell::text("行一\n行二"),
        Cell::Whole(-3),
        Cell::Yuan(Fen(9_007_199_254_740_991)),
        Cell::Empty,
    ]);
    sheet
}

#[test]
fn what_is_written_reads_back_cell_by_cell() {
    let bytes = write(&[sheet(), Sheet::new("空", vec![Column::new("列")])]).unwrap();
    assert_eq!(bytes, write(&[sheet(), Sheet::new("空", vec![Column::new("列")])]).unwrap(), "reproducible");
    let pages = read_pages(&bytes, &Limits::default()).unwrap();
    let names: Vec<_> = pages.iter().map(|page| page.name.as_str()).collect();
    assert_eq!(names, ["登记簿", "空", "代码表"]);
    let rows = &pages[0].rows;
    assert_eq!(rows[0][0], Value::Text("名称".into()));
    assert_eq!(rows[1][0], Value::Text("=1+1 坭兴陶 <&> _x0041_".into()));
    assert_eq!(rows[1][1], Value::Empty);
    assert_eq!(rows[1][2], Value::Number(123_456.78));
    assert_eq!(rows[1][2].plain(), "123456.78");
    assert_eq!(rows[1][3], Value::Day(Day::new(2026, 2, 28).unwrap()));
    assert_eq!(rows[2][0], Value::Text("行一\n行二".into()));
    assert_eq!(rows[2][1], Value::Number(-3.0));
    assert_eq!(rows[2][2], Value::Text("90071992547409.91".into()), "sixteen digits stay exact as text");
    assert_eq!(read(&bytes, &Limits::default()).unwrap(), *rows);
}

#[test]
fn choices_stand_on_a_hidden_sheet_and_more_than_a_sheet_holds_is_refused() {
    let bytes = write(&[sheet()]).unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
    let mut xml = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut xml)
        .unwrap();
    assert!(xml.contains("'代码表'!$A$1:$A$2"), "{xml}");
    let mut long = Sheet::new("长", vec![]);
    long.rows = vec![vec![]; ROWS_MAX + 1];
    assert_eq!(write(&[long]).unwrap_err().code(), "sheet_too_large");
}

/// A workbook around the given sheet.
fn package(sheet: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let parts = [
        (
            "_rels/.rels",
            format!(
                r#"<Relationships><Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                r#"<Relationships><Relationship Id="r1" Type="{office}/worksheet" Target="/xl/s.xml"/><Relationship Id="r2" Type="{office}/sharedStrings" Target="t.xml"/><Relationship Id="r3" Type="{office}/styles" Target="y.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/workbook.xml",
            r#"<x:workbook><x:sheets><x:sheet name="A&amp;B" r:id="r1"/></x:sheets></x:workbook>"#.into(),
        ),
        ("xl/s.xml", sheet.to_owned()),
    ];
    for (name, text) in parts.iter().map(|(n, t)| (*n, t.as_str())).chain(more.iter().copied()) {
        zip.start_file(name, options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn cells(xml: &str) -> String {
    format!("<worksheet><sheetData>{xml}</sheetData></worksheet>")
}

#[test]
fn other_producers_write_otherwise() {
    let shared = r#"<sst count="9999999999"><si><r><t>钦</t></r><r><t>州</t></r><rPh><t>qin</t></rPh></si><si/><si><t xml:space="preserve"> x_x000A_y </t></si></sst>"#;
    let styles = r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/><numFmt numFmtId="165" formatCode="0&quot;day&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="31"/></cellXfs></styleSheet>"#;
    let sheet = cells(
        r#"<row r="2"><c r="B2" t="s"><v>0</v></c><c t="s"><v>2</v></c><c r="D2" s="1"><v>43831.5</v></c><c r="E2" s="2"><v>43831</v></c><c r="F2" s="3"><v>61</v></c></row>
           <row><c t="inlineStr"><is><t>a&lt;b&#x4E2D;</t></is></c><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c><c><f>1+1</f><v>2</v></c><c r="E3"><f t="shared" si="99999999999"/></c><c r="XFD1048576" s="1"/></row>"#,
    );
    let bytes = package(&sheet, &[("xl/t.xml", shared), ("xl/y.xml", styles)]);
    let page = read_pages(&bytes, &Limits::default()).unwrap().remove(0);
    let day = |y, m, d| Value::Day(Day::new(y, m, d).unwrap());
    assert_eq!(page.name, "A&B");
    assert_eq!(page.rows.len(), 3, "an empty cell far away makes no rows");
    let text = |text: &str| Value::Text(text.into());
    assert_eq!(
        page.rows[1],
        [
            Value::Empty,
            text("钦州"),
            text(" x\ny "),
            day(2020, 1, 1),
            Value::Number(43831.0),
            day(1900, 3, 1)
        ]
    );
    let fault = Value::Fault("#N/A".into());
    assert_eq!(page.rows[2], [text("a<b中"), Value::Truth(true), fault, Value::Formula, Value::Formula]);
}

fn refused(bytes: &[u8]) -> &'static str {
    read_pages(bytes, &Limits::default()).unwrap_err().code()
}

#[test]
fn a_bomb_stops_at_the_budget() {
    let limits = Limits { inflated_bytes_max: 1024 * 1024, ..Limits::default() };
    let refused = |bytes: &[u8]| read_pages(bytes, &limits).unwrap_err().code();
    let zeros = "0".repeat(4 * 1024 * 1024);
    let bytes = package(&zeros, &[]);
    assert!(bytes.len() < 64 * 1024, "{} bytes unpack to 4 MiB", bytes.len());
    assert_eq!(refused(&bytes), "xlsx_inflates_too_large");
    let mut lying = package(&zeros, &[]);
    // The size that the directory declares is made small: it is not believed.
    let declared = u32::try_from(zeros.len()).unwrap().to_le_bytes();
    let at: Vec<_> = lying.windows(4).enumerate().filter(|(_, w)| *w == declared).map(|(at, _)| at).collect();
    at.iter().for_each(|at| lying[*at..at + 4].copy_from_slice(&9_u32.to_le_bytes()));
    assert!(!at.is_empty());
    assert!(["xlsx_inflates_too_large", "xlsx_invalid"].contains(&refused(&lying)));
}

#[test]
fn each_limit_has_its_code() {
    assert_eq!(refused(&vec![b'P'; 10 * 1024 * 1024 + 1]), "xlsx_too_large");
    assert_eq!(refused(b"not a zip"), "xlsx_invalid");
    assert_eq!(refused(b""), "xlsx_invalid");
    assert_eq!(refused(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0]), "xlsx_encrypted");
    let names: Vec<_> = (0..201).map(|at| format!("p{at}")).collect();
    let parts: Vec<_> = names.iter().map(|name| (name.as_str(), "")).collect();
    assert_eq!(refused(&package("", &parts)), "xlsx_too_many_parts");
    let cell = |name: &str| package(&cells(&format!(r#"<row><c r="{name}"><v>1</v></c></row>"#)), &[]);
    assert_eq!(refused(&cell("A1048576")), "xlsx_too_many_rows");
    assert_eq!(refused(&cell("XFD1")), "xlsx_too_many_columns");
    let wide: String = (1..=3000).map(|row| format!(r#"<row><c r="GR{row}"><v>1</v></c></row>"#)).collect();
    assert_eq!(refused(&package(&cells(&wide), &[])), "xlsx_too_many_cells");
    let long = format!(r#"<row><c t="str"><v>{}</v></c></row>"#, "长".repeat(5_001));
    let refusal = read_pages(&package(&cells(&long), &[]), &Limits::default()).unwrap_err();
    assert_eq!((refusal.code(), refusal.params()[0].1.as_str()), ("xlsx_cell_too_long", "A1"));
    let entity = r#"<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet><sheetData><row><c t="str"><v>&a;</v></c></row></sheetData></worksheet>"#;
    assert_eq!(refused(&package(entity, &[])), "xlsx_invalid");
    let missing = r#"<row><c t="s"><v>7</v></c></row>"#;
    assert_eq!(refused(&package(&cells(missing), &[])), "xlsx_invalid");
}

#[test]
fn a_long_shared_text_is_not_copied_without_end() {
    let shared = format!("<sst><si><t>{}</t></si></sst>", "x".repeat(1_000_000));
    let many: String = (0..1000).map(|_| r#"<row><c t="s"><v>0</v></c></row>"#).collect();
    assert_eq!(refused(&package(&cells(&many), &[("xl/t.xml", &shared)])), "xlsx_cell_too_long");
}

#[test]
fn cells_are_called_as_users_call_them() {
    assert_eq!(cell_name(0, 0), "A1");
    assert_eq!(cell_name(11, 27), "AB12");
    assert_eq!(cell_name(0, 702), "AAA1");
}

//! Applications from a spreadsheet.

use serde_json::{Value, json};

use crate::support::contracts::credit_code;
use crate::support::records::{pdf, upload};
use crate::support::{City, Client, Response};
use techmart::contract::import::template;
use techmart::papers::xlsx::{self, Limits};
use techmart::papers::{Cell, Sheet};

const OWNER: &str = "institute.member";

/// Cells of one complete application.
pub fn line(number: i64) -> Vec<(&'static str, Cell)> {
    let text = |text: &str| Cell::text(text);
    let day = |day: &str| Cell::Day(day.parse().unwrap());
    vec![
        ("序号", Cell::Whole(number)),
        ("项目名称", text(&format!("批量坭兴陶窑炉研制（示例 {number}）"))),
        ("合同类别", text("技术开发合同")),
        ("合同子类", text("委托开发")),
        ("技术领域", text("new_materials")),
        ("社会经济目标", text("07")),
        ("国民经济行业", text("30")),
        ("计划来源", text("none")),
        ("内容摘要", text("研制低氮分级燃烧系统，并在生产窑上验证。")),
        ("签订日期", day("2026-02-01")),
        ("起始日期", day("2026-02-01")),
        ("终止日期", day("2027-01-31")),
        ("书面合同", text("是")),
        ("关联交易", text("否")),
        ("合同成交额（元）", Cell::Yuan(techmart::kernel::money::Fen(100_000_000 + number))),
        ("卖方名称", text("示例institute")),
        ("卖方信用代码", text(&credit_code("institute"))),
        ("卖方单位性质", text("public_university")),
        ("卖方区划代码", text("450700")),
        ("卖方地址", text("钦州市示例路 1 号")),
        ("卖方法定代表人", text("示例甲")),
        ("卖方联系人", text("示例乙")),
        ("卖方电话", text("0777-2800009")),
        ("买方名称", text("示例enterprise")),
        ("买方信用代码", text(&credit_code("enterprise"))),
        ("买方单位性质", text("limited_liability")),
        ("买方区划代码", text("450702")),
        ("买方地址", text("钦州市示例路 2 号")),
        ("买方法定代表人", text("示例丙")),
        ("买方联系人", text("示例丁")),
        ("买方电话", text("0777-2800010")),
        ("买方企业规模", text("small")),
        ("支付方式", text("lump_sum")),
        ("涉及的知识产权", text("none")),
        ("创新内容", text("首次在坭兴陶窑上采用低氮分级燃烧。")),
    ]
}

/// The template with these lines.
pub fn book(lines: &[Vec<(&'static str, Cell)>]) -> Vec<Sheet> {
    let mut sheets = template();
    let titles: Vec<String> = sheets[0].columns.iter().map(|column| column.title.clone()).collect();
    for line in lines {
        let mut row = vec![Cell::Empty; titles.len()];
        for (title, cell) in line {
            let at = titles.iter().position(|known| known == title).unwrap_or_else(|| panic!("{title}"));
            row[at] = cell.clone();
        }
        sheets[0].rows.push(row);
    }
    sheets
}

/// An uploaded workbook with so many complete applications.
pub fn uploaded(client: &Client, entries: i64) -> String {
    let lines: Vec<_> = (1..=entries).map(line).collect();
    upload(client, "批量申请.xlsx", &xlsx::write(&book(&lines)).unwrap()).expect(201).id()
}

pub fn import(client: &Client, file: &str, dry_run: bool) -> Response {
    client.post("/api/v1/contracts/imports", json!({"file": file, "dry_run": dry_run}))
}

fn own(client: &Client) -> Vec<Value> {
    let body = client.get("/api/v1/contracts?limit=100").expect(200).body;
    body["items"].as_array().unwrap().clone()
}

/// Issue: template downloadable; dry run; nothing half-imported.
#[test]
fn applications_come_from_a_spreadsheet_all_at_once() {
    let city = City::new();
    let client = city.as_(OWNER);
    let template = client.get("/api/v1/contracts/imports/template.xlsx").expect(200).bytes;
    let pages = xlsx::read_pages(&template, &Limits::default()).unwrap();
    assert_eq!(pages[0].name, "申请");
    let file = uploaded(&client, 25);
    let dry = import(&client, &file, true).expect(200).body;
    assert_eq!((&dry["entries"], &dry["problems"]), (&json!(25), &json!([])));
    assert!(own(&client).is_empty(), "a dry run leaves nothing");
    let keyed = client.with("idempotency-key", "import-1");
    let done = import(&keyed, &file, false).expect(201).body;
    assert_eq!(done["entries"], 25);
    let again = import(&keyed, &file, false).expect(201);
    assert_eq!(
        (again.header("idempotency-replayed"), &again.body),
        ("true", &done),
        "a lost answer comes again"
    );
    let id = done["id"].as_str().unwrap();
    assert_eq!(client.get(&format!("/api/v1/contracts/imports/{id}")).expect(200).body, done);
    let drafts = own(&client);
    assert_eq!(drafts.len(), 25);
    let first = drafts.iter().find(|it| it["total_fen"] == 100_000_001).unwrap();
    let first = first["id"].as_str().unwrap();
    let shown = client.get(&format!("/api/v1/contracts/{first}")).expect(200).body;
    assert_eq!(shown["form"]["total_fen"], 100_000_001);
    assert_eq!(shown["form"]["seller"]["phone"], "0777-2800009");
    assert_eq!(shown["state"], "draft");
    // The same bytes a second time.
    let again = import(&client, &file, false).refused(409, "contract_import_already_done");
    assert!(again.text().contains(id), "{}", again.text());
    assert_eq!(own(&client).len(), 25);
    city.as_("institute2.member").get(&format!("/api/v1/contracts/imports/{id}")).refused(404, "not_found");
}

/// An imported draft is filed like any other, once its main text is attached.
#[test]
fn an_imported_draft_goes_its_way() {
    let city = City::new();
    let client = city.as_(OWNER);
    let file = uploaded(&client, 1);
    import(&client, &file, false).expect(201);
    let id = own(&client)[0]["id"].as_str().unwrap().to_owned();
    let form = client.get(&format!("/api/v1/contracts/{id}")).expect(200).body["form"].clone();
    let text = upload(&client, "合同正文.pdf", &pdf("imported")).expect(201).id();
    let body = json!({"form": form, "attachments": [{"file": text, "kind": "main_text"}]});
    client.put(&format!("/api/v1/contracts/{id}"), body).expect(200);
    let office = json!({"office": city.organisation("registration_office")});
    client.post(&format!("/api/v1/contracts/{id}/submit"), office).expect(200);
}

/// Issue: a dry run that returns a per-cell error sheet; DOMAIN §2 rules are asked as for a filing.
#[test]
fn every_problem_is_told_by_its_cell() {
    let city = City::new();
    let client = city.as_(OWNER);
    let (mut wrong, mut late) = (line(1), line(2));
    wrong[2].1 = Cell::text("买卖合同");
    late[11].1 = Cell::Day("2026-02-28".parse().unwrap());
    late.retain(|(title, _)| *title != "创新内容");
    let cells = xlsx::write(&book(&[wrong])).unwrap();
    let rules = xlsx::write(&book(&[line(1), late])).unwrap();
    let (cells, rules) = (
        upload(&client, "甲.xlsx", &cells).expect(201).id(),
        upload(&client, "乙.xlsx", &rules).expect(201).id(),
    );
    let told = |file: &str| -> Vec<(String, String)> {
        let body = import(&client, file, true).expect(200).body;
        let text = |it: &Value, name: &str| it[name].as_str().unwrap().to_owned();
        body["problems"].as_array().unwrap().iter().map(|it| (text(it, "cell"), text(it, "code"))).collect()
    };
    let pair = |cell: &str, code: &str| (cell.to_owned(), code.to_owned());
    assert_eq!(told(&cells), [pair("C2", "unknown_value")]);
    let found = told(&rules);
    assert!(found.contains(&pair("L3", "contract_expired")), "{found:?}");
    assert!(found.iter().any(|(_, code)| code == "contract_novelty_required"), "{found:?}");
    import(&client, &rules, false).refused(422, "contract_import_has_problems");
    let sheet =
        client.get(&format!("/api/v1/contracts/imports/problems.xlsx?file={rules}")).expect(200).bytes;
    let rows = xlsx::read(&sheet, &Limits::default()).unwrap();
    assert_eq!(rows.len(), found.len() + 1);
    assert!(own(&client).is_empty(), "nothing half-imported");
}

/// Issue, bad input: a file that is not what it says, wrong columns, a zip bomb; a workbook above the import's limit and
/// a file above the upload's, which stops whatever is longer at the same count.
#[test]
fn bad_files_have_their_codes() {
    let city = City::new();
    let client = city.as_(OWNER);
    let put = |name: &str, bytes: &[u8]| upload(&client, name, bytes).expect(201).id();
    let not_one = put("文本.pdf", &pdf("no workbook"));
    import(&client, &not_one, true).refused(422, "xlsx_invalid");
    let other = xlsx::write(&[Sheet::new("别的", vec![])]).unwrap();
    import(&client, &put("别的.xlsx", &other), true).refused(422, "contract_import_sheet_missing");
    let mut columns = book(&[line(1)]);
    columns[0].columns[1].title = "合同名称".into();
    let columns = put("列.xlsx", &xlsx::write(&columns).unwrap());
    let refused = import(&client, &columns, true).refused(422, "contract_import_columns_wrong");
    assert!(refused.text().contains("项目名称") && refused.text().contains("合同名称"));
    import(&client, &put("空.xlsx", &xlsx::write(&template()).unwrap()), true)
        .refused(422, "contract_import_empty");
    let bomb = super::dry_run::workbook(&"0".repeat(70 * 1024 * 1024), "<styleSheet/>");
    assert!(bomb.len() < 1024 * 1024, "{} bytes unpack to 70 MiB", bomb.len());
    import(&client, &put("炸弹.xlsx", &bomb), true).refused(413, "xlsx_inflates_too_large");
    let large = vec![b'x'; 11 * 1024 * 1024];
    import(&client, &put("大.txt", &large), true).refused(413, "xlsx_too_large");
    let huge = vec![b'x'; 31 * 1024 * 1024];
    upload(&client, "巨.txt", &huge).refused(413, "file_too_large");
    let another = city.as_("institute2.member");
    import(&another, &columns, true).refused(404, "not_found");
}

/// Issue: nothing half-imported, also when the process dies in the middle.
#[test]
fn an_import_that_ends_in_the_middle_leaves_nothing_to_see() {
    use techmart::contract::service::{begin_import, examine, finish_import, import_slice, sweep_imports};
    let city = City::new();
    let client = city.as_(OWNER);
    let file = uploaded(&client, 30);
    let actor = city.actor(OWNER);
    let bytes = xlsx::write(&book(&(1..=30).map(line).collect::<Vec<_>>())).unwrap();
    let by = actor.clone();
    let forms = city
        .app
        .db
        .read_blocking(move |snapshot| examine(snapshot, &by, &bytes, "2026-03-02".parse().unwrap()))
        .unwrap()
        .forms;
    assert_eq!(forms.len(), 30);
    let id = file.parse().unwrap();
    let (by, part) = (actor.clone(), forms[..10].to_vec());
    let begun = city.app.db.write_blocking("test.begin", move |tx| {
        let stored = techmart::files::service::own(tx, &by, id)?;
        let import = begin_import(tx, &by, &stored, 30)?;
        import_slice(tx, &by, import, &part)?;
        Ok(import)
    });
    let begun = begun.unwrap().value;
    assert!(own(&client).is_empty(), "invisible until it is finished");
    let by = actor.clone();
    let early = city.app.db.write_blocking("test.finish", move |tx| finish_import(tx, &by, begun));
    assert_eq!(early.unwrap_err().code(), "contract_import_changed", "twenty are missing");
    assert!(own(&client).is_empty());
    city.clock.advance_seconds(2 * 3600);
    while city.app.db.write_blocking("test.sweep", sweep_imports).unwrap().value {}
    // Nothing of it is left, and the file can still be imported.
    import(&city.as_(OWNER), &file, false).expect(201);
    assert_eq!(own(&city.as_(OWNER)).len(), 30);
}

/// Issue 4, done when: 1 000 applications from one XLSX, in slices. How long they take is printed, not judged.
#[test]
fn a_thousand_applications_come_in_slices() {
    use techmart::contract::service::{SLICE_ENTRIES, examine};
    let city = City::new();
    let client = city.as_(OWNER);
    let file = uploaded(&client, 1_000);
    let started = std::time::Instant::now();
    import(&client, &file, false).expect(201);
    println!("1000 applications imported in {:?}, {SLICE_ENTRIES} in a slice", started.elapsed());
    let slices = slices(&city, &examine_again(&city, examine));
    println!("slices: median {:?}, longest {:?}", slices[slices.len() / 2], slices.last().unwrap());
    let mut seen = 0;
    let mut cursor = String::new();
    loop {
        let page = client.get(&format!("/api/v1/contracts?limit=100{cursor}")).expect(200).body;
        seen += page["items"].as_array().unwrap().len();
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, 1_000);
}

type Examine = fn(
    &mut techmart::db::Conn,
    &techmart::kernel::actor::Actor,
    &[u8],
    techmart::kernel::time::Day,
) -> Result<techmart::contract::service::Examined, techmart::kernel::error::Refusal>;

fn examine_again(city: &City, examine: Examine) -> Vec<techmart::contract::form::Form> {
    let bytes = xlsx::write(&book(&(1..=200).map(line).collect::<Vec<_>>())).unwrap();
    let actor = city.actor(OWNER);
    let read = move |snapshot: &mut techmart::db::Snapshot| {
        examine(snapshot, &actor, &bytes, "2026-03-02".parse().unwrap())
    };
    city.app.db.read_blocking(read).unwrap().forms
}

/// How long each slice takes inside the writer, in order of length.
fn slices(city: &City, forms: &[techmart::contract::form::Form]) -> Vec<std::time::Duration> {
    use techmart::contract::service::{SLICE_ENTRIES, begin_import, import_slice};
    let (actor, client) = (city.actor(OWNER), city.as_(OWNER));
    let id = uploaded(&client, 200).parse().unwrap();
    let by = actor.clone();
    let begin = move |tx: &mut techmart::db::Tx| {
        let stored = techmart::files::service::own(tx, &by, id)?;
        begin_import(tx, &by, &stored, 200)
    };
    let import = city.app.db.write_blocking("test.begin", begin).unwrap().value;
    let (mut took, mut done) = (vec![], 0);
    while done < forms.len() {
        let (by, rest) = (actor.clone(), forms[done..].to_vec());
        let timed = move |tx: &mut techmart::db::Tx| {
            let started = std::time::Instant::now();
            let taken = import_slice(tx, &by, import, &rest)?;
            Ok((taken, started.elapsed()))
        };
        let (taken, slice) = city.app.db.write_blocking("test.slice", timed).unwrap().value;
        assert!((1..=SLICE_ENTRIES).contains(&taken));
        took.push(slice);
        done += taken;
    }
    took.sort();
    took
}

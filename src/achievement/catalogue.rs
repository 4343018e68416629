//! A holder's catalogue of achievements (成果目录) for a period, as JSON and as a table for spreadsheets.

use actix_web::get;
use actix_web::web::Query;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::db::Snapshot;
use crate::http::{Answer, Edge, Reply};
use crate::identity;
use crate::kernel::error::Refusal;
use crate::kernel::id::OrganisationId;
use crate::kernel::money::Fen;
use crate::kernel::permission::Permission;
use crate::kernel::time::Day;
use crate::kernel::vocabulary;
use crate::listing::model::State;
use crate::listing::{Price, service};
use crate::papers::{self, Cell, Column, Sheet};

use super::model::{Achievement, Content, Record};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Period {
    /// The organisation whose catalogue it is.
    holder: OrganisationId,
    /// First day of publication.
    from: Day,
    /// Last day of publication, included.
    to: Day,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AchievementCatalogue)]
struct Catalogue {
    holder: OrganisationId,
    holder_name: String,
    from: Day,
    to: Day,
    items: Vec<Entry>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AchievementCatalogueEntry)]
struct Entry {
    number: usize,
    urn: String,
    /// `published`, or `traded` or `expired` since.
    #[schema(inline)]
    state: State,
    title: String,
    contributors: Vec<String>,
    year: Option<i32>,
    technical_field: Option<String>,
    trl: Option<i32>,
    level: Option<String>,
    ip_numbers: Vec<String>,
    cooperation_modes: Vec<String>,
    price: Option<Price>,
    published_on: Option<Day>,
    valid_until: Option<Day>,
}

/// What a holder published within a period, what was traded or has expired since included; what it took back is not.
#[utoipa::path(
    tag = "achievement",
    operation_id = "achievement_catalogue",
    params(Period),
    responses((status = 200, body = Catalogue)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/achievements/catalogue")]
pub async fn show_catalogue(edge: Edge, period: Query<Period>) -> Answer {
    edge.read_slow(Permission::Public, move |snapshot, _| Reply::ok(&of(snapshot, &period)?)).await
}

/// The same as a CSV file (UTF-8 with byte order mark).
#[utoipa::path(
    tag = "achievement",
    operation_id = "achievement_catalogue_csv",
    params(Period),
    responses((status = 200, content_type = "text/csv")),
    extensions(("x-permission" = json!("public")))
)]
#[get("/achievements/catalogue.csv")]
pub async fn download_catalogue(edge: Edge, period: Query<Period>) -> Answer {
    edge.read_slow(Permission::Public, move |snapshot, _| {
        let catalogue = of(snapshot, &period)?;
        let name = format!("成果目录-{}-{}-{}.csv", catalogue.holder_name, catalogue.from, catalogue.to);
        Reply::file(papers::CSV_MEDIA_TYPE, &name, papers::csv::write(&table(&catalogue)))
    })
    .await
}

fn of(snapshot: &mut Snapshot, period: &Period) -> Result<Catalogue, Refusal> {
    let holder = identity::service::organisation(snapshot, period.holder)?;
    let records = service::catalogue::<Achievement>(snapshot, period.holder, period.from, period.to)?;
    let entries = records.iter().enumerate().filter_map(|(at, record)| entry(at + 1, record));
    Ok(Catalogue {
        holder: period.holder,
        holder_name: holder.profile.name,
        from: period.from,
        to: period.to,
        items: entries.collect(),
    })
}

fn entry(number: usize, record: &Record) -> Option<Entry> {
    let approved: &Content = record.published.as_ref()?;
    let mut people: Vec<_> = approved.contributors.iter().collect();
    people.sort_by_key(|person| person.rank);
    Some(Entry {
        number,
        urn: record.urn.clone(),
        state: record.standing.state(),
        title: approved.title.clone(),
        contributors: people.into_iter().map(|person| person.name.clone()).collect(),
        year: approved.year,
        technical_field: approved.technical_field.clone(),
        trl: approved.trl,
        level: approved.level.clone(),
        ip_numbers: approved.ip_assets.iter().filter_map(|asset| asset.number.clone()).collect(),
        cooperation_modes: approved.cooperation_modes.clone(),
        price: approved.price,
        published_on: record.published_at.map(|at| at.day()),
        valid_until: record.ends_on,
    })
}

/// In the words of the clerks who read it.
fn table(catalogue: &Catalogue) -> Sheet {
    let titles = [
        "序号",
        "成果名称",
        "完成人",
        "完成年份",
        "技术领域",
        "成熟度",
        "成果水平",
        "知识产权号",
        "合作方式",
        "价格（元）",
        "发布日期",
        "有效期至",
        "状态",
        "编号",
    ];
    let mut sheet = Sheet::new("成果目录", titles.map(Column::new).to_vec());
    sheet.rows = catalogue.items.iter().map(row).collect();
    sheet
}

fn row(entry: &Entry) -> Vec<Cell> {
    let label = |list: &str, code: &Option<String>| {
        Cell::text(code.as_deref().map_or("", |code| vocabulary::zh(list, code)))
    };
    let modes: Vec<_> =
        entry.cooperation_modes.iter().map(|mode| vocabulary::zh("cooperation_mode", mode)).collect();
    let trl = entry.trl.map(|trl| format!("{trl} {}", vocabulary::zh("trl", &trl.to_string())));
    vec![
        Cell::Whole(i64::try_from(entry.number).unwrap_or(i64::MAX)),
        Cell::text(&entry.title),
        Cell::text(entry.contributors.join("、")),
        entry.year.map_or(Cell::Empty, |year| Cell::Whole(year.into())),
        label("technical_field", &entry.technical_field),
        Cell::text(trl.unwrap_or_default()),
        label("achievement_level", &entry.level),
        Cell::text(entry.ip_numbers.join("、")),
        Cell::text(modes.join("、")),
        entry.price.map_or(Cell::Empty, price),
        entry.published_on.into(),
        entry.valid_until.into(),
        Cell::text(vocabulary::zh("achievement_state", entry.state.as_str())),
        Cell::text(&entry.urn),
    ]
}

fn price(price: Price) -> Cell {
    match price {
        Price::Negotiable {} => Cell::text("面议"),
        Price::Fixed { amount_fen } => Cell::Yuan(Fen(amount_fen)),
        Price::Range { low_fen, high_fen } => {
            Cell::text(format!("{}～{}", Fen(low_fen).yuan(), Fen(high_fen).yuan()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_read_in_yuan() {
        assert_eq!(price(Price::Range { low_fen: 100, high_fen: 25_050 }).plain(), "1.00～250.50");
        assert_eq!(price(Price::Negotiable {}).plain(), "面议");
    }
}

//! Public holidays and limits.

use actix_web::{get, post, web};
use serde::{Deserialize, Serialize};

use crate::http::{Answer, Edge, Input, Reply};
use crate::kernel::codes_common::OUT_OF_RANGE;
use crate::kernel::error::Refusal;
use crate::kernel::permission::Permission;
use crate::kernel::time::{Day, UtcTime};
use crate::reference::model::{CalendarYear, DayKind, Limit, LimitUnit};
use crate::reference::rules::LIMIT_DAYS_MAX;
use crate::reference::service::{self, ImportCalendar};

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct HolidayImport {
    #[schema(examples(2027))]
    year: i32,
    /// The notice it was taken from.
    source: String,
    /// Lines `day,kind,name`; kind is `holiday` (放假) or `workday` (补班, a weekend day worked). Only days that
    /// differ from the plain week are needed.
    #[schema(examples("day,kind,name\n2027-01-01,holiday,元旦\n"))]
    csv: String,
}

#[derive(Serialize, utoipa::ToSchema)]
struct CalendarView {
    year: i32,
    version: i64,
    source: String,
    imported_at: UtcTime,
    days: Vec<DayView>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct DayView {
    day: Day,
    kind: DayKind,
    name: String,
}

impl From<CalendarYear> for CalendarView {
    fn from(calendar: CalendarYear) -> Self {
        let days = calendar.days.into_iter();
        CalendarView {
            year: calendar.year,
            version: calendar.version,
            source: calendar.source,
            imported_at: calendar.imported_at,
            days: days.map(|day| DayView { day: day.day, kind: day.kind, name: day.name }).collect(),
        }
    }
}

/// Replaces the public holidays of a year as a whole.
#[utoipa::path(
    tag = "reference",
    request_body = HolidayImport,
    responses((status = 200, body = CalendarView)),
    extensions(("x-permission" = json!("reference.manage")))
)]
#[post("/holidays/import")]
pub(super) async fn import_holidays(edge: Edge, input: Input<HolidayImport>) -> Answer {
    edge.write("holidays.import", Permission::ReferenceManage, input, |tx, actor, input| {
        let import =
            ImportCalendar { year: input.year, source: input.source.clone(), csv: input.csv.clone() };
        let calendar = service::import_calendar(tx, actor, &import)?;
        let version = calendar.version;
        Ok(Reply::ok(&CalendarView::from(calendar))?.version(version))
    })
    .await
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct HolidaysQuery {
    year: i32,
}

/// The public holidays and make-up days of a year.
#[utoipa::path(
    tag = "reference",
    params(HolidaysQuery),
    responses((status = 200, body = CalendarView)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/holidays")]
pub(super) async fn holidays(edge: Edge, query: web::Query<HolidaysQuery>) -> Answer {
    let year = query.into_inner().year;
    edge.read(Permission::Public, move |snapshot, _| {
        let calendar = service::calendar_year(snapshot, year)?;
        let version = calendar.version;
        Ok(Reply::ok(&CalendarView::from(calendar))?.version(version))
    })
    .await
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct DeadlineQuery {
    /// Day of the event; it does not count itself.
    from: Day,
    /// 1 to 1000.
    days: u32,
    /// `calendar_day` or `working_day`.
    unit: LimitUnit,
}

#[derive(Serialize, utoipa::ToSchema)]
struct DeadlineView {
    /// The last day of the limit.
    day: Day,
    /// Whether the public holidays of every year it touches are known.
    complete: bool,
}

/// The last day of a limit, by the rules that registration and publicity use.
#[utoipa::path(
    tag = "reference",
    params(DeadlineQuery),
    responses((status = 200, body = DeadlineView)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/deadline")]
pub(super) async fn deadline(edge: Edge, query: web::Query<DeadlineQuery>) -> Answer {
    let query = query.into_inner();
    edge.read(Permission::Public, move |snapshot, _| {
        if !(1..=LIMIT_DAYS_MAX).contains(&query.days) {
            return Err(Refusal::new(&OUT_OF_RANGE).with("min", 1).with("max", LIMIT_DAYS_MAX));
        }
        let limit = Limit { days: query.days, unit: query.unit };
        let deadline = service::deadline(snapshot, query.from, limit)?;
        Reply::ok(&DeadlineView { day: deadline.day, complete: deadline.complete })
    })
    .await
}

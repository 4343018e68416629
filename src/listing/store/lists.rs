//! Lists: narrowed, sorted, paged by the position of the last row.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::helper_types::IntoBoxed;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use crate::db::Conn;
use crate::db::conn::MultiBackend;
use crate::db::schema::listing::listing;
use crate::kernel::codes_common::CURSOR_INVALID;
use crate::kernel::error::Refusal;
use crate::kernel::id::OrganisationId;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::time::UtcTime;
use crate::listing::kind::Kind;
use crate::listing::model::{Filter, Listing, Sort, State, Summary, industry_key};

use super::row::{Row, SummaryRow};

/// A literal, so that both planners know the partial indexes to fit.
pub fn is_published() -> SqlLiteral<Bool> {
    sql::<Bool>("listing.state = 'published'")
}

/// Where a page ended: the order, the sort key (times and days as text) and the id.
type Position = (String, String, String);

type Query<'a> = IntoBoxed<'a, listing::table, MultiBackend>;

/// Published records.
pub fn public<K: Kind>(
    conn: &mut Conn,
    filter: &Filter,
    sort: Sort,
    page: &PageQuery,
    node: &str,
) -> Result<Page<Summary<K>>, Refusal> {
    let query = narrowed(listing::table.into_boxed(), filter);
    let query = query.filter(listing::entity.eq(K::TYPE)).filter(is_published());
    let query = from_position(query, sort, page.after()?)?;
    let rows: Vec<SummaryRow> =
        ordered(query, sort).limit(page.limit + 1).select(SummaryRow::as_select()).load(conn)?;
    let items: Vec<Summary<K>> = rows.into_iter().map(|row| row.build(node)).collect();
    Ok(Page::cut(items, page.limit, |item| position(item, sort)))
}

fn narrowed<'a>(mut query: Query<'a>, filter: &Filter) -> Query<'a> {
    if let Some(holder) = filter.holder {
        query = query.filter(listing::holder.eq(holder));
    }
    if let Some(field) = &filter.technical_field {
        query = query.filter(listing::technical_field.eq(field.clone()));
    }
    if let Some(industry) = &filter.industry {
        // `C` finds `C30` as well: stored from the section down.
        let key = industry_key(industry);
        query = query.filter(listing::industry.between(key.clone(), format!("{key}~")));
    }
    if let Some(division) = &filter.division {
        query = match division.strip_suffix("00") {
            // A prefecture holds its counties and zones; by the expression that an index has, because a range of
            // codes would be sorted whole.
            Some(city) if !city.ends_with("00") => {
                let inside =
                    sql::<Bool>("substr(listing.division, 1, 4) = ").bind::<Text, _>(city.to_owned());
                query.filter(inside)
            }
            _ => query.filter(listing::division.eq(division.clone())),
        };
    }
    if let Some(kind) = &filter.kind {
        query = query.filter(listing::kind.eq(kind.clone()));
    }
    if let Some(trl) = filter.trl_min {
        query = query.filter(listing::trl.ge(trl));
    }
    if let Some(trl) = filter.trl_max {
        query = query.filter(listing::trl.le(trl));
    }
    if let Some(year) = filter.year_min {
        query = query.filter(listing::year.ge(year));
    }
    if let Some(year) = filter.year_max {
        query = query.filter(listing::year.le(year));
    }
    if let Some(fen) = filter.price_max_fen {
        query = query.filter(listing::low_fen.le(fen));
    }
    query
}

fn ordered(query: Query<'_>, sort: Sort) -> Query<'_> {
    match sort {
        Sort::Newest => query.order((listing::published_at.desc(), listing::id.desc())),
        Sort::PriceUp => query.order((listing::low_fen.asc(), listing::id.asc())),
        Sort::PriceDown => query.order((listing::high_fen.desc(), listing::id.desc())),
        Sort::EndingSoon => query.order((listing::ends_on.asc(), listing::id.asc())),
    }
}

fn position<K>(item: &Summary<K>, sort: Sort) -> Position {
    let key = match sort {
        Sort::Newest => item.published_at.map_or(0, UtcTime::micros).to_string(),
        Sort::PriceUp => item.index.price.low_fen.to_string(),
        Sort::PriceDown => item.index.price.high_fen.to_string(),
        Sort::EndingSoon => item.ends_on.map_or_else(|| "9999-12-31".into(), |day| day.to_string()),
    };
    (sort.to_string(), key, item.id.to_string())
}

/// `key ≥ k and (key > k or id > i)` instead of the usual or-form: the first half is a range of the index.
fn from_position(query: Query<'_>, sort: Sort, position: Option<Position>) -> Result<Query<'_>, Refusal> {
    let Some((of, key, id)) = position else { return Ok(query) };
    if of != sort.as_str() {
        return Err(Refusal::new(&CURSOR_INVALID));
    }
    let number = || key.parse::<i64>().map_err(|_| Refusal::new(&CURSOR_INVALID));
    Ok(match sort {
        Sort::Newest => {
            let at = UtcTime::from_micros(number()?);
            query
                .filter(listing::published_at.le(at))
                .filter(listing::published_at.lt(at).or(listing::id.lt(id)))
        }
        Sort::PriceUp => {
            let fen = number()?;
            query.filter(listing::low_fen.ge(fen)).filter(listing::low_fen.gt(fen).or(listing::id.gt(id)))
        }
        Sort::PriceDown => {
            let fen = number()?;
            query.filter(listing::high_fen.le(fen)).filter(listing::high_fen.lt(fen).or(listing::id.lt(id)))
        }
        Sort::EndingSoon => {
            let day: crate::kernel::time::Day = key.parse().map_err(|_| Refusal::new(&CURSOR_INVALID))?;
            query.filter(listing::ends_on.ge(day)).filter(listing::ends_on.gt(day).or(listing::id.gt(id)))
        }
    })
}

/// A holder's records in every state, the last touched first.
pub fn own<K: Kind>(
    conn: &mut Conn,
    holder: OrganisationId,
    state: Option<State>,
    page: &PageQuery,
    node: &str,
) -> Result<Page<Summary<K>>, Refusal> {
    let mut query =
        listing::table.into_boxed().filter(listing::entity.eq(K::TYPE)).filter(listing::holder.eq(holder));
    if let Some(state) = state {
        query = query.filter(listing::state.eq(state));
    }
    if let Some((micros, id)) = page.after::<(i64, String)>()? {
        let at = UtcTime::from_micros(micros);
        query = query
            .filter(listing::updated_at.le(at))
            .filter(listing::updated_at.lt(at).or(listing::id.lt(id)));
    }
    let rows: Vec<SummaryRow> = query
        .order((listing::updated_at.desc(), listing::id.desc()))
        .limit(page.limit + 1)
        .select(SummaryRow::as_select())
        .load(conn)?;
    let items: Vec<Summary<K>> = rows.into_iter().map(|row| row.build(node)).collect();
    Ok(Page::cut(items, page.limit, |item| (item.updated_at.micros(), item.id.to_string())))
}

/// What waits for review, the longest-waiting first.
pub fn waiting<K: Kind>(conn: &mut Conn, page: &PageQuery, node: &str) -> Result<Page<Summary<K>>, Refusal> {
    let mut query = listing::table
        .into_boxed()
        .filter(listing::entity.eq(K::TYPE))
        .filter(sql::<Bool>("listing.waiting"));
    if let Some((micros, id)) = page.after::<(i64, String)>()? {
        let at = UtcTime::from_micros(micros);
        query = query
            .filter(listing::submitted_at.ge(at))
            .filter(listing::submitted_at.gt(at).or(listing::id.gt(id)));
    }
    let rows: Vec<SummaryRow> = query
        .order((listing::submitted_at.asc(), listing::id.asc()))
        .limit(page.limit + 1)
        .select(SummaryRow::as_select())
        .load(conn)?;
    let items: Vec<Summary<K>> = rows.into_iter().map(|row| row.build(node)).collect();
    Ok(Page::cut(items, page.limit, |item| {
        (item.submitted_at.map_or(0, UtcTime::micros), item.id.to_string())
    }))
}

/// A literal for the same reason: what was published, though it may have been traded or have expired since.
fn was_published() -> SqlLiteral<Bool> {
    sql::<Bool>("listing.state IN ('published', 'traded', 'expired')")
}

/// What a holder published within a time, whole, in that order; what it took back is not among it.
pub fn catalogue<K: Kind>(
    conn: &mut Conn,
    holder: OrganisationId,
    from: UtcTime,
    before: UtcTime,
    limit: i64,
    node: &str,
) -> Result<Vec<Listing<K>>, Refusal> {
    let rows: Vec<Row> = listing::table
        .filter(listing::entity.eq(K::TYPE))
        .filter(listing::holder.eq(holder))
        .filter(was_published())
        .filter(listing::published_at.ge(from))
        .filter(listing::published_at.lt(before))
        .order((listing::published_at, listing::id))
        .limit(limit)
        .select(listing::all_columns)
        .load(conn)?;
    rows.into_iter().map(|row| row.build(node)).collect()
}

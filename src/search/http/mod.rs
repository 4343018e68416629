//! `GET /search` and what operators may do with the index.

mod ask;
mod suggest;
mod synonyms;
mod view;

use std::collections::BTreeSet;
use std::sync::Arc;

use actix_web::{get, post, web};

pub use self::ask::SearchParams;
use self::view::SearchView;
use super::model::Answer as FoundAnswer;
use super::service::{self, Search};
use crate::db::Db;
use crate::http::{Answer, Edge, Reply, Routes};
use crate::kernel::error::Refusal;
use crate::kernel::permission::Permission;
use crate::replica::service::Homes;

pub fn routes(routes: &mut Routes) {
    routes.service(suggest::suggestions).service(search).service(reindex);
    routes.service(synonyms::list_synonyms).service(synonyms::add_synonyms);
    routes.service(synonyms::get_synonyms).service(synonyms::set_synonyms).service(synonyms::remove_synonyms);
}

/// Finds published records by their words.
///
/// `q` takes words (all must be there), "phrases", -exclusions and alternatives (`A OR B`, `A|B`, `A 或 B`; they bind
/// closer than blanks), in simplified or traditional characters, full or half width; a number or a name may be given
/// whole. Without words: everything, newest first. `matched` says how far the words had to be relaxed; where nothing
/// is found, another spelling is answered (`corrected_to`): pinyin, initials, a typing error. Filters take one or
/// more codes separated by commas.
#[utoipa::path(
    tag = "search",
    params(SearchParams),
    responses((status = 200, body = SearchView)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/search")]
async fn search(edge: Edge, search: web::Data<Search>, params: web::Query<SearchParams>) -> Answer {
    let at_least = edge.at_least()?;
    let db = edge.db().clone();
    edge.answer(Permission::Public, async move {
        let query = params.into_inner().query()?;
        if at_least > 0 {
            search.wait_for(at_least).await?;
        }
        let marks = ask::Marks::of(&query);
        let answer = search.answer(query).await?;
        let homes = homes(&db, &answer).await?;
        let view = SearchView::new(answer, marks, &homes);
        Ok(Reply::ok(&view)?.next(view.next))
    })
    .await
}

/// Where the nodes are reached that own what was found elsewhere. It is asked now, because a node's address may become
/// known after its records, and change.
async fn homes(db: &Db, found: &FoundAnswer) -> Result<Homes, Refusal> {
    let own = Arc::clone(&db.settings().node);
    let origins = found.hits.iter().map(|hit| hit.document.origin.as_str());
    let elsewhere: BTreeSet<String> = origins.filter(|origin| **origin != *own).map(str::to_owned).collect();
    if elsewhere.is_empty() {
        return Ok(Homes::default());
    }
    db.read(move |snapshot| Homes::of_origins(snapshot, elsewhere.iter().map(String::as_str))).await
}

/// Asks every instance to make its search index anew; the present one answers meanwhile.
#[utoipa::path(
    tag = "search",
    responses((status = 204)),
    extensions(("x-permission" = json!("search.reindex")))
)]
#[post("/admin/search/reindex")]
async fn reindex(edge: Edge) -> Answer {
    edge.act("search.reindex", Permission::SearchReindex, |tx, actor| {
        service::request_reindex(tx, actor)?;
        Reply::no_content()
    })
    .await
}

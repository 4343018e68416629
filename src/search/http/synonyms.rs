//! Synonyms over HTTP.

use actix_web::{delete, get, post, put, web};
use serde::{Deserialize, Serialize};

use crate::http::{Answer, Edge, Input, Reply};
use crate::kernel::error::Refusal;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;
use crate::search::model::{SynonymSet, SynonymSetId};
use crate::search::thesaurus::{self, Write};

/// Words that mean the same.
#[derive(Serialize, utoipa::ToSchema)]
struct SynonymSetView {
    id: SynonymSetId,
    version: i64,
    terms: Vec<String>,
    note: String,
    changed_at: UtcTime,
    /// `user:…@…` or `system:…`.
    changed_by: String,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct SynonymSetBody {
    /// 2 to 12 words of up to 40 characters; a word belongs to one set only.
    #[schema(examples(json!(["海水稻", "耐盐碱水稻"])))]
    terms: Vec<String>,
    /// Where it comes from, why it is so.
    #[serde(default)]
    note: String,
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct SynonymsQuery {
    limit: Option<i64>,
    cursor: Option<String>,
}

impl From<SynonymSet> for SynonymSetView {
    fn from(set: SynonymSet) -> Self {
        SynonymSetView {
            id: set.id,
            version: set.version,
            terms: set.terms,
            note: set.note,
            changed_at: set.changed_at,
            changed_by: set.changed_by,
        }
    }
}

impl SynonymSetBody {
    fn write(&self) -> Write {
        Write { terms: self.terms.clone(), note: self.note.clone() }
    }
}

fn reply(set: SynonymSet) -> Result<Reply, Refusal> {
    let version = set.version;
    Ok(Reply::ok(&SynonymSetView::from(set))?.version(version))
}

/// The sets of synonyms that widen questions.
#[utoipa::path(
    tag = "search",
    params(SynonymsQuery),
    responses((status = 200, body = Page<SynonymSetView>)),
    extensions(("x-permission" = json!("search.synonyms")))
)]
#[get("/admin/search/synonyms")]
pub(super) async fn list_synonyms(edge: Edge, query: web::Query<SynonymsQuery>) -> Answer {
    let query = query.into_inner();
    edge.read(Permission::SearchSynonyms, move |snapshot, _| {
        let page = PageQuery::new(query.limit, query.cursor)?;
        Reply::page(&thesaurus::list(snapshot, &page)?.map(SynonymSetView::from))
    })
    .await
}

#[utoipa::path(
    tag = "search",
    responses((status = 200, body = SynonymSetView)),
    extensions(("x-permission" = json!("search.synonyms")))
)]
#[get("/admin/search/synonyms/{id}")]
pub(super) async fn get_synonyms(edge: Edge, id: web::Path<SynonymSetId>) -> Answer {
    let id = id.into_inner();
    edge.read(Permission::SearchSynonyms, move |snapshot, _| reply(thesaurus::get(snapshot, id)?)).await
}

/// Declares words to mean the same; holds on every instance within a second.
#[utoipa::path(
    tag = "search",
    request_body = SynonymSetBody,
    responses((status = 201, body = SynonymSetView)),
    extensions(("x-permission" = json!("search.synonyms")))
)]
#[post("/admin/search/synonyms")]
pub(super) async fn add_synonyms(edge: Edge, input: Input<SynonymSetBody>) -> Answer {
    edge.write("synonym.add", Permission::SearchSynonyms, input, |tx, actor, input| {
        let set = thesaurus::add(tx, actor, &input.write())?;
        let (at, version) = (format!("/api/v1/admin/search/synonyms/{}", set.id), set.version);
        Ok(Reply::created(at, &SynonymSetView::from(set))?.version(version))
    })
    .await
}

#[utoipa::path(
    tag = "search",
    request_body = SynonymSetBody,
    responses((status = 200, body = SynonymSetView)),
    extensions(("x-permission" = json!("search.synonyms")))
)]
#[put("/admin/search/synonyms/{id}")]
pub(super) async fn set_synonyms(
    edge: Edge,
    id: web::Path<SynonymSetId>,
    input: Input<SynonymSetBody>,
) -> Answer {
    let (id, expected) = (id.into_inner(), edge.expected_version()?);
    edge.write("synonym.set", Permission::SearchSynonyms, input, move |tx, actor, input| {
        reply(thesaurus::set(tx, actor, id, expected, &input.write())?)
    })
    .await
}

#[utoipa::path(
    tag = "search",
    responses((status = 204)),
    extensions(("x-permission" = json!("search.synonyms")))
)]
#[delete("/admin/search/synonyms/{id}")]
pub(super) async fn remove_synonyms(edge: Edge, id: web::Path<SynonymSetId>) -> Answer {
    let (id, expected) = (id.into_inner(), edge.expected_version()?);
    edge.act("synonym.remove", Permission::SearchSynonyms, move |tx, actor| {
        thesaurus::remove(tx, actor, id, expected)?;
        Reply::no_content()
    })
    .await
}

//! Addresses of saved searches.

use actix_web::web::{Data, Path};
use actix_web::{delete, get, post, put, web};
use serde::{Deserialize, Serialize};

use super::model::{Channels, Frequency, SavedSearch, SavedSearchId};
use super::service::{self, Write};
use crate::http::{Answer, Edge, Input, Paging, Reply, Routes};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::page::Page;
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;
use crate::search::Analyzer;
use crate::search::model::SearchQuery;
use crate::search::service::{Search, SearchParams, Standing};

/// Newest records shown when a question is tried.
const TRIED_RECORDS: usize = 10;

pub fn routes(routes: &mut Routes) {
    routes.service(list).service(save).service(attempt).service(show).service(change).service(remove);
}

/// Where alerts go; mail and webhook count only where they are set up.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct AlertChannels {
    in_app: bool,
    mail: bool,
    /// To the addresses that the organisation registered.
    webhook: bool,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct SavedSearchBody {
    /// At most 60 characters.
    #[schema(examples("石墨烯导电剂"))]
    name: String,
    /// The parameters of `GET /search`; order, facets and page don't count.
    question: SearchParams,
    frequency: Frequency,
    channels: AlertChannels,
}

#[derive(Serialize, utoipa::ToSchema)]
struct SavedSearchView {
    id: SavedSearchId,
    version: i64,
    name: String,
    question: SearchParams,
    frequency: Frequency,
    channels: AlertChannels,
    created_at: UtcTime,
    changed_at: UtcTime,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct AttemptBody {
    question: SearchParams,
}

/// What a question finds now by all its words.
#[derive(Serialize, utoipa::ToSchema)]
struct AttemptView {
    count: u64,
    /// False beyond 10 000: there are at least so many.
    exact: bool,
    /// The newest of them.
    newest: Vec<AttemptRecord>,
    /// Of a text of more than 20 words, the rarest: records that have three of these are told. Empty where all words
    /// must be there.
    rarest_words: Vec<String>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct AttemptRecord {
    subject: String,
    kind: String,
    title: String,
}

impl SavedSearchBody {
    fn write(&self) -> Write {
        let AlertChannels { in_app, mail, webhook } = self.channels;
        Write {
            name: self.name.clone(),
            question: self.question.clone(),
            frequency: self.frequency,
            channels: Channels { in_app, mail, webhook },
        }
    }
}

impl SavedSearchView {
    fn new(it: SavedSearch) -> Result<Self, Refusal> {
        let Channels { in_app, mail, webhook } = it.channels;
        Ok(SavedSearchView {
            id: it.id,
            version: it.version,
            question: service::stored_question(&it)?,
            name: it.name,
            frequency: it.frequency,
            channels: AlertChannels { in_app, mail, webhook },
            created_at: it.created_at,
            changed_at: it.changed_at,
        })
    }
}

fn reply(it: SavedSearch) -> Result<Reply, Refusal> {
    let version = it.version;
    Ok(Reply::ok(&SavedSearchView::new(it)?)?.version(version))
}

/// The caller's saved searches, the newest first.
#[utoipa::path(
    tag = "matching",
    operation_id = "saved_search_list",
    params(Paging),
    responses((status = 200, body = Page<SavedSearchView>)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/saved-searches")]
async fn list(edge: Edge, paging: web::Query<Paging>) -> Answer {
    let page = paging.into_inner().query()?;
    edge.read(Permission::Session, move |snapshot, actor| {
        let Page { items, next } = service::list(snapshot, actor, &page)?;
        let items = items.into_iter().map(SavedSearchView::new).collect::<Result<_, _>>()?;
        Reply::page(&Page { items, next })
    })
    .await
}

/// Saves a search; from now on its owner is told of records that answer it, of their changes and of their end.
#[utoipa::path(
    tag = "matching",
    operation_id = "saved_search_save",
    request_body = SavedSearchBody,
    responses((status = 201, body = SavedSearchView)),
    extensions(("x-permission" = json!("session")))
)]
#[post("/saved-searches")]
async fn save(edge: Edge, input: Input<SavedSearchBody>) -> Answer {
    edge.write("saved_search.save", Permission::Session, input, |tx, actor, body| {
        let saved = service::save(tx, actor, &body.write())?;
        let (at, version) = (format!("/api/v1/saved-searches/{}", saved.id), saved.version);
        Ok(Reply::created(at, &SavedSearchView::new(saved)?)?.version(version))
    })
    .await
}

/// Tries a question: what it finds now by all its words.
#[utoipa::path(
    tag = "matching",
    operation_id = "saved_search_try",
    request_body = AttemptBody,
    responses((status = 200, body = AttemptView)),
    extensions(("x-permission" = json!("session")))
)]
#[post("/saved-searches/try")]
async fn attempt(edge: Edge, input: Input<AttemptBody>, search: Data<Search>) -> Answer {
    edge.permit(Permission::Session)?;
    let question = input.parse()?.question;
    edge.answer(Permission::Session, async move {
        let mut errors = Errors::new();
        service::check_question(&mut errors, &question)?;
        errors.check()?;
        let query = SearchQuery { limit: TRIED_RECORDS, ..service::query(&question)? };
        let rarest_words = Standing::words_of_many(&query.text, &Analyzer::shared());
        let (total, documents) = search.strictly(query).await?;
        let newest = documents.into_iter().map(|it| AttemptRecord {
            subject: it.subject,
            kind: it.kind,
            title: it.title,
        });
        let (count, exact, newest) = (total.count, total.exact, newest.collect());
        Reply::ok(&AttemptView { count, exact, newest, rarest_words })
    })
    .await
}

#[utoipa::path(
    tag = "matching",
    operation_id = "saved_search_show",
    params(("id" = SavedSearchId, Path)),
    responses((status = 200, body = SavedSearchView)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/saved-searches/{id}")]
async fn show(edge: Edge, id: Path<SavedSearchId>) -> Answer {
    let id = id.into_inner();
    edge.read(Permission::Session, move |snapshot, actor| reply(service::get(snapshot, actor, id)?)).await
}

/// Changes a saved search; another question, and one that was off, is told of what happens from now on.
#[utoipa::path(
    tag = "matching",
    operation_id = "saved_search_change",
    params(("id" = SavedSearchId, Path)),
    request_body = SavedSearchBody,
    responses((status = 200, body = SavedSearchView)),
    extensions(("x-permission" = json!("session")))
)]
#[put("/saved-searches/{id}")]
async fn change(edge: Edge, id: Path<SavedSearchId>, input: Input<SavedSearchBody>) -> Answer {
    let (id, expected) = (id.into_inner(), edge.expected_version()?);
    edge.write("saved_search.change", Permission::Session, input, move |tx, actor, body| {
        reply(service::change(tx, actor, id, expected, &body.write())?)
    })
    .await
}

#[utoipa::path(
    tag = "matching",
    operation_id = "saved_search_remove",
    params(("id" = SavedSearchId, Path)),
    responses((status = 204)),
    extensions(("x-permission" = json!("session")))
)]
#[delete("/saved-searches/{id}")]
async fn remove(edge: Edge, id: Path<SavedSearchId>) -> Answer {
    let (id, expected) = (id.into_inner(), edge.expected_version()?);
    edge.act("saved_search.remove", Permission::Session, move |tx, actor| {
        service::remove(tx, actor, id, expected)?;
        Reply::no_content()
    })
    .await
}

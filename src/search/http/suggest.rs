//! Suggestions over HTTP.

use actix_web::{get, web};
use serde::{Deserialize, Serialize};

use crate::http::{Answer, Edge, Reply};
use crate::kernel::codes_common::LIMIT_INVALID;
use crate::kernel::error::Refusal;
use crate::kernel::permission::Permission;
use crate::search::model::Suggestion;
use crate::search::query::SUGGESTIONS_MAX;
use crate::search::service::Search;

const SUGGESTIONS_USUAL: usize = 8;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct SuggestionsQuery {
    /// What was typed so far: characters, pinyin or initials.
    q: String,
    /// 1 to 20; 8 when absent.
    limit: Option<usize>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct Suggestions {
    items: Vec<SuggestionView>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct SuggestionView {
    text: String,
    /// `keyword`, `person`, `holder`, `word`, `title`, or `code`: then `filter` narrows by it.
    kind: &'static str,
    /// Published records that have it.
    count: u64,
    filter: Option<SuggestedFilter>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct SuggestedFilter {
    /// A parameter of the search.
    facet: &'static str,
    value: String,
}

impl From<Suggestion> for SuggestionView {
    fn from(suggestion: Suggestion) -> Self {
        let filter = suggestion.filter.map(|(facet, value)| SuggestedFilter { facet: facet.name(), value });
        SuggestionView {
            text: suggestion.text,
            kind: suggestion.kind.name(),
            count: suggestion.count,
            filter,
        }
    }
}

/// What somebody who is typing may mean: keywords, names and words of published records, and codes to narrow by.
///
/// By the beginning of the text, of its pinyin (`haishui`), of its initials (`hsd`) or of a mixture (`海shui`); if
/// nothing begins so, by what looks, sounds or is spelled nearly so.
#[utoipa::path(
    tag = "search",
    params(SuggestionsQuery),
    responses((status = 200, body = Suggestions)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/search/suggestions")]
pub(super) async fn suggestions(
    edge: Edge,
    search: web::Data<Search>,
    query: web::Query<SuggestionsQuery>,
) -> Answer {
    let at_least = edge.at_least()?;
    edge.answer(Permission::Public, async move {
        let query = query.into_inner();
        let limit = query.limit.unwrap_or(SUGGESTIONS_USUAL);
        if !(1..=SUGGESTIONS_MAX).contains(&limit) {
            return Err(Refusal::new(&LIMIT_INVALID).with("max", SUGGESTIONS_MAX));
        }
        if at_least > 0 {
            search.wait_for(at_least).await?;
        }
        let items = search.suggest(query.q, limit).await?;
        Reply::ok(&Suggestions { items: items.into_iter().map(SuggestionView::from).collect() })
    })
    .await
}

//! What a request about any kind of listed record does; the rooms name address, tag and permission.

use actix_web::web::Data;

use crate::files::model::FileId;
use crate::files::{Cached, Vault, download};
use crate::http::{Answer, Edge, Input, Reply};
use crate::kernel::error::Refusal;
use crate::kernel::id::Id;
use crate::kernel::page::PageQuery;
use crate::kernel::permission::Permission;

use super::kind::Kind;
use super::model::{Filter, Listing, Sort, State};
use super::service::{self, Sight};
use super::view::{
    ConfidentialView, HistoryList, HistoryView, ListingHead, ListingView, Opinion, Reason, Renewal,
};

/// The answer to its own people after an act.
fn acted<K: Kind>(tx: &mut crate::db::Tx, record: &Listing<K>) -> Result<Reply, Refusal> {
    let files = service::files_described(tx, record)?;
    let view = ListingView::of(record, Sight::Whole, &files);
    Ok(Reply::ok(&view)?.version(record.version))
}

pub async fn create<K: Kind>(
    edge: Edge,
    input: Input<K::Content>,
    operation: &'static str,
    collection: &'static str,
) -> Answer {
    edge.write(operation, K::WRITE, input, move |tx, actor, content| {
        let record = service::create::<K>(tx, actor, content)?;
        let files = service::files_described(tx, &record)?;
        let view = ListingView::of(&record, Sight::Whole, &files);
        Ok(Reply::created(format!("{collection}/{}", record.id), &view)?.version(record.version))
    })
    .await
}

pub async fn show<K: Kind>(edge: Edge, id: Id<K>) -> Answer {
    edge.read(Permission::Public, move |snapshot, actor| {
        let node = snapshot.node().to_owned();
        let (record, sight, files) = service::find(snapshot, &node, actor, id)?;
        Ok(Reply::ok(&ListingView::of(&record, sight, &files))?.version(record.version))
    })
    .await
}

pub async fn edit<K: Kind>(
    edge: Edge,
    id: Id<K>,
    input: Input<K::Content>,
    operation: &'static str,
) -> Answer {
    let expected = edge.expected_version()?;
    edge.write(operation, K::WRITE, input, move |tx, actor, content| {
        let record = service::edit(tx, actor, id, expected, content)?;
        acted(tx, &record)
    })
    .await
}

pub async fn submit<K: Kind>(edge: Edge, id: Id<K>, operation: &'static str) -> Answer {
    let expected = edge.expected_version()?;
    edge.act(operation, K::WRITE, move |tx, actor| {
        let record = service::submit(tx, actor, id, expected)?;
        acted(tx, &record)
    })
    .await
}

pub async fn publish<K: Kind>(
    edge: Edge,
    id: Id<K>,
    input: Input<Opinion>,
    operation: &'static str,
) -> Answer {
    let expected = edge.expected_version()?;
    edge.write(operation, K::REVIEW, input, move |tx, actor, body| {
        let record = service::publish(tx, actor, id, expected, &body.opinion)?;
        acted(tx, &record)
    })
    .await
}

pub async fn send_back<K: Kind>(
    edge: Edge,
    id: Id<K>,
    input: Input<Opinion>,
    operation: &'static str,
) -> Answer {
    let expected = edge.expected_version()?;
    edge.write(operation, K::REVIEW, input, move |tx, actor, body| {
        let record = service::send_back(tx, actor, id, expected, &body.opinion)?;
        acted(tx, &record)
    })
    .await
}

pub async fn withdraw<K: Kind>(
    edge: Edge,
    id: Id<K>,
    input: Input<Reason>,
    operation: &'static str,
) -> Answer {
    let expected = edge.expected_version()?;
    edge.write(operation, K::WRITE, input, move |tx, actor, body| {
        let record = service::withdraw(tx, actor, id, expected, &body.reason)?;
        acted(tx, &record)
    })
    .await
}

pub async fn renew<K: Kind>(edge: Edge, id: Id<K>, input: Input<Renewal>, operation: &'static str) -> Answer {
    let expected = edge.expected_version()?;
    edge.write(operation, K::WRITE, input, move |tx, actor, body| {
        let record = service::renew(tx, actor, id, expected, body.until, &body.reason)?;
        acted(tx, &record)
    })
    .await
}

pub async fn list<K: Kind>(edge: Edge, filter: Filter, sort: Option<Sort>, page: PageQuery) -> Answer {
    edge.read(Permission::Public, move |snapshot, _| {
        let found = service::public::<K>(snapshot, &filter, sort.unwrap_or(Sort::Newest), &page)?;
        Reply::page(&found.map(ListingHead::public))
    })
    .await
}

pub async fn own<K: Kind>(edge: Edge, state: Option<State>, page: PageQuery) -> Answer {
    edge.read(K::WRITE, move |snapshot, actor| {
        Reply::page(&service::own::<K>(snapshot, actor, state, &page)?.map(ListingHead::own))
    })
    .await
}

pub async fn waiting<K: Kind>(edge: Edge, page: PageQuery) -> Answer {
    edge.read(K::REVIEW, move |snapshot, actor| {
        Reply::page(&service::waiting::<K>(snapshot, actor, &page)?.map(ListingHead::own))
    })
    .await
}

pub async fn history<K: Kind>(edge: Edge, id: Id<K>) -> Answer {
    edge.read(Permission::Session, move |snapshot, actor| {
        let revisions = service::history(snapshot, actor, id)?;
        Reply::ok(&HistoryList { items: revisions.into_iter().map(HistoryView::from).collect() })
    })
    .await
}

/// A command, because the read is written into the trail with it.
pub async fn confidential<K: Kind>(edge: Edge, id: Id<K>, operation: &'static str) -> Answer {
    edge.act(operation, Permission::Session, move |tx, actor| {
        Reply::ok(&ConfidentialView::from(service::confidential(tx, actor, id, None)?))
    })
    .await
}

pub async fn attachment<K: Kind>(edge: Edge, id: Id<K>, file: FileId, vault: Data<Vault>) -> Answer {
    edge.permit(Permission::Public)?;
    let actor = edge.actor().clone();
    let file = edge.db().read(move |snapshot| service::attachment(snapshot, &actor, id, file)).await?;
    download(&vault, &file, Cached::Never).await
}

pub async fn confidential_attachment<K: Kind>(
    edge: Edge,
    id: Id<K>,
    file: FileId,
    vault: Data<Vault>,
    operation: &'static str,
) -> Answer {
    edge.permit(Permission::Session)?;
    let actor = edge.actor().clone();
    let written = edge
        .db()
        .write(operation, move |tx| service::confidential_attachment(tx, &actor, id, file, None))
        .await?;
    download(&vault, &written.value, Cached::Never).await
}

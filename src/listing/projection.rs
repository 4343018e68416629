//! The published projection: the one public shape of a record, for search, feed, snapshot and outlets.

use serde_json::{Map, Value, json};

use crate::files::model::StoredFile;
use crate::kernel::error::Refusal;

use super::kind::Kind;
use super::model::Listing;

/// Entries of the form that say nothing to the public, or that the projection states in its own way.
const NOT_PUBLISHED: [&str; 5] = ["contact", "confidential", "secrecy", "attachments", "edit_reason"];

/// The complete projection of a published record: its approved text without contact and confidential parts,
/// its holder, its days and the names, sizes and hashes of its public attachments.
pub fn projection<K: Kind>(record: &Listing<K>, files: &[StoredFile]) -> Result<Value, Refusal> {
    let approved =
        record.published.as_ref().ok_or_else(|| Refusal::internal("projection of an unpublished record"))?;
    let form = serde_json::to_value(K::public(approved)).map_err(Refusal::internal)?;
    let mut public = Map::new();
    public.insert("schema".into(), json!(K::SCHEMA));
    public.insert("id".into(), json!(record.urn));
    public.insert("holder".into(), holder(record));
    public.insert("published_at".into(), json!(record.published_at));
    public.insert("valid_until".into(), json!(record.ends_on));
    let own = |name: &str| NOT_PUBLISHED.contains(&name) || name == "valid_until";
    if let Value::Object(entries) = form {
        public.extend(entries.into_iter().filter(|(name, _)| !own(name)));
    }
    public.insert("attachments".into(), attachments::<K>(approved, files));
    Ok(Value::Object(public))
}

fn holder<K: Kind>(record: &Listing<K>) -> Value {
    let party = &record.holder.party;
    json!({
        "urn": party.urn,
        "name": party.name,
        "credit_code": party.credit_code,
        "kind": record.holder.kind.as_str(),
    })
}

fn attachments<K: Kind>(approved: &K::Content, files: &[StoredFile]) -> Value {
    let public = K::attachments(approved).iter().filter(|attachment| !attachment.confidential);
    let described = public.filter_map(|attachment| files.iter().find(|file| file.id == attachment.file));
    described
        .map(|file| {
            json!({
                "name": file.name,
                "media_type": file.media_type,
                "size_bytes": file.size_bytes,
                "sha256": file.sha256,
            })
        })
        .collect()
}

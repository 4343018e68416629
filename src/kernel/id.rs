//! Typed identifiers (UUIDv7) and the URNs that name records across nodes (TMF-1 rule 1).

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

const UUID_TEXT_BYTES: usize = 36;

/// An identifier of one kind of entity: an `Id<User>` cannot pass as an `Id<Organisation>`.
///
/// Kept as its hyphenated lower-case text, which is what the database, JSON and URNs hold.
pub struct Id<T> {
    text: [u8; UUID_TEXT_BYTES],
    kind: PhantomData<fn() -> T>,
}

/// Identifiers of a room's own: `ids! { BatchId of Batch; }` makes the marker and the name of its ids.
macro_rules! ids {
    ($($(#[$words:meta])* $id:ident of $kind:ident;)+) => {$(
        $(#[$words])*
        pub enum $kind {}
        pub type $id = $crate::kernel::id::Id<$kind>;
    )+};
}
pub(crate) use ids;

ids! {
    UserId of User;
    OrganisationId of Organisation;
    MembershipId of Membership;
    SessionId of Session;
}

impl<T> Id<T> {
    pub fn from_uuid(uuid: Uuid) -> Self {
        let mut text = [0; UUID_TEXT_BYTES];
        uuid.hyphenated().encode_lower(&mut text);
        Self { text, kind: PhantomData }
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text).unwrap_or_default()
    }

    pub fn uuid(self) -> Uuid {
        Uuid::try_parse_ascii(&self.text).unwrap_or_default()
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Id<T> {}

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<T> Eq for Id<T> {}

impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<T> FromStr for Id<T> {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::try_parse(text).map(Self::from_uuid)
    }
}

impl<T> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, T> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl<T> utoipa::PartialSchema for Id<T> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::Custom("uuid".into())))
            .into()
    }
}

impl<T> utoipa::ToSchema for Id<T> {
    fn name() -> std::borrow::Cow<'static, str> {
        "Id".into()
    }
}

/// `urn:tm:{node}:{type}:{uuid}`: the name of a record on the whole network.
pub fn urn<T>(node: &str, entity: &str, id: Id<T>) -> String {
    format!("urn:tm:{node}:{entity}:{id}")
}

/// The entity type and the id inside a URN, whatever its node.
pub fn parse_urn(urn: &str) -> Option<(&str, &str, Uuid)> {
    let rest = urn.strip_prefix("urn:tm:")?;
    let (head, id) = rest.rsplit_once(':')?;
    let (node, entity) = head.rsplit_once(':')?;
    Some((node, entity, Uuid::try_parse(id).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_urn_parses_back() {
        let id: UserId = "01980000-0000-7000-8000-000000000001".parse().unwrap();
        let text = urn("cn-450700", "achievement", id);
        assert_eq!(text, "urn:tm:cn-450700:achievement:01980000-0000-7000-8000-000000000001");
        assert_eq!(parse_urn(&text), Some(("cn-450700", "achievement", id.uuid())));
        assert_eq!(parse_urn("urn:tm:x"), None);
    }
}

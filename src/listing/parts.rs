//! Parts of a record's form that achievements and demands share.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::files::model::FileId;
use crate::kernel::actor::words;

use super::model::PriceBounds;

words! {
    /// How far a record may be spoken of. `classified` exists so that it can be refused by name.
    Secrecy { Open = "open", Commercial = "commercial", Classified = "classified" }
}

/// A price or a budget, in fen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "mode", rename_all = "snake_case", deny_unknown_fields)]
pub enum Price {
    Negotiable {},
    Fixed { amount_fen: i64 },
    Range { low_fen: i64, high_fen: i64 },
}

impl Price {
    pub const fn bounds(self) -> PriceBounds {
        match self {
            Self::Negotiable {} => PriceBounds::NEGOTIABLE,
            Self::Fixed { amount_fen } => PriceBounds { low_fen: amount_fen, high_fen: amount_fen },
            Self::Range { low_fen, high_fen } => PriceBounds { low_fen, high_fen },
        }
    }

    /// The price that has these bounds.
    pub const fn from_bounds(bounds: PriceBounds) -> Self {
        let PriceBounds { low_fen, high_fen } = bounds;
        if bounds.is_negotiable() {
            Self::Negotiable {}
        } else if low_fen == high_fen {
            Self::Fixed { amount_fen: low_fen }
        } else {
            Self::Range { low_fen, high_fen }
        }
    }
}

/// Whom to ask: shown to the holder, to reviewers and to the other side of an engagement, never to the public.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = ListingContact)]
pub struct Contact {
    pub name: String,
    pub phone: Option<String>,
    pub email: Option<String>,
}

/// An uploaded file as part of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ListingAttachment)]
pub struct Attachment {
    pub file: FileId,
    /// Confidential attachments open like the confidential part.
    #[serde(default)]
    pub confidential: bool,
}

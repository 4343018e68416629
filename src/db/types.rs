//! How kernel words are stored. Generic over the back end, so that one impl serves both and the enum.
//!
//! Ids and words are TEXT, times TIMESTAMP (UTC, microseconds), days DATE, documents JSON in TEXT.

use chrono::{NaiveDate, NaiveDateTime};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::kernel::actor::{OrganisationKind, Role};
use crate::kernel::change::Method;
use crate::kernel::error::Refusal;
use crate::kernel::id::Id;
use crate::kernel::money::Fen;
use crate::kernel::time::{Day, UtcTime};

/// Makes a type a column value: `column_type!(Fen as BigInt, i64, i64, |fen| &fen.0, |n| Ok(Fen(n)))` names
/// the SQL type, the borrowed and the owned Rust type that stand in its place, and the way there and back.
macro_rules! column_type {
    ($(@$g:ident)? $type:ty as $sql:ident, $borrowed:ty, $owned:ty, $borrow:expr, $build:expr) => {
        const _: () = {
            use diesel::backend::Backend;
            use diesel::deserialize::{self, FromSql, Queryable};
            use diesel::expression::AsExpression;
            use diesel::internal::derives::as_expression::Bound;
            use diesel::serialize::{self, Output, ToSql};
            use diesel::sql_types::{Nullable, SingleValue, $sql};

            impl<$($g: 'static)?> AsExpression<$sql> for $type {
                type Expression = Bound<$sql, Self>;
                fn as_expression(self) -> Self::Expression {
                    Bound::new(self)
                }
            }

            impl<$($g: 'static)?> AsExpression<Nullable<$sql>> for $type {
                type Expression = Bound<Nullable<$sql>, Self>;
                fn as_expression(self) -> Self::Expression {
                    Bound::new(self)
                }
            }

            impl<'e $(, $g: 'static)?> AsExpression<$sql> for &'e $type {
                type Expression = Bound<$sql, Self>;
                fn as_expression(self) -> Self::Expression {
                    Bound::new(self)
                }
            }

            impl<'e $(, $g: 'static)?> AsExpression<Nullable<$sql>> for &'e $type {
                type Expression = Bound<Nullable<$sql>, Self>;
                fn as_expression(self) -> Self::Expression {
                    Bound::new(self)
                }
            }

            impl<$($g: 'static,)? DB: Backend> ToSql<$sql, DB> for $type
            where
                $borrowed: ToSql<$sql, DB>,
            {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                    let borrow: fn(&$type) -> &$borrowed = $borrow;
                    <$borrowed as ToSql<$sql, DB>>::to_sql(borrow(self), out)
                }
            }

            impl<$($g: 'static,)? DB: Backend> ToSql<Nullable<$sql>, DB> for $type
            where
                $borrowed: ToSql<$sql, DB>,
            {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                    ToSql::<$sql, DB>::to_sql(self, out)
                }
            }

            impl<$($g: 'static,)? DB: Backend> FromSql<$sql, DB> for $type
            where
                $owned: FromSql<$sql, DB>,
            {
                fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
                    let build: fn($owned) -> Result<$type, String> = $build;
                    Ok(build(<$owned as FromSql<$sql, DB>>::from_sql(raw)?)?)
                }
            }

            impl<$($g: 'static,)? DB: Backend, ST: SingleValue> Queryable<ST, DB> for $type
            where
                Self: FromSql<ST, DB>,
            {
                type Row = Self;
                fn build(row: Self) -> deserialize::Result<Self> {
                    Ok(row)
                }
            }
        };
    };
}
pub(crate) use column_type;

/// Makes closed lists declared with `words!` column values (TEXT, the code).
macro_rules! stored_words {
    ($($type:ty),+ $(,)?) => {
        $($crate::db::types::column_type!($type as Text, str, String, |word| word.as_str(), |code| {
            <$type>::parse(&code).ok_or_else(|| format!("unknown {} {code:?}", stringify!($type)))
        });)+
    };
}
pub(crate) use stored_words;

// Stored ids are in the one canonical form: a letter in the other case is another text.
column_type!(@T Id<T> as Text, str, String, |id| id.as_str(), |text| {
    let id = text.parse::<Id<T>>().ok().filter(|id| id.as_str() == text);
    id.ok_or_else(|| format!("not an id: {text:?}"))
});
column_type!(UtcTime as Timestamp, NaiveDateTime, NaiveDateTime, |time| time.naive(), |naive| Ok(
    UtcTime::from_naive(naive)
));
column_type!(Day as Date, NaiveDate, NaiveDate, |day| day.naive(), |naive| Ok(Day::from_naive(naive)));
column_type!(Fen as BigInt, i64, i64, |fen| &fen.0, |n| Ok(Fen(n)));
stored_words!(OrganisationKind, Role, Method);

/// A document for a TEXT column.
pub fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<String, Refusal> {
    serde_json::to_string(value).map_err(Refusal::internal)
}

/// A document from a TEXT column.
pub fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, Refusal> {
    serde_json::from_str(text).map_err(|error| Refusal::internal(format!("stored document: {error}")))
}

//! The difference of two versions of a record, field by field. Pure.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One field that changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FieldChange {
    /// JSON pointer into the record (RFC 6901).
    #[schema(examples("/price_fen"))]
    pub field: String,
    /// Null where the field did not exist.
    #[schema(value_type = Object, nullable)]
    pub old: Value,
    /// Null where the field no longer exists.
    #[schema(value_type = Object, nullable)]
    pub new: Value,
    /// The values are withheld from this reader.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
}

/// Every field that differs, in the order of the fields' names. Objects are compared inside; arrays of the
/// same length place by place, others as a whole, because shifted places would tell of changes that nobody
/// made. A missing field equals null.
pub fn diff(old: &Value, new: &Value) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    walk(&mut changes, String::new(), old, new);
    changes
}

fn walk(changes: &mut Vec<FieldChange>, at: String, old: &Value, new: &Value) {
    if old == new {
        return;
    }
    match (old, new) {
        (Value::Object(before), Value::Object(after)) => objects(changes, &at, before, after),
        (Value::Null, Value::Object(after)) => objects(changes, &at, &Map::new(), after),
        (Value::Object(before), Value::Null) => objects(changes, &at, before, &Map::new()),
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            for (place, (before, after)) in before.iter().zip(after).enumerate() {
                walk(changes, format!("{at}/{place}"), before, after);
            }
        }
        _ => changes.push(FieldChange { field: at, old: old.clone(), new: new.clone(), hidden: false }),
    }
}

fn objects(
    changes: &mut Vec<FieldChange>,
    at: &str,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) {
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let field = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        let value = |of: &Map<String, Value>| of.get(name).cloned().unwrap_or(Value::Null);
        walk(changes, field, &value(before), &value(after));
    }
}

/// Withholds the values of every field under one of these pointers, but not that they changed.
pub fn hide(fields: &mut [FieldChange], pointers: &[&str]) {
    let under = |field: &str, pointer: &str| {
        field.strip_prefix(pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    for change in fields {
        if pointers.iter().any(|pointer| under(&change.field, pointer)) {
            change.old = Value::Null;
            change.new = Value::Null;
            change.hidden = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fields(old: &Value, new: &Value) -> Vec<String> {
        diff(old, new).into_iter().map(|c| format!("{} {} {}", c.field, c.old, c.new)).collect()
    }

    #[test]
    fn domain_6_a_revision_names_the_fields_that_changed() {
        let old = json!({"title": "坭兴陶", "price": {"kind": "fixed", "fen": 100}, "same": [1, 2]});
        let new = json!({"title": "坭兴陶窑", "price": {"kind": "fixed", "fen": 200}, "same": [1, 2]});
        assert_eq!(fields(&old, &new), ["/price/fen 100 200", "/title \"坭兴陶\" \"坭兴陶窑\""]);
        assert!(diff(&old, &old).is_empty());
    }

    #[test]
    fn the_first_version_names_every_field_that_has_a_value() {
        let new = json!({"a": 1, "b": null, "c": {"d": "x"}});
        assert_eq!(fields(&Value::Null, &new), ["/a null 1", "/c/d null \"x\""]);
        assert_eq!(fields(&new, &Value::Null), ["/a 1 null", "/c/d \"x\" null"]);
    }

    #[test]
    fn arrays_of_another_length_are_replaced_as_a_whole() {
        let old = json!({"people": [{"name": "a"}, {"name": "b"}], "words": ["x"]});
        let new = json!({"people": [{"name": "a"}, {"name": "c"}], "words": ["x", "y"]});
        assert_eq!(fields(&old, &new), ["/people/1/name \"b\" \"c\"", "/words [\"x\"] [\"x\",\"y\"]"]);
    }

    #[test]
    fn names_are_escaped_as_rfc_6901_says() {
        assert_eq!(fields(&json!({"a/b~": 1}), &json!({"a/b~": 2})), ["/a~1b~0 1 2"]);
    }

    #[test]
    fn rule_4_hidden_values_are_withheld_but_not_that_they_changed() {
        let mut changes = diff(
            &json!({"confidential": {"body": 1}, "confidential_note": 1}),
            &json!({"confidential": {"body": 2}, "confidential_note": 2}),
        );
        hide(&mut changes, &["/confidential"]);
        assert_eq!(changes[0].field, "/confidential/body");
        assert!(changes[0].hidden && changes[0].old.is_null() && changes[0].new.is_null());
        assert!(!changes[1].hidden && changes[1].new == json!(2));
    }
}

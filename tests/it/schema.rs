//! The tables as diesel knows them against the live catalogue of the back end: a column that is missing,
//! misspelt or of another type fails here, not in production.

use std::collections::BTreeMap;
use std::path::Path;

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use super::support::City;

type Table = BTreeMap<String, (String, bool)>;

/// Reads `diesel::table!` declarations from the sources.
fn declared() -> BTreeMap<String, Table> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/db/schema");
    let mut tables = BTreeMap::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for block in text.split("table! {").skip(1) {
            let name = block.split('(').next().unwrap().trim().to_owned();
            let columns = block.split_once('{').unwrap().1.split_once('}').unwrap().0;
            let mut table = Table::new();
            for line in columns.lines().filter_map(|line| line.split_once("->")) {
                let kind = line.1.trim().trim_end_matches(',');
                let inner = kind.strip_prefix("Nullable<").and_then(|k| k.strip_suffix('>'));
                let column = line.0.trim().trim_start_matches("r#").to_owned();
                table.insert(column, (inner.unwrap_or(kind).to_owned(), inner.is_some()));
            }
            assert!(tables.insert(name.clone(), table).is_none(), "{name} is declared twice");
        }
    }
    tables
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
}

const SQLITE: &str = "SELECT m.name AS table_name, c.name AS name, c.type AS kind, c.\"notnull\" = 0 AS nullable \
    FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'";
const POSTGRES: &str = "SELECT table_name::text, column_name::text AS name, data_type::text AS kind, \
    is_nullable = 'YES' AS nullable FROM information_schema.columns WHERE table_schema = 'public'";

/// The diesel type that a column of the catalogue has.
fn diesel_type(kind: &str) -> &'static str {
    match kind.to_ascii_uppercase().as_str() {
        "TEXT" => "Text",
        "BIGINT" => "BigInt",
        "INTEGER" => "Integer",
        "BOOLEAN" => "Bool",
        "TIMESTAMP" | "TIMESTAMP WITHOUT TIME ZONE" => "Timestamp",
        "DATE" => "Date",
        "BLOB" | "BYTEA" => "Binary",
        _ => "a type outside the portable set",
    }
}

#[test]
fn the_declared_tables_are_those_of_the_database() {
    let city = City::new();
    let sql = if city.database.is_postgres() { POSTGRES } else { SQLITE };
    let columns = city.app.db.read_blocking(move |s| {
        let conn: &mut techmart::db::Conn = s;
        Ok(diesel::sql_query(sql).load::<Column>(conn)?)
    });
    let mut live: BTreeMap<String, Table> = BTreeMap::new();
    for column in columns.unwrap() {
        let table = live.entry(column.table_name).or_default();
        table.insert(column.name, (diesel_type(&column.kind).to_owned(), column.nullable));
    }
    live.remove("schema_migration");
    let declared = declared();
    for (name, table) in &live {
        assert!(table.len() <= 32, "{name} has over 32 columns: the rest belongs into one document");
        let known = declared.get(name).unwrap_or_else(|| panic!("{name} is not declared in db/schema"));
        assert_eq!(known, table, "{name}: declared left, live right");
    }
    let missing: Vec<_> = declared.keys().filter(|name| !live.contains_key(*name)).collect();
    assert!(missing.is_empty(), "declared and not in the database: {missing:?}");
}

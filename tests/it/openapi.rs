//! The committed OpenAPI document is the one that the program has.

#[test]
fn the_committed_document_is_in_step() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/techmart-v1.json");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    let current = techmart::cli::document().unwrap();
    assert!(
        committed.trim_end() == current.trim_end(),
        "openapi/techmart-v1.json has drifted; write it anew: cargo run -- openapi > openapi/techmart-v1.json"
    );
}

#[test]
fn every_operation_names_a_known_permission() {
    use techmart::kernel::permission::Permission;
    let document = serde_json::to_value(techmart::app::App::api()).unwrap();
    let mut seen = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let named = operation["x-permission"].as_str().unwrap_or_default();
            assert!(Permission::parse(named).is_some(), "{method} {path} names {named:?}");
            seen += 1;
        }
    }
    assert!(seen > 0);
}

/// OpenAPI 3.1, Operation Object: the id is unique among all operations.
#[test]
fn every_operation_has_an_id_of_its_own() {
    let document = serde_json::to_value(techmart::app::App::api()).unwrap();
    let items = document["paths"].as_object().unwrap().values();
    let operations = items.flat_map(|item| item.as_object().unwrap().values());
    let mut ids: Vec<_> = operations.map(|operation| operation["operationId"].as_str().unwrap()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
}

/// A code means one thing: clients decide by it.
#[test]
fn every_problem_code_is_declared_once() {
    let city = crate::support::City::new();
    let problems = city.anonymous().get("/api/v1/problems").expect(200);
    let items = problems.body.as_array().unwrap();
    let mut codes: Vec<_> = items.iter().map(|problem| problem["code"].as_str().unwrap()).collect();
    codes.sort_unstable();
    let twice: Vec<_> = codes.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    assert!(codes.len() > 100 && twice.is_empty(), "{twice:?}");
}

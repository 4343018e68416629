//! The OAI-PMH outlet: the six verbs, sets, deletions, tokens that never expire, and the protocol's own schema.

use serde_json::json;

use crate::support::records::{self, published_of, urn};
use crate::support::{City, tools};

fn ask(city: &City, query: &str) -> String {
    let answer = city.anonymous().get(&format!("/oai?{query}")).expect(200);
    assert_eq!(answer.header("content-type"), "text/xml; charset=utf-8");
    let text = answer.text();
    valid(city, &text);
    text
}

/// Against the protocol's schema where the machine has it (TECHMART_TEST_DATA/oai/OAI-PMH.xsd, its wildcard made lax,
/// because it does not know the elements of the metadata) and xmllint.
fn valid(city: &City, text: &str) {
    let Some(schema) = tools::test_data("oai/OAI-PMH.xsd") else { return };
    std::fs::write(city.dir.path().join("answer.xml"), text).unwrap();
    let arguments = ["--noout", "--nonet", "--schema", schema.to_str().unwrap(), "answer.xml"];
    tools::run("xmllint", &arguments, city.dir.path());
}

fn values(text: &str, element: &str) -> Vec<String> {
    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
    text.split(&open).skip(1).map(|rest| rest.split(&close).next().unwrap().to_owned()).collect()
}

fn error(text: &str) -> &str {
    text.split("<error code=\"").nth(1).map_or("", |rest| rest.split('"').next().unwrap())
}

fn token(text: &str) -> Option<String> {
    let rest = text.split("<resumptionToken").nth(1)?;
    let token = rest.split('>').nth(1)?.split('<').next()?.to_owned();
    (!token.is_empty()).then_some(token)
}

fn achievements(city: &City, count: usize) -> Vec<String> {
    let body = |number: usize| {
        records::with(records::achievement(), "title", json!(format!("坭兴陶第{number}号成果（示例）")))
    };
    (0..count).map(|n| published_of(city, "achievements", "institute.member", body(n))).collect()
}

#[test]
fn oai_the_repository_tells_of_itself() {
    let city = City::new();
    let text = ask(&city, "verb=Identify");
    assert_eq!(values(&text, "baseURL"), ["https://techmart.example/oai"]);
    assert_eq!(
        (values(&text, "deletedRecord"), values(&text, "protocolVersion")),
        (vec!["persistent".to_owned()], vec!["2.0".to_owned()])
    );
    assert!(text.contains("<request verb=\"Identify\">https://techmart.example/oai</request>"));
    let text = ask(&city, "verb=ListMetadataFormats");
    assert_eq!(values(&text, "metadataPrefix"), ["oai_dc", "tm"]);
    let served = city.anonymous().get("/oai/tm.xsd").expect(200).text();
    assert!(served.contains("targetNamespace=\"urn:tm:schema:oai:record:1\""));
    // The same by POST.
    let form = ("application/x-www-form-urlencoded", b"verb=Identify".to_vec());
    let posted = city.anonymous().send("POST", "/oai", Some(form)).expect(200).text();
    assert_eq!(values(&posted, "repositoryName"), ["Techmart cn-450700"]);
}

#[test]
fn oai_records_are_shown_in_both_formats_without_what_is_confidential() {
    let city = City::new();
    let id = achievements(&city, 1).remove(0);
    let demand = records::published(&city, "demands", "enterprise.member");
    city.settle();
    let urn_of = |collection, id: &str| urn(collection, id);
    let text = ask(&city, "verb=ListRecords&metadataPrefix=oai_dc");
    let mut found = values(&text, "identifier");
    found.sort();
    let mut expected = vec![urn_of("achievements", &id), urn_of("demands", &demand)];
    expected.sort();
    assert_eq!(found, expected);
    assert!(text.contains("<dc:title>坭兴陶第0号成果（示例）</dc:title>"));
    assert!(
        text.contains("<dc:creator>示例甲</dc:creator>") && text.contains("<dc:description>以近红外光谱")
    );
    let own =
        ask(&city, &format!("verb=GetRecord&metadataPrefix=tm&identifier={}", urn_of("achievements", &id)));
    assert!(own.contains("<tm:field>new_materials</tm:field>") && own.contains("origin=\"cn-450700\""));
    for text in [&text, &own] {
        assert!(!text.contains("MARKER-SECRET") && !text.contains("0777-28"), "{text}");
    }
    let sets = ask(&city, "verb=ListSets");
    let specs = values(&sets, "setSpec");
    for spec in ["type", "type:achievement", "type:demand", "field:new_materials", "division:450702"] {
        assert!(specs.iter().any(|known| known == spec), "{spec}: {specs:?}");
    }
    let count = |set: &str| {
        values(&ask(&city, &format!("verb=ListIdentifiers&metadataPrefix=tm&set={set}")), "identifier").len()
    };
    assert_eq!(
        (count("type:demand"), count("field:new_energy"), count("division:450702"), count("field")),
        (1, 1, 1, 2)
    );
}

/// A deletion stays for good, with its sets; who harvests from the last answer's date learns of it.
#[test]
fn oai_a_deletion_is_passed_on() {
    let city = City::new();
    let id = achievements(&city, 1).remove(0);
    city.settle();
    let text = ask(&city, "verb=ListRecords&metadataPrefix=oai_dc");
    let from = values(&text, "responseDate").remove(0);
    city.clock.advance_seconds(3600);
    let path = format!("/api/v1/achievements/{id}/withdraw");
    city.as_("institute.member").post(&path, json!({"reason": "示例：已转让"})).expect(200);
    city.settle();
    let text =
        ask(&city, &format!("verb=ListRecords&metadataPrefix=oai_dc&from={from}&set=field:new_materials"));
    assert!(text.contains("<header status=\"deleted\">") && !text.contains("<metadata>"), "{text}");
    let text =
        ask(&city, &format!("verb=GetRecord&metadataPrefix=tm&identifier={}", urn("achievements", &id)));
    assert!(text.contains("status=\"deleted\"") && !text.contains("<metadata>"));
}

/// A token is a place: it holds however long somebody waits, and whatever came meanwhile comes behind it.
#[test]
fn oai_a_token_never_expires() {
    let city = City::new();
    // More than a page, put where the follower puts them.
    let made = city.app.db.write_blocking("test.outlet", |tx| {
        use techmart::kernel::actor::Actor;
        use techmart::kernel::change::{Audience, NewChange};
        for number in 0..205 {
            let id: techmart::kernel::id::Id<()> = tx.new_id();
            let subject = tx.urn("achievement", id);
            let public =
                json!({"title": format!("成果{number}（示例）"), "technical_field": "new_materials"});
            let change = NewChange::published(
                "achievement.published",
                subject,
                1,
                Audience::Public,
                json!({}),
                public,
            );
            tx.record(&Actor::System("test"), change);
        }
        Ok(())
    });
    made.unwrap();
    city.settle();
    let first = ask(&city, "verb=ListIdentifiers&metadataPrefix=oai_dc");
    let mut found = values(&first, "identifier");
    assert_eq!(found.len(), 100);
    let resume = token(&first).unwrap();
    city.clock.advance_seconds(400 * 24 * 3600);
    let newcomer = achievements(&city, 1).remove(0);
    city.settle();
    let mut next = Some(resume.clone());
    while let Some(token) = next {
        let text = ask(&city, &format!("verb=ListIdentifiers&resumptionToken={token}"));
        found.extend(values(&text, "identifier"));
        assert!(text.contains("<resumptionToken cursor="), "the last one has an empty token");
        next = self::token(&text);
    }
    assert_eq!(found.len(), 206);
    assert_eq!(found.last(), Some(&urn("achievements", &newcomer)));
    let distinct: std::collections::BTreeSet<_> = found.iter().collect();
    assert_eq!(distinct.len(), found.len());
    assert_eq!(
        error(&ask(&city, &format!("verb=ListIdentifiers&metadataPrefix=tm&resumptionToken={resume}"))),
        "badArgument"
    );
    assert_eq!(error(&ask(&city, "verb=ListRecords&resumptionToken=AAAA")), "badResumptionToken");
}

/// OAI-PMH §3.6.
#[test]
fn oai_errors_are_those_of_the_protocol() {
    let city = City::new();
    for (query, code) in [
        ("", "badVerb"),
        ("verb=List", "badVerb"),
        ("verb=Identify&x=1", "badArgument"),
        ("verb=ListRecords&metadataPrefix=marc", "cannotDisseminateFormat"),
        ("verb=ListRecords&metadataPrefix=tm", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=tm&set=nonsense", "noRecordsMatch"),
        ("verb=GetRecord&metadataPrefix=tm&identifier=urn:x", "idDoesNotExist"),
        ("verb=ListMetadataFormats&identifier=urn:x", "idDoesNotExist"),
        ("verb=ListRecords&metadataPrefix=tm&from=2026-02-30", "badArgument"),
    ] {
        assert_eq!(error(&ask(&city, query)), code, "{query}");
    }
}

/// Two clients that we did not write harvest the same, deletions too, in both formats; tests/thorough says what to install.
#[test]
fn oai_clients_of_others_harvest_everything() {
    let Some(python) = std::env::var_os("TECHMART_TEST_OAI_PYTHON") else {
        println!("skipped: TECHMART_TEST_OAI_PYTHON names no Python with sickle, oaipmh-scythe and lxml");
        return;
    };
    let city = City::new();
    let ids = achievements(&city, 3);
    let withdraw = format!("/api/v1/achievements/{}/withdraw", ids[0]);
    city.as_("institute.member").post(&withdraw, json!({"reason": "撤下（示例）"})).expect(200);
    city.settle();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/federation/oai_harvest.py");
    let mut harvest = std::process::Command::new(python);
    harvest.arg(script).arg(format!("{}/oai", city.base)).args(std::env::var_os("TECHMART_TEST_OAI_SCHEMA"));
    let output = harvest.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(said.matches("3 records, 1 of them deleted, the same by both").count(), 2, "{said}");
}

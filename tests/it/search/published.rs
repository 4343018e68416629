//! Achievements and demands as anybody finds them, and what nobody may find.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use techmart::changes::InstanceFollower;
use techmart::search::service::{Search, SearchSettings};
use techmart::search::{Source, Sources};

use super::super::support::records::{achievement, act, demand, draft_of, published, published_of, with};
use super::super::support::{City, Client, Response};
use super::answer;

const OWNER: &str = "institute.member";
const BUYER: &str = "enterprise.member";

fn ask(city: &City, pairs: &[(&str, &str)]) -> Value {
    asked(&city.anonymous(), pairs).expect(200).body
}

fn asked(client: &Client, pairs: &[(&str, &str)]) -> Response {
    let url = reqwest::Url::parse_with_params("http://x/api/v1/search", pairs).unwrap();
    client.get(&url.as_str()["http://x".len()..])
}

fn ids(body: &Value) -> Vec<&str> {
    body["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect()
}

/// Issue 3: a patent number that nobody has finds nothing, not the records that share a digit with it; a filter by a code
/// that is on no list is told, and not answered with nothing.
#[test]
fn what_is_on_no_list_and_what_nobody_has() {
    let city = City::new();
    let title = "坭兴陶 3 号窑 201710601862 型（示例）";
    published_of(&city, "achievements", OWNER, with(achievement(), "title", json!(title)));
    city.settle();
    for absent in ["201710601863.3", "ZL201710601863.3", "ZL 2017 1 0601863.3"] {
        assert_eq!(ids(&ask(&city, &[("q", absent)])), Vec::<&str>::new(), "{absent}");
    }
    assert_eq!(
        ids(&ask(&city, &[("q", "坭兴陶 201710601863.3")])).len(),
        1,
        "beside words it is one of several"
    );
    for (filter, value) in
        [("kind", "xyz"), ("field", "nonsense"), ("ip_kind", "patent"), ("price_band", "cheap")]
    {
        let refused = asked(&city.anonymous(), &[(filter, value)]).refused(422, "validation_failed");
        assert_eq!(refused.field(&format!("/{filter}")), Some("unknown_value"));
    }
    assert_eq!(
        ids(&ask(&city, &[("industry", "C,C30"), ("ip_state", "granted"), ("trl", "1,2,3,4,5,6,7,8,9")]))
            .len(),
        1
    );
}

#[test]
fn a_published_record_is_found_by_what_it_says() {
    let city = City::new();
    let (offer, call) = (published(&city, "achievements", OWNER), published(&city, "demands", BUYER));
    city.settle();
    for question in [
        "坭兴陶",
        "坭興陶",
        "近红外光谱",
        "ZL201710601862.3",
        "201710601862.3",
        "示例甲",
        "炼坭",
        "“成品率由六成提高到九成”",
    ] {
        assert_eq!(ids(&ask(&city, &[("q", question)])), [offer.as_str()], "{question}");
    }
    for question in ["镍锰酸锂", "高电压 正极材料", "電解液"] {
        assert_eq!(ids(&ask(&city, &[("q", question)])), [call.as_str()], "{question}");
    }
    let all = ask(&city, &[]);
    assert_eq!((ids(&all).len(), &all["total"]), (2, &json!({"count": 2, "exact": true})));
    let kinds = all["facets"]["kind"].as_array().unwrap();
    assert!(kinds.contains(&json!({"value": "achievement", "count": 1})), "{kinds:?}");
    for (filter, value) in
        [("kind", "demand"), ("field", "new_energy"), ("division", "450703"), ("price_from_fen", "150000000")]
    {
        assert_eq!(ids(&ask(&city, &[(filter, value)])), [call.as_str()], "{filter}");
    }
    assert_eq!(ids(&ask(&city, &[("division", "450700")])).len(), 2, "a city finds its counties");
    assert_eq!(ids(&ask(&city, &[("trl_from", "5"), ("q", "坭兴陶")])), [offer.as_str()]);
    let hit = &ask(&city, &[("q", "坭兴陶")])["items"][0];
    assert_eq!(hit["highlights"]["title"][1], "坭兴陶");
    assert_eq!(
        (hit["kind"].as_str(), hit["holder"]["name"].as_str()),
        (Some("achievement"), Some("示例institute"))
    );
    assert_eq!(hit["price"], json!({"kind": "range", "low_fen": 10_000_000, "high_fen": 30_000_000}));
}

#[test]
fn pages_of_hits_follow_one_another() {
    let city = City::new();
    for number in 0..7 {
        published_of(
            &city,
            "achievements",
            OWNER,
            with(achievement(), "title", json!(format!("坭兴陶第{number}号（示例）"))),
        );
    }
    city.settle();
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let mut pairs = vec![("q", "坭兴陶"), ("limit", "3")];
        if !cursor.is_empty() {
            pairs.push(("cursor", &cursor));
        }
        let page = asked(&city.anonymous(), &pairs).expect(200);
        seen.extend(ids(&page.body).into_iter().map(str::to_owned));
        let Some(next) = page.body["next"].as_str() else { break };
        assert!(page.header("link").contains(next));
        cursor = next.to_owned();
    }
    let mut once = seen.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!((seen.len(), once.len()), (7, 7));
}

/// Rule 1 (Law on Promoting the Conversion of Sci-Tech Achievements art. 11 and 30): markers in whatever is not
/// published are never found and never shown.
#[test]
fn drafts_and_confidential_parts_are_never_found() {
    let city = City::new();
    let marked = |body: Value, marker: &str| {
        let body = with(body, "confidential", json!(format!("保密{marker}confidential 机密配方")));
        with(body, "contact", json!({"name": format!("{marker}contact"), "phone": "0777-2809999"}))
    };
    for (collection, body, persona) in [("achievements", achievement(), OWNER), ("demands", demand(), BUYER)]
    {
        let title = |text: &str| with(marked(body.clone(), collection), "title", json!(text));
        draft_of(&city, collection, persona, title(&format!("{collection}draft 隐秘草稿（示例）")));
        let waiting =
            draft_of(&city, collection, persona, title(&format!("{collection}waiting 隐秘待审（示例）")));
        act(&city.as_(persona), collection, &waiting, "submit").expect(200);
        let public =
            published_of(&city, collection, persona, title(&format!("{collection}public 公开成果（示例）")));
        let revised =
            with(title(&format!("{collection}revised 隐秘修改（示例）")), "edit_reason", json!("改名"));
        city.as_(persona).put(&format!("/api/v1/{collection}/{public}"), revised).expect(200);
    }
    city.settle();
    for collection in ["achievements", "demands"] {
        for marker in ["draft", "waiting", "revised", "confidential", "contact"] {
            let marker = format!("{collection}{marker}");
            assert_eq!(ask(&city, &[("q", &marker)])["total"]["count"], 0, "{marker}");
        }
        assert_eq!(ask(&city, &[("q", &format!("{collection}public"))])["total"]["count"], 1);
    }
    for marker in ["隐秘草稿", "隐秘", "“机密配方”", "0777-2809999", "28099999"] {
        assert_eq!(ask(&city, &[("q", marker)])["items"], json!([]), "{marker}");
    }
    let mut everything = asked(&city.anonymous(), &[("facets", "all"), ("limit", "100")]).expect(200).text();
    // What is suggested or offered for whatever a curious person types.
    for typed in [
        "隐",
        "隐秘",
        "yinmi",
        "ym",
        "ymcg",
        "yinmicaogao",
        "隐密",
        "机密配方",
        "jmpf",
        "保密",
        "achievementsd",
        "demandsw",
        "achievementsdraf",
        "0777",
        "28",
        "a",
        "y",
        "j",
    ] {
        let suggested = suggested(&city, typed);
        assert!(suggested["items"].is_array(), "{suggested}");
        everything.push_str(&suggested.to_string());
        everything.push_str(&ask(&city, &[("q", typed), ("facets", "all")]).to_string());
    }
    for secret in ["隐秘", "机密", "confidential", "contact", "2809999", "draft", "waiting", "revised"] {
        assert!(!everything.contains(secret), "{secret} in {everything}");
    }
}

/// Words that people type who have no Chinese keyboard, or a hasty hand.
#[test]
fn pinyin_initials_and_typing_errors_find_what_was_meant() {
    let city = City::new();
    let with_keywords = |title: &str, words: &[&str]| {
        with(with(achievement(), "title", json!(format!("{title}（示例）"))), "keywords", json!(words))
    };
    published_of(&city, "achievements", OWNER, with_keywords("坭兴陶烧制", &["坭兴陶"]));
    let rice = published_of(&city, "achievements", OWNER, with_keywords("耐盐品种", &["海水稻"]));
    let oil = published_of(&city, "achievements", OWNER, with_keywords("油茶籽压榨", &["油茶"]));
    let person = json!([{"rank": 1, "name": "黎晓彤", "share_ppm": 1_000_000}]);
    let of_person = with(with_keywords("石墨烯导电剂", &["导电剂"]), "contributors", person);
    let of_person = published_of(&city, "achievements", OWNER, of_person);
    city.settle();
    for (typed, meant, id) in [
        ("haishuidao", "海水稻", &rice),
        ("油荼", "油茶", &oil),
        ("lixiaotong", "黎晓彤", &of_person),
        ("lxt", "黎晓彤", &of_person),
    ] {
        let answer = ask(&city, &[("q", typed)]);
        assert_eq!(
            (&answer["matched"], &answer["corrected_to"]),
            (&json!("corrected"), &json!(meant)),
            "{typed}"
        );
        assert_eq!(ids(&answer), [id.as_str()], "{typed}");
        assert_eq!(suggested(&city, typed)["items"][0]["text"], meant, "{typed}");
    }
    assert_eq!(ask(&city, &[("q", "nxt")])["corrected_to"], "坭兴陶");
    assert_eq!(
        suggested(&city, "nxt")["items"][0],
        json!({"text": "坭兴陶", "kind": "keyword", "count": 1, "filter": null})
    );
    let field = &suggested(&city, "新材料")["items"][0];
    assert_eq!(
        (&field["kind"], &field["filter"]),
        (&json!("code"), &json!({"facet": "field", "value": "new_materials"}))
    );
    let plain = ask(&city, &[("q", "海水稻")]);
    assert_eq!((&plain["corrected_to"], &plain["did_you_mean"]), (&Value::Null, &json!([])));
    let path = "/api/v1/search/suggestions";
    city.anonymous().get(&format!("{path}?q=a&limit=21")).refused(400, "limit_invalid");
    city.anonymous().get(&format!("{path}?q=a&colour=red")).refused(400, "malformed_request");
}

fn suggested(city: &City, typed: &str) -> Value {
    let url = reqwest::Url::parse_with_params(
        "http://x/api/v1/search/suggestions",
        [("q", typed), ("limit", "20")],
    );
    city.anonymous().get(&url.unwrap().as_str()["http://x".len()..]).expect(200).body
}

#[test]
fn what_is_withdrawn_disappears_and_what_is_approved_anew_is_replaced() {
    let city = City::new();
    let (kept, gone) = (published(&city, "achievements", OWNER), published(&city, "achievements", OWNER));
    city.settle();
    assert_eq!(ids(&ask(&city, &[("q", "坭兴陶")])).len(), 2);
    let owner = city.as_(OWNER);
    owner.post(&format!("/api/v1/achievements/{gone}/withdraw"), json!({"reason": "已转让"})).expect(200);
    let changed = with(achievement(), "title", json!("海水稻耐盐种植（示例）"));
    let changed = with(changed, "keywords", json!(["海水稻"]));
    let changed =
        with(changed, "abstract", json!("在滩涂种植，亩产三百公斤，十分适合沿海推广的耐盐品种与配套技术。"));
    owner
        .put(&format!("/api/v1/achievements/{kept}"), with(changed, "edit_reason", json!("改题")))
        .expect(200);
    act(&owner, "achievements", &kept, "submit").expect(200);
    let path = format!("/api/v1/achievements/{kept}/publish");
    city.as_("operator.operator").post(&path, json!({"opinion": "同意"})).expect(200);
    city.settle();
    assert_eq!(ids(&ask(&city, &[("q", "坭兴陶")])), Vec::<&str>::new());
    assert_eq!(
        (suggested(&city, "nxt"), suggested(&city, "坭")),
        (json!({"items": []}), json!({"items": []}))
    );
    assert_eq!(ids(&ask(&city, &[("q", "海水稻種植")])), [kept.as_str()]);
}

#[test]
fn a_reader_who_has_just_written_finds_what_it_wrote_or_is_told_to_wait() {
    let city = City::new();
    let id = published(&city, "achievements", OWNER);
    let head = city.app.db.head().to_string();
    city.settle();
    let found = asked(&city.anonymous().with("tm-at-least", &head), &[("q", "坭兴陶")]).expect(200);
    assert_eq!(ids(&found.body), [id.as_str()]);
}

/// A server of its own on the city's database.
struct Server {
    child: Child,
    base: String,
}

impl Server {
    fn start(city: &City, data_dir: &Path) -> Server {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new(env!("CARGO_BIN_EXE_techmart"))
            .args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--data-dir"])
            .arg(data_dir)
            .env_clear()
            .env("DATABASE_URL", city.database.url())
            .env("TECHMART_SECRET", "42".repeat(32))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Server { child, base: format!("http://127.0.0.1:{port}") }
    }

    /// Waits until the server's search shows so many records.
    fn shows(&self, count: u64) {
        let started = Instant::now();
        let http = reqwest::blocking::Client::new();
        while started.elapsed() < Duration::from_secs(60) {
            let body = http
                .get(format!("{}/api/v1/search?limit=1", self.base))
                .send()
                .and_then(|r| r.json::<Value>());
            if body.is_ok_and(|body| body["total"]["count"].as_u64() >= Some(count)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the server's search never showed {count} records");
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn picture(search: &Search) -> Vec<BTreeMap<String, (i64, String)>> {
    let found = |text: &str| {
        let hits = answer(search, text).unwrap().hits.into_iter();
        hits.map(|hit| (hit.document.subject, (hit.document.version, hit.document.title))).collect()
    };
    ["", "坭兴陶", "镍锰酸锂", "“坭兴陶第3号”", "第 号"].into_iter().map(found).collect()
}

/// Rule 2: `kill -9` in the middle of indexing, twice; what stands then goes on and equals a fresh index.
#[test]
fn a_killed_server_goes_on_with_its_index() {
    let city = City::new();
    let dir = tempfile::tempdir().unwrap();
    let publish = |from: usize, to: usize| {
        for number in from..to {
            let title = json!(format!("坭兴陶第{number}号（示例）"));
            published_of(&city, "achievements", OWNER, with(achievement(), "title", title));
        }
    };
    publish(0, 2);
    let server = Server::start(&city, dir.path());
    server.shows(1);
    publish(2, 6);
    server.kill();
    publish(6, 8);
    let server = Server::start(&city, dir.path());
    server.shows(3);
    published(&city, "demands", BUYER);
    server.kill();

    let node: Arc<str> = "cn-450700".into();
    let sources = || -> Vec<Arc<dyn Source>> {
        let demands = techmart::demand::Found::new(Arc::clone(&node));
        vec![Arc::new(techmart::achievement::Found::new(Arc::clone(&node))), Arc::new(demands)]
    };
    let followed = |directory| {
        let search =
            Search::new(SearchSettings { directory, pace: Duration::ZERO }, Sources::new(sources())).unwrap();
        search.catch_up(&city.app.db).unwrap();
        picture(&search)
    };
    let index = dir.path().join("index");
    let (went_on, fresh) = (followed(Some(index.clone())), followed(None));
    assert_eq!(std::fs::read_to_string(index.join("current")).unwrap(), "g1", "it was not made anew");
    assert_eq!(fresh[0].len(), 9);
    assert_eq!(went_on, fresh);
}

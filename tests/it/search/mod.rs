//! The search follower over a source of the test's own: what it shows, what it survives.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use techmart::changes::InstanceFollower;
use techmart::db::Conn;
use techmart::kernel::actor::Actor;
use techmart::kernel::change::NewChange;
use techmart::kernel::error::Refusal;
use techmart::search::model::{Answer, Document, SearchQuery};
use techmart::search::service::{Search, SearchSettings};
use techmart::search::{Source, Sources};

use super::support::City;

mod corpus;
mod killed;
mod published;
mod synonyms;

/// Records of the test's kind, as a room would have them in its tables.
#[derive(Clone, Default)]
struct Room(Arc<Mutex<Records>>);

#[derive(Default)]
struct Records {
    shown: BTreeMap<String, Document>,
    /// Subjects whose loading fails.
    broken: Vec<String>,
    /// Whether reading all fails.
    unreadable: bool,
    /// Told whenever all records are read.
    scanned: Option<std::sync::mpsc::SyncSender<()>>,
}

impl Source for Room {
    fn kinds(&self) -> &[&'static str] {
        &["thing"]
    }

    fn load(&self, _: &mut Conn, subjects: &[String]) -> Result<Vec<Document>, Refusal> {
        let records = self.0.lock().unwrap();
        if subjects.iter().any(|subject| records.broken.contains(subject)) {
            return Err(Refusal::internal("this record cannot be read"));
        }
        Ok(subjects.iter().filter_map(|subject| records.shown.get(subject).cloned()).collect())
    }

    fn scan(&self, _: &mut Conn, after: Option<&str>, limit: i64) -> Result<Vec<Document>, Refusal> {
        let scanned = self.0.lock().unwrap().scanned.clone();
        if let Some(scanned) = scanned {
            // A channel without room: goes on when the test has taken both, with a look around in between.
            scanned.send(()).unwrap();
            scanned.send(()).unwrap();
        }
        let records = self.0.lock().unwrap();
        if records.unreadable {
            return Err(Refusal::internal("the table cannot be read"));
        }
        let behind = records.shown.values().filter(|document| Some(document.subject.as_str()) > after);
        Ok(behind.take(limit as usize).cloned().collect())
    }
}

struct Scene {
    city: City,
    room: Room,
}

fn subject(id: usize) -> String {
    format!("urn:tm:cn-450700:thing:{id:04}")
}

impl Scene {
    fn new() -> Scene {
        Scene { city: City::new(), room: Room::default() }
    }

    /// Publishes a record or a new version of it: the row and the change.
    fn publish(&self, id: usize, title: &str) {
        let document = Document {
            subject: subject(id),
            kind: "thing".into(),
            title: title.into(),
            published_at: 1_700_000_000_000_000 + id as i64 * 1_000_000,
            ..Document::default()
        };
        self.room.0.lock().unwrap().shown.insert(document.subject.clone(), document);
        self.changed(id, "thing.published");
    }

    fn withdraw(&self, id: usize) {
        self.room.0.lock().unwrap().shown.remove(&subject(id));
        self.changed(id, "thing.withdrawn");
    }

    fn changed(&self, id: usize, kind: &'static str) -> i64 {
        let command = move |tx: &mut techmart::db::Tx| {
            tx.record(&Actor::System("test"), NewChange::local(kind, subject(id), 1, json!({})));
            Ok(())
        };
        self.city.app.db.write_blocking("test.change", command).unwrap().seq
    }

    fn search(&self, directory: Option<&Path>) -> Search {
        let settings = SearchSettings { directory: directory.map(Path::to_owned), pace: Duration::ZERO };
        Search::new(settings, Sources::new(vec![Arc::new(self.room.clone())])).unwrap()
    }

    fn followed(&self, directory: Option<&Path>) -> Search {
        let search = self.search(directory);
        search.catch_up(&self.city.app.db).unwrap();
        search
    }

    fn index_dir(&self) -> PathBuf {
        self.city.dir.path().join("own-index")
    }
}

fn answer(search: &Search, text: &str) -> Result<Answer, Refusal> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(search.answer(SearchQuery { text: text.into(), limit: 100, ..SearchQuery::default() }))
}

fn titles(search: &Search, text: &str) -> Vec<String> {
    answer(search, text).unwrap().hits.into_iter().map(|hit| hit.document.title).collect()
}

#[test]
fn search_answers_503_until_the_index_is_ready() {
    let scene = Scene::new();
    scene.publish(1, "海水稻");
    let search = scene.search(None);
    assert_eq!(answer(&search, "海水稻").unwrap_err().code(), "search_warming");
    search.catch_up(&scene.city.app.db).unwrap();
    assert_eq!(titles(&search, "海水稻"), ["海水稻"]);
}

/// Rule 2: what is indexed is the subject as it is now.
#[test]
fn published_is_found_changed_is_replaced_withdrawn_disappears() {
    let scene = Scene::new();
    let search = scene.followed(None);
    let settle = || search.catch_up(&scene.city.app.db).unwrap();
    scene.publish(1, "坭兴陶烧制");
    scene.publish(2, "油茶压榨");
    settle();
    assert_eq!(titles(&search, "坭兴陶"), ["坭兴陶烧制"]);
    scene.publish(1, "石墨烯导电剂");
    settle();
    assert_eq!(titles(&search, "坭兴陶"), Vec::<String>::new());
    assert_eq!(titles(&search, "石墨烯"), ["石墨烯导电剂"]);
    // The same change twice, and changes of other rooms in between.
    scene.changed(1, "thing.published");
    scene.changed(2, "elsewhere.noted");
    scene.withdraw(2);
    settle();
    settle();
    assert_eq!(titles(&search, ""), ["石墨烯导电剂"]);
}

#[test]
fn a_reader_who_has_just_written_waits_for_the_index() {
    let scene = Scene::new();
    let search = scene.followed(None);
    let seq = scene.changed(9, "elsewhere.noted");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let waited = runtime.block_on(search.wait_for(seq));
    assert_eq!(waited.unwrap_err().code(), "seq_ahead");
    search.catch_up(&scene.city.app.db).unwrap();
    runtime.block_on(search.wait_for(seq)).unwrap();
}

/// The words of a fresh index, as everybody would find them.
fn picture(search: &Search) -> Vec<Vec<String>> {
    ["", "海水稻", "第", "新 海水稻", "“海水稻 3”"].iter().map(|text| titles(search, text)).collect()
}

/// Rule 2: a process that ends anywhere goes on from its last commit, and ends up like a fresh index.
#[test]
fn an_index_that_goes_on_equals_a_fresh_one() {
    let scene = Scene::new();
    let dir = scene.index_dir();
    for round in 0..4 {
        // Dropped without a commit of what comes next, as by a kill.
        let search = scene.followed(Some(&dir));
        for id in 0..30 {
            scene.publish(id, &format!("海水稻 {id} 第{round}版"));
        }
        if round % 2 == 0 {
            search.catch_up(&scene.city.app.db).unwrap();
        }
        scene.withdraw(round);
        scene.publish(100 + round, "新的海水稻");
        drop(search);
        let (again, fresh) = (scene.followed(Some(&dir)), scene.followed(None));
        assert_eq!(picture(&again), picture(&fresh), "round {round}");
        assert_eq!(titles(&fresh, "").len(), 30 + round);
    }
}

/// A byte of the stored rows is another, in the file as it stands: who has it open sees it too.
fn damage(generation: &Path) {
    use std::os::unix::fs::FileExt;
    let files = std::fs::read_dir(generation).unwrap().map(|entry| entry.unwrap().path());
    let store = files.filter(|path| path.extension().is_some_and(|e| e == "store")).last().unwrap();
    let file = std::fs::OpenOptions::new().read(true).write(true).open(store).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, 0).unwrap();
    file.write_all_at(&[byte[0] ^ 0xff], 0).unwrap();
}

/// Rule 3: a damaged index answers nothing any more; that a new one could not be made at once does not leave it so.
#[test]
fn a_damaged_index_is_made_anew_until_that_succeeds() {
    let scene = Scene::new();
    let dir = scene.index_dir();
    scene.publish(1, "海水稻");
    let (search, db) = (scene.followed(Some(&dir)), &scene.city.app.db);
    damage(&dir.join("g1"));
    assert_eq!(answer(&search, "海水稻").unwrap_err().code(), "internal", "suspicion");
    scene.room.0.lock().unwrap().unreadable = true;
    for _ in 0..2 {
        assert!(search.catch_up(db).is_err());
        assert_eq!(answer(&search, "海水稻").unwrap_err().code(), "search_warming");
    }
    scene.room.0.lock().unwrap().unreadable = false;
    search.catch_up(db).unwrap();
    assert_eq!(titles(&search, "海水稻"), ["海水稻"]);
}

/// Rule 3, and what a new dictionary, a torn file or a restored database ask for.
#[test]
fn an_index_that_cannot_go_on_is_made_anew() {
    let scene = Scene::new();
    let dir = scene.index_dir();
    scene.publish(1, "海水稻");
    drop(scene.followed(Some(&dir)));
    let generation = |dir: &Path| std::fs::read_to_string(dir.join("current")).unwrap();
    assert_eq!(generation(&dir), "g1");
    drop(scene.followed(Some(&dir)));
    assert_eq!(generation(&dir), "g1", "a good one is kept");

    let meta = dir.join("g1/meta.json");
    let text = std::fs::read_to_string(&meta).unwrap();
    std::fs::write(&meta, text.replace("\\\"seq\\\":", "\\\"seq\\\":99")).unwrap();
    assert_eq!(titles(&scene.followed(Some(&dir)), "海水稻"), ["海水稻"]);
    assert_eq!(generation(&dir), "g2", "an index ahead of the log follows another log");

    damage(&dir.join("g2"));
    assert_eq!(titles(&scene.followed(Some(&dir)), "海水稻"), ["海水稻"]);
    assert_eq!(generation(&dir), "g3", "a damaged file");
    assert!(!dir.join("g2").exists());

    std::fs::create_dir(dir.join("g4")).unwrap();
    let search = scene.followed(Some(&dir));
    assert_eq!(search.rebuild(&scene.city.app.db).unwrap(), 1);
    assert_eq!(generation(&dir), "g5", "beside what an interrupted rebuild left");
    assert!(!dir.join("g4").exists());
    assert_eq!(titles(&search, "海水稻"), ["海水稻"]);
}

/// Rule 3: questions are answered from the old index while the new one is made.
#[test]
fn an_index_in_use_answers_while_another_is_made_beside_it() {
    let scene = Scene::new();
    let dir = scene.index_dir();
    scene.publish(1, "海水稻");
    let search = scene.followed(Some(&dir));
    let (tell, told) = std::sync::mpsc::sync_channel(0);
    scene.room.0.lock().unwrap().scanned = Some(tell);
    std::thread::scope(|scope| {
        let (search, db) = (&search, &scene.city.app.db);
        let made = scope.spawn(move || search.rebuild(db).unwrap());
        told.recv().unwrap();
        assert_eq!(titles(search, "海水稻"), ["海水稻"], "in the middle of the scan");
        assert_eq!(std::fs::read_to_string(dir.join("current")).unwrap(), "g1");
        scene.room.0.lock().unwrap().scanned = None;
        told.recv().unwrap();
        assert_eq!(made.join().unwrap(), 1);
    });
    assert_eq!(std::fs::read_to_string(dir.join("current")).unwrap(), "g2");
    assert_eq!(titles(&search, "海水稻"), ["海水稻"]);
}

#[test]
fn a_record_that_cannot_be_loaded_does_not_hide_the_others() {
    let scene = Scene::new();
    let search = scene.followed(None);
    scene.publish(1, "海水稻");
    scene.publish(2, "坏的记录");
    scene.room.0.lock().unwrap().broken.push(subject(2));
    let outcomes: Vec<bool> = (0..6).map(|_| search.catch_up(&scene.city.app.db).is_ok()).collect();
    assert_eq!(outcomes.last(), Some(&true), "{outcomes:?}");
    assert_eq!(titles(&search, ""), ["海水稻"]);
}

#[test]
fn an_operator_asks_every_instance_to_make_its_index_anew() {
    let scene = Scene::new();
    let dir = scene.index_dir();
    scene.publish(1, "海水稻");
    let search = scene.followed(Some(&dir));
    scene.city.as_("operator.operator").post("/api/v1/admin/search/reindex", json!({})).expect(204);
    search.catch_up(&scene.city.app.db).unwrap();
    assert_eq!(std::fs::read_to_string(dir.join("current")).unwrap(), "g2");
    search.catch_up(&scene.city.app.db).unwrap();
    assert_eq!(std::fs::read_to_string(dir.join("current")).unwrap(), "g2", "once");
    assert_eq!(titles(&search, "海水稻"), ["海水稻"]);
}

#[test]
fn questions_over_http_are_never_an_error_but_for_their_length() {
    let city = City::new();
    city.anonymous().get("/api/v1/search/suggestions?q=nxt").refused(503, "search_warming");
    city.anonymous().get("/api/v1/achievements").expect(200);
    let warming = city.anonymous().get("/api/v1/search");
    assert_eq!(warming.header("retry-after"), "1");
    warming.refused(503, "search_warming");
    city.settle();
    let ask = |pairs: &[(&str, &str)]| {
        let url = reqwest::Url::parse_with_params("http://x/api/v1/search", pairs).unwrap();
        city.anonymous().get(&url.as_str()["http://x".len()..])
    };
    let long = "海水稻种植".repeat(800);
    for text in ["", "鲎", "ＧＢ／Ｔ", "海水稻種植", "，。！", "🚀", "“", "-", "\"a", &long]
    {
        let answer = ask(&[("q", text)]).expect(200);
        assert!(answer.body["items"].is_array() && answer.body["total"]["exact"] == true, "{text}");
    }
    let long = format!("{long}稻");
    assert_eq!(ask(&[("q", &long)]).refused(422, "validation_failed").field("/q"), Some("search_too_long"));
    let wrong = ask(&[("sort", "best"), ("facets", "colour")]).refused(422, "validation_failed");
    assert_eq!(wrong.field("/sort"), Some("search_sort_unknown"));
    assert_eq!(wrong.field("/facets"), Some("search_facet_unknown"));
    assert!(ask(&[("q", "海水稻 OR 油茶|“鲎”")]).expect(200).body["did_you_mean"].is_array());
    ask(&[("colour", "red")]).refused(400, "malformed_request");
    ask(&[("limit", "0")]).refused(400, "limit_invalid");
    ask(&[("cursor", "x")]).refused(400, "cursor_invalid");
}

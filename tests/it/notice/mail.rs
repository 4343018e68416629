//! Mail: only to who proved an address and wants it, at least once, under the same id.

use serde_json::{Value, json};

use super::super::support::City;
use super::super::support::database::TestDatabase;
use super::super::support::post::{Mail, SmtpSink};
use super::super::support::records::enquired;

const OWNER: &str = "institute.member";
const ADDRESS: &str = "owner.example@mail.example";

struct Scene {
    city: City,
    sink: SmtpSink,
}

impl Scene {
    fn new() -> Scene {
        let sink = SmtpSink::start();
        let server = [("TECHMART_SMTP_URL", sink.url.as_str())];
        let city = City::with_settings(TestDatabase::from_template(), &server);
        city.settle();
        Scene { city, sink }
    }

    fn mails(&self) -> Vec<Mail> {
        self.city.settle();
        self.sink.all()
    }

    fn set_address(&self) -> Mail {
        let body = json!({"address": ADDRESS, "language": "zh-CN"});
        let set = self.city.as_(OWNER).put("/api/v1/notices/mail-address", body).expect(200);
        assert_eq!(set.body["confirmed"], false);
        self.mails().pop().unwrap()
    }

    fn confirm(&self) {
        let mail = self.set_address();
        let code = mail.body.lines().map(str::trim).find(|line| line.len() == 12 && line.is_ascii()).unwrap();
        let body = json!({"code": code});
        let done = self.city.as_(OWNER).post("/api/v1/notices/mail-address/confirm", body).expect(200);
        assert_eq!(done.body["confirmed"], true);
    }

    fn choose(&self, topic: &str, mail: &str) {
        let body: Value = json!({"choices": [{"topic": topic, "in_app": true, "mail": mail}]});
        self.city.as_(OWNER).put("/api/v1/notices/preferences", body).expect(200);
    }
}

#[test]
fn without_a_server_no_address_is_taken() {
    let city = City::with_settings(TestDatabase::from_template(), &[("TECHMART_SMTP_URL", "")]);
    assert_eq!(city.as_(OWNER).get("/api/v1/notices/preferences").expect(200).body["mail_available"], false);
    let body = json!({"address": ADDRESS, "language": "en"});
    city.as_(OWNER).put("/api/v1/notices/mail-address", body).refused(409, "mail_off");
}

#[test]
fn an_address_counts_when_its_owner_has_proved_it() {
    let scene = Scene::new();
    let client = scene.city.as_(OWNER);
    let wrong = json!({"address": "nowhere", "language": "en"});
    client.put("/api/v1/notices/mail-address", wrong).refused(422, "validation_failed");
    let mail = scene.set_address();
    assert_eq!(mail.to, ADDRESS);
    assert!(mail.headers["from"].contains("notice@techmart.example"));
    assert_eq!(mail.headers["auto-submitted"], "auto-generated");
    let wrong = json!({"code": "AAAAAAAAAAAA"});
    client.post("/api/v1/notices/mail-address/confirm", wrong).refused(422, "mail_code_wrong");
    scene.choose("engagement", "at_once");
    enquired(&scene.city);
    assert_eq!(scene.mails().len(), 1, "nothing but the code before it is proved");
    for _ in 0..4 {
        scene.set_address();
    }
    let body = json!({"address": ADDRESS, "language": "en"});
    client.put("/api/v1/notices/mail-address", body).refused(409, "mail_codes_too_many");
    scene.city.clock.advance_seconds(86_400);
    scene.confirm();
    let client = scene.city.as_(OWNER);
    client.delete("/api/v1/notices/mail-address").expect(204);
    assert!(client.get("/api/v1/notices/mail-address").expect(200).body["address"].is_null());
}

#[test]
fn a_notice_is_mailed_at_once_or_with_the_mail_of_the_day() {
    let scene = Scene::new();
    scene.confirm();
    scene.choose("engagement", "at_once");
    enquired(&scene.city);
    let mails = scene.mails();
    assert_eq!(mails.len(), 2, "{mails:#?}");
    assert!(mails[1].body.contains("收到新的对接意向") && mails[1].body.contains("坭兴陶坭料近红外"));
    assert!(mails[1].body.contains("https://techmart.example/api/v1/engagements/"));
    assert!(mails[1].body.contains("notices/preferences"), "how to stop it");
    scene.city.app.run_jobs().unwrap();
    assert_eq!(scene.mails().len(), 2, "the rest waits for its hour");
    scene.city.clock.advance_seconds(86_400);
    scene.city.app.run_jobs().unwrap();
    let mails = scene.mails();
    assert_eq!(mails.len(), 3);
    assert!(mails[2].body.contains("【信息发布】") && mails[2].body.contains("信息已审核发布"));
    assert!(!mails[2].body.contains("收到新的对接意向"), "not twice");
    scene.city.app.run_jobs().unwrap();
    assert_eq!(scene.mails().len(), 3);
}

/// Rule 4: sent again under the same id; what will never work is given up.
#[test]
fn a_mail_is_tried_again_under_the_same_id() {
    let scene = Scene::new();
    scene.confirm();
    scene.choose("engagement", "at_once");
    scene.sink.refusals.lock().unwrap().extend(["451 later", "451 later"]);
    enquired(&scene.city);
    assert_eq!(scene.mails().len(), 1);
    assert_eq!(scene.mails().len(), 1, "not before its pause is over");
    scene.city.clock.advance_seconds(11);
    assert_eq!(scene.mails().len(), 1);
    scene.city.clock.advance_seconds(61);
    let mails = scene.mails();
    assert_eq!(mails.len(), 2);
    assert!(mails[1].headers["message-id"].ends_with("@cn-450700>"));
    scene.sink.refusals.lock().unwrap().push("550 no such user");
    enquired(&scene.city);
    scene.city.settle();
    scene.city.clock.advance_seconds(86_400);
    assert_eq!(scene.mails().len(), 2, "a permanent refusal is not tried again");
}

/// Rule 5: no address in the log of changes.
#[test]
fn addresses_stand_in_no_change() {
    let scene = Scene::new();
    scene.confirm();
    let read = scene.city.app.db.read_blocking(|snapshot| techmart::changes::read_after(snapshot, 0, 10_000));
    for change in read.unwrap() {
        assert!(!format!("{change:?}").contains("mail.example"), "{}", change.kind);
    }
}

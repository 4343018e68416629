//! Rule 15: no secret in a log or in a row.

use std::process::{Child, Command, Stdio};

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::support::Client;
use crate::walk::identity::registration;

const PASSWORD: &str = "mangrove-and-lotus-12";
const OPERATOR: &str = "white-egret-in-april-7";
const WRONG: &str = "guessed-and-missed-99";

struct Server {
    child: Child,
    base: String,
    dir: tempfile::TempDir,
}

impl Server {
    /// The real program on an empty directory, logging everything it can.
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let log = std::fs::File::create(dir.path().join("log")).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_techmart"))
            .args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--data-dir"])
            .arg(dir.path().join("data"))
            .env_remove("DATABASE_URL")
            .env_remove("REDIS_URL")
            .env("TECHMART_LOG", "trace")
            .env("TECHMART_OPERATOR_LOGIN", "first.operator")
            .env("TECHMART_OPERATOR_PASSWORD", OPERATOR)
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { child, base: format!("http://127.0.0.1:{port}"), dir };
        for _ in 0..200 {
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return server;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("the server did not start: {}", server.log());
    }

    fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.dir.path().join("log")).unwrap()).into_owned()
    }

    /// Every byte of the data directory, but for the master key's own file.
    fn rows(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.dir.path().join("data")).unwrap();
        let kept =
            files.map(|file| file.unwrap().path()).filter(|p| p.is_file() && !p.ends_with("secret.key"));
        kept.flat_map(|path| std::fs::read(path).unwrap()).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn contains(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[test]
fn no_secret_is_logged_or_stored() {
    let server = Server::start();
    let anonymous = Client::new(&server.base, None);
    let login = |login: &str, password: &str| {
        anonymous.post("/api/v1/auth/login", json!({"login": login, "password": password}))
    };
    let operator = login("first.operator", OPERATOR).expect(200).body;
    login("first.operator", WRONG).refused(401, "credentials_wrong");
    let as_operator = Client::new(&server.base, Some(operator["access_token"].as_str().unwrap().to_owned()));
    let invited = as_operator.post("/api/v1/invitations", json!({"name": "示例", "roles": ["admin"]}));
    let invitation = invited.expect(201).body["token"].clone();
    let account = json!({"login": "second.one", "name": "示例", "password": PASSWORD});
    let accepted = json!({"token": invitation, "account": account});
    anonymous.post("/api/v1/invitations/accept", accepted).expect(201);
    let body = json!({"label": "示例", "scopes": ["session"], "days": 1});
    let key = as_operator.with("idempotency-key", "k1").post("/api/v1/api-keys", body).expect(201).body;
    let registration = registration("1").to_string().into_bytes();
    let keyed = anonymous.with("idempotency-key", "k2");
    keyed.send("POST", "/api/v1/organisations", Some(("application/json", registration.clone()))).expect(201);
    let by_key = Client::new(&server.base, Some(key["key"].as_str().unwrap().to_owned()));
    by_key.get("/api/v1/me").expect(200);
    let refreshed = json!({"refresh_token": operator["refresh_token"]});
    let refreshed = anonymous.post("/api/v1/auth/refresh", refreshed).expect(200).body;
    let secrets: Vec<String> = [OPERATOR, PASSWORD, WRONG]
        .into_iter()
        .map(str::to_owned)
        .chain(
            [
                &operator["access_token"],
                &operator["refresh_token"],
                &refreshed["access_token"],
                &refreshed["refresh_token"],
                &invitation,
                &key["key"],
            ]
            .map(|secret| secret.as_str().unwrap().to_owned()),
        )
        .collect();
    let master = std::fs::read_to_string(server.dir.path().join("data/secret.key")).unwrap();
    let (log, rows) = (server.log(), server.rows());
    assert!(log.contains("/api/v1/auth/login"), "the log is read");
    assert!(contains(&rows, "first.operator"), "the rows are read");
    for secret in secrets.iter().chain([&master.trim().to_owned()]) {
        assert!(!log.contains(secret.as_str()), "{secret} is in the log");
        assert!(!contains(&rows, secret), "{secret} is in the database");
    }
    // The hash that is kept for an Idempotency-Key is keyed: nobody can try passwords on it.
    for bare in [
        Sha256::digest(&registration),
        Sha256::digest([b"/api/v1/organisations\0", &registration[..]].concat()),
    ] {
        assert!(
            !rows.windows(bare.len()).any(|window| window == &bare[..]),
            "a bare hash of a password is kept"
        );
    }
    assert!(!log.contains("$argon2id$"), "a password hash is in the log");
}

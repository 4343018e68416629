//! Settings that are refused and what stands where nothing is said.

use super::*;

fn load(pairs: &[(&str, &str)]) -> Result<Config, BadSetting> {
    let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::from_pairs(&Flags::default(), pairs)
}

#[test]
fn nothing_set_is_the_embedded_default() {
    let config = load(&[("PATH", "/bin")]).unwrap();
    assert_eq!(config.database.file().unwrap(), Path::new("data/techmart.db"));
    assert_eq!(config.base_url, "http://127.0.0.1:8080");
    assert!(config.redis.is_none() && config.secret.is_none());
    assert_eq!(config.ocid_prefix, "ocds-213czf");
    assert_eq!(load(&[("TECHMART_OCID_PREFIX", "ocds-qz0001")]).unwrap().ocid_prefix, "ocds-qz0001");
}

/// What is printed on papers must lead somewhere: 0.0.0.0 is an address to listen on, not to ask.
#[test]
fn links_never_begin_with_an_unspecified_address() {
    let at = |listen: &str| load(&[("TECHMART_LISTEN", listen)]).unwrap();
    for listen in ["0.0.0.0:8081", "[::]:8081"] {
        assert_eq!(at(listen).base_url, "http://localhost:8081", "{listen}");
    }
    assert_eq!(at("[::1]:8081").base_url, "http://[::1]:8081");
    let named = [("TECHMART_LISTEN", "0.0.0.0:80"), ("TECHMART_BASE_URL", "https://techmart.example/")];
    assert_eq!(load(&named).unwrap().base_url, "https://techmart.example");
}

#[test]
fn a_bad_setting_is_named_with_its_reason() {
    for (name, value) in [
        ("TECHMART_LISTEN", "nowhere"),
        ("TECHMART_WORKERS", "0"),
        ("TECHMART_SECRET", "abc"),
        ("TECHMART_NODE", "Qinzhou!"),
        ("TECHMART_OUTBOUND_ALLOW", "10.0.0.0/33"),
        ("TECHMART_SMTP_URL", "http://mail.example"),
        ("TECHMART_DIGEST_HOUR", "24"),
        ("TECHMART_OCID_PREFIX", "ocds-QZ0001"),
        ("TECHMART_LISTN", "127.0.0.1:1"),
        ("DATABASE_URL", "mysql://x"),
        ("REDIS_URL", "http://x"),
        ("TECHMART_LOG_FORMAT", "xml"),
        ("TECHMART_FILES_URL", "/srv/files"),
    ] {
        let error = load(&[(name, value)]).err().unwrap();
        assert_eq!(error.name, name);
        assert!(!error.reason.is_empty());
    }
}

#[test]
fn a_bucket_needs_a_build_with_s3_and_its_keys() {
    let at = ("TECHMART_FILES_URL", "s3://techmart/attachments/");
    let keys = [at, ("TECHMART_S3_ACCESS_KEY_ID", "a"), ("TECHMART_S3_SECRET_ACCESS_KEY", "b")];
    if cfg!(feature = "s3") {
        assert_eq!(load(&[at]).err().unwrap().name, "TECHMART_S3_ACCESS_KEY_ID");
        assert_eq!(load(&keys).unwrap().bucket.unwrap().url, "s3://techmart/attachments");
    } else {
        assert_eq!(load(&keys).err().unwrap().name, "TECHMART_FILES_URL");
    }
}

#[test]
fn postgresql_needs_the_master_key() {
    let url = ("DATABASE_URL", "postgres://u@127.0.0.1/db");
    assert_eq!(load(&[url]).err().unwrap().name, "TECHMART_SECRET");
    let key = "00".repeat(32);
    assert!(load(&[url, ("TECHMART_SECRET", &key)]).unwrap().database.is_postgres());
}

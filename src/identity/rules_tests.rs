use proptest::prelude::*;

use super::*;
use crate::identity::model::Contact;
use crate::kernel::id::Id;

fn at(seconds: i64) -> UtcTime {
    UtcTime::from_seconds(1_790_000_000 + seconds)
}

fn id<T>(n: u8) -> Id<T> {
    format!("01980000-0000-7000-8000-0000000000{n:02x}").parse().unwrap()
}

fn profile(name: &str) -> Profile {
    Profile {
        name: name.into(),
        credit_code: "91350100M000100Y43".into(),
        division: "450700".into(),
        introduction: String::new(),
        contact: Contact { person: "示例".into(), phone: "0777-2800000".into(), ..Contact::default() },
    }
}

fn organisation(kind: OrganisationKind, standing: Standing) -> Organisation {
    Organisation {
        id: id(1),
        version: 1,
        kind,
        profile: profile("示例大学"),
        standing,
        standing_at: at(0),
        verified_at: None,
        office_number: None,
        registered_at: at(0),
    }
}

fn standings() -> Vec<Standing> {
    let reason = "示例".to_owned();
    vec![
        Standing::Pending,
        Standing::Verified,
        Standing::Refused { reason: reason.clone() },
        Standing::Suspended { reason },
    ]
}

/// Rules 2-4: exactly these steps, and no other.
#[test]
fn an_organisation_moves_only_along_its_states() {
    let decisions = [
        Decision::Verify { office_number: None },
        Decision::Refuse { reason: "示例".into() },
        Decision::Suspend { reason: "示例".into() },
        Decision::Reinstate,
    ];
    let mut possible = vec![];
    for standing in standings() {
        for decision in &decisions {
            let before = organisation(OrganisationKind::Institute, standing.clone());
            match decide(&before, decision.clone()) {
                Ok((after, _)) => possible.push((before.standing.state().as_str(), after.state().as_str())),
                Err(refusal) => assert_eq!(refusal.code(), "state_conflict"),
            }
        }
    }
    let expected = [
        ("pending", "verified"),
        ("pending", "refused"),
        ("verified", "suspended"),
        ("suspended", "verified"),
    ];
    assert_eq!(possible, expected);
}

/// Rule 3: a refusal and a suspension say why.
#[test]
fn a_reason_is_not_optional() {
    let pending = organisation(OrganisationKind::Broker, Standing::Pending);
    assert_eq!(
        decide(&pending, Decision::Refuse { reason: " ".into() }).unwrap_err().code(),
        "validation_failed"
    );
}

/// Rule 5 (DOMAIN §2, number = year + division + office(2) + serial).
#[test]
fn an_office_number_is_two_digits_and_only_for_offices() {
    let office = organisation(OrganisationKind::RegistrationOffice, Standing::Pending);
    let verify = |n: Option<&str>| Decision::Verify { office_number: n.map(str::to_owned) };
    assert_eq!(decide(&office, verify(Some("01"))).unwrap().1.as_deref(), Some("01"));
    for bad in [None, Some("1"), Some("00"), Some("0a"), Some("123"), Some("１２")] {
        assert!(decide(&office, verify(bad)).is_err(), "{bad:?}");
    }
    let institute = organisation(OrganisationKind::Institute, Standing::Pending);
    assert!(decide(&institute, verify(Some("01"))).is_err());
}

/// Rule 6.
#[test]
fn what_was_verified_is_verified_again_when_it_changes() {
    let verified = organisation(OrganisationKind::Institute, Standing::Verified);
    let mut contact_only = profile("示例大学");
    contact_only.contact.phone = "0777-2811111".into();
    assert_eq!(standing_after_edit(&verified, &contact_only), Standing::Verified);
    assert_eq!(standing_after_edit(&verified, &profile("示例学院")), Standing::Pending);
    let reason = "示例".to_owned();
    let refused = organisation(OrganisationKind::Institute, Standing::Refused { reason: reason.clone() });
    assert_eq!(standing_after_edit(&refused, &profile("示例大学")), Standing::Pending);
    let suspended = organisation(OrganisationKind::Institute, Standing::Suspended { reason });
    assert_eq!(standing_after_edit(&suspended, &profile("示例学院")).state(), OrganisationState::Suspended);
}

/// Rule 7: only a verified organisation acts officially.
#[test]
fn only_the_verified_act_officially() {
    let codes: Vec<_> = standings()
        .into_iter()
        .map(|s| check_verified(&organisation(OrganisationKind::Institute, s)).err().map(|r| r.code()))
        .collect();
    let expected = [
        Some("organisation_not_verified"),
        None,
        Some("organisation_refused"),
        Some("organisation_suspended"),
    ];
    assert_eq!(codes, expected);
}

/// Rule 8 (DESIGN, who may do what).
#[test]
fn an_organisation_gives_only_the_roles_of_its_kind() {
    use OrganisationKind as K;
    let allowed = |kind| -> Vec<&str> {
        Role::ALL
            .iter()
            .filter(|role| {
                let mut errors = Errors::new();
                check_roles(&mut errors, kind, &[**role]);
                errors.is_empty()
            })
            .map(|role| role.as_str())
            .collect()
    };
    assert_eq!(allowed(K::Institute), ["member", "admin"]);
    assert_eq!(allowed(K::RegistrationOffice), ["member", "admin", "registrar", "reviewer"]);
    assert_eq!(
        allowed(K::Government),
        ["member", "admin", "preparer", "approver", "payer", "county_officer"]
    );
    assert_eq!(allowed(K::Operator), ["member", "admin", "operator", "auditor"]);
    let mut errors = Errors::new();
    check_roles(&mut errors, K::Institute, &[]);
    assert!(!errors.is_empty());
}

/// Rule 9.
#[test]
fn the_last_admin_stays() {
    let admin = [Role::Admin, Role::Member];
    assert_eq!(check_admin_left(&admin, &[], 0).unwrap_err().code(), "last_admin");
    assert_eq!(check_admin_left(&admin, &[Role::Member], 0).unwrap_err().code(), "last_admin");
    assert!(check_admin_left(&admin, &[Role::Admin], 0).is_ok());
    assert!(check_admin_left(&admin, &[], 1).is_ok());
    assert!(check_admin_left(&[Role::Member], &[], 0).is_ok());
}

fn session() -> Session {
    Session {
        id: id(2),
        version: 1,
        user: id(3),
        membership: id(4),
        generation: 1,
        opened_at: at(0),
        used_at: at(0),
        ends_at: at(1000),
        voided_at: None,
        revoked: None,
        address: "203.0.113.9".into(),
        agent: String::new(),
    }
}

fn token(used_at: Option<UtcTime>) -> RefreshToken {
    let hash = String::new();
    RefreshToken {
        hash,
        session: id(2),
        expires_at: at(500),
        used_at,
        successor: None,
        sealed_successor: None,
    }
}

/// Rule 12 (DESIGN: reuse revokes the family; the same successor for 20 s).
#[test]
fn a_refresh_token_works_once_and_repeats_for_twenty_seconds() {
    use crate::identity::model::RevocationReason;
    let used = token(Some(at(100)));
    assert_eq!(refresh(&token(None), false, &session(), at(100)), Refresh::Rotate);
    assert_eq!(refresh(&used, false, &session(), at(119)), Refresh::Repeat);
    assert_eq!(refresh(&used, false, &session(), at(120)), Refresh::Reused);
    assert_eq!(refresh(&used, true, &session(), at(101)), Refresh::Reused);
    assert_eq!(refresh(&token(None), false, &session(), at(500)), Refresh::Invalid);
    let over = Session { ends_at: at(50), ..session() };
    assert_eq!(refresh(&token(None), false, &over, at(50)), Refresh::Invalid);
    let revoked = Session { revoked: Some((at(1), RevocationReason::Logout)), ..session() };
    assert_eq!(refresh(&token(None), false, &revoked, at(100)), Refresh::Invalid);
    assert_eq!(refresh(&used, false, &revoked, at(101)), Refresh::Invalid);
}

/// Rule 11: free, then doubling, then at most 15 minutes; a quiet day forgets.
#[test]
fn waits_double_and_are_bounded() {
    let waits: Vec<_> = (1..=16).map(backoff_seconds).collect();
    assert_eq!(waits, [0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
    assert_eq!(backoff_seconds(i64::MAX), BACKOFF_MAX_S);
    let many = Attempts { count: 9, last_at: at(0) };
    let refusal = attempt(Some(many), at(31)).unwrap_err();
    assert_eq!((refusal.code(), refusal.retry_after()), ("login_backoff", Some(2)));
    assert_eq!(attempt(Some(many), at(32)).unwrap().count, 10);
    assert_eq!(attempt(Some(many), at(BACKOFF_FORGET_S)).unwrap().count, 1);
}

#[test]
fn one_ipv6_party_is_one_address() {
    let same = |a: &str, b: &str| backoff_address(a.parse().unwrap()) == backoff_address(b.parse().unwrap());
    assert!(same("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"));
    assert!(!same("2001:db8:1:2::1", "2001:db8:1:3::1"));
    assert!(same("::ffff:203.0.113.9", "203.0.113.9"));
    assert!(!same("203.0.113.8", "203.0.113.9"));
}

/// Rule 13: a key never has more than its maker, and never makes keys.
#[test]
fn a_key_is_narrower_than_its_maker() {
    let refused = |scopes: &[Permission], days| {
        let mut errors = Errors::new();
        let held = |p| p == Permission::DemandWrite || p == Permission::ApiKeyManage;
        check_api_key(&mut errors, "示例", scopes, days, held);
        !errors.is_empty()
    };
    assert!(!refused(&[Permission::DemandWrite], 90));
    assert!(refused(&[Permission::ContractWrite], 90));
    assert!(refused(&[Permission::ApiKeyManage], 90));
    assert!(refused(&[], 90));
    assert!(refused(&[Permission::DemandWrite], 0));
    assert!(refused(&[Permission::DemandWrite], API_KEY_LIFE_DAYS_MAX + 1));
}

#[test]
fn contact_and_login_shapes() {
    for (phone, good) in [("0777-2800000", true), ("+86 138 0000 0000", true), ("12", false), ("abc", false)]
    {
        assert_eq!(is_phone(phone), good, "{phone}");
    }
    for (mail, good) in [("a@b.cn", true), ("a@b", false), ("@b.cn", false), ("a b@c.cn", false)] {
        assert_eq!(is_email(mail), good, "{mail}");
    }
    for (login, good) in
        [("li.wei", true), ("ab", false), ("Li", false), ("a b c", false), ("示例示例", false)]
    {
        let mut errors = Errors::new();
        check_login(&mut errors, "/login", login);
        assert_eq!(errors.is_empty(), good, "{login}");
    }
    assert_eq!(fold_login(" Li.Wei@Example.CN "), "li.wei@example.cn");
}

proptest! {
    /// Whatever comes in whatever order: attempts that follow the rule are counted, and the wait before the
    /// next one never shrinks within a day.
    #[test]
    fn guessing_gets_only_slower(gaps in proptest::collection::vec(0_i64..2000, 1..60)) {
        let (mut now, mut known) = (at(0), None);
        let mut allowed = 0;
        for gap in gaps {
            now = now.plus_seconds(gap);
            if let Ok(next) = attempt(known, now) {
                allowed += 1;
                prop_assert!(known.is_none_or(|k: Attempts| backoff_seconds(next.count) >= backoff_seconds(k.count)));
                known = Some(next);
            }
        }
        let elapsed = now.seconds() - at(0).seconds();
        prop_assert!(allowed <= 5 + 10 + elapsed / BACKOFF_MAX_S + 1, "{allowed} guesses in {elapsed} s");
    }
}

//! Where a command goes next, whether it may be taken, when it is tried again. Pure.

use super::codes::{
    COMMAND_EXPIRED, COMMAND_FROM_THE_FUTURE, COMMAND_LOOPS, COMMAND_MALFORMED, COMMAND_NOT_OURS,
    COMMAND_TOO_FAR,
};
use super::wire::{Carried, Command, CommandText};
use crate::federation::model::Role;
use crate::kernel::error::Refusal;
use crate::kernel::id::parse_urn;
use crate::kernel::time::UtcTime;
use crate::proof::LETTER_BYTES_MAX;

/// The longest path in three levels: county, city, region, city, county.
pub const HOPS_MAX: usize = 4;
/// How long a command may be under way; then its sender gives up.
pub const LIFE_DAYS: i64 = 7;
/// How far the clocks of two nodes may differ.
const SKEW_SECONDS_MAX: i64 = 300;
const KEY_CHARS_MAX: usize = 128;
const NODE_CHARS_MAX: usize = 64;
const KID_CHARS_MAX: usize = 64;
const BACKOFF_SECONDS_MAX: i64 = 1800;

/// What is looked at before any cryptography, here and at every carrier (TMF-1 rule 11, rule 14: bounded).
pub fn well_formed(carried: &Carried, handed_by: &str, own: &str, now: UtcTime) -> Result<(), Refusal> {
    let command = &carried.command;
    let text = |text: &str, max: usize| {
        !text.is_empty() && text.len() <= max && text.chars().all(|c| c.is_ascii_graphic())
    };
    let good = command.is_of_this_schema()
        && text(&command.from, NODE_CHARS_MAX)
        && text(&command.to, NODE_CHARS_MAX)
        && text(&command.key, KEY_CHARS_MAX)
        && text(&command.to_kid, KID_CHARS_MAX)
        && text(&command.sealed, LETTER_BYTES_MAX)
        && command.from != command.to;
    if !good {
        return Err(Refusal::new(&COMMAND_MALFORMED));
    }
    if carried.via.first() != Some(&command.from) || carried.via.last().map(String::as_str) != Some(handed_by)
    {
        return Err(Refusal::new(&COMMAND_MALFORMED).because("it came another way than it says"));
    }
    if carried.via.iter().any(|node| node == own) {
        return Err(Refusal::new(&COMMAND_LOOPS));
    }
    let forwarded = usize::from(command.to != own);
    if carried.via.len() + forwarded > HOPS_MAX {
        return Err(Refusal::new(&COMMAND_TOO_FAR).with("max", HOPS_MAX));
    }
    in_time(command, now)
}

fn in_time(command: &Command, now: UtcTime) -> Result<(), Refusal> {
    let longest = command.created.plus_days(LIFE_DAYS);
    if command.expires > longest || command.expires < command.created {
        return Err(Refusal::new(&COMMAND_MALFORMED).because("its life is too long"));
    }
    if command.created > now.plus_seconds(SKEW_SECONDS_MAX) {
        return Err(Refusal::new(&COMMAND_FROM_THE_FUTURE));
    }
    if now > command.expires.plus_seconds(SKEW_SECONDS_MAX) {
        return Err(Refusal::new(&COMMAND_EXPIRED));
    }
    Ok(())
}

/// A node speaks for its own organisations alone.
pub fn speaks_for_its_own(from: &str, text: &CommandText) -> Result<(), Refusal> {
    let organisation = parse_urn(&text.person.organisation.urn);
    match organisation {
        Some((node, "organisation", _)) if node == from => Ok(()),
        _ => Err(Refusal::new(&COMMAND_NOT_OURS)),
    }
}

/// The neighbour that is next on the way to `to`: itself, the one by which its records come, else the parent.
pub fn next_hop(to: &str, neighbours: &[(String, Role)], way: Option<&str>) -> Option<String> {
    let known = |node: &str| neighbours.iter().any(|(near, _)| near == node);
    let direct = Some(to).filter(|to| known(to)).or_else(|| way.filter(|way| known(way)));
    let parent = || neighbours.iter().find(|(_, role)| *role == Role::Parent).map(|(node, _)| node.as_str());
    direct.or_else(parent).map(str::to_owned)
}

/// Seconds until the next try: doubling from two, with a ceiling.
pub fn backoff_seconds(attempts: i32) -> i64 {
    let doublings = u32::try_from(attempts.clamp(0, 20)).unwrap_or(0);
    (2_i64 << doublings).min(BACKOFF_SECONDS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::federation::commands::wire::Acting;
    use crate::kernel::actor::OrganisationKind;
    use crate::kernel::party::PartyRef;

    fn now() -> UtcTime {
        UtcTime::from_seconds(1_000_000)
    }

    fn carried(via: &[&str]) -> Carried {
        let mut command =
            Command::draft("cn-450721", "cn-450122", "k".into(), now(), now().plus_days(LIFE_DAYS));
        command.to_kid = "kid".into();
        command.sealed = "AAAA".into();
        Carried { command, via: via.iter().map(|node| (*node).to_owned()).collect() }
    }

    fn refused(carried: &Carried, by: &str, own: &str) -> Option<&'static str> {
        well_formed(carried, by, own, now()).err().map(|refusal| refusal.code())
    }

    /// TMF-1 rules 9 and 11: hop limit and loop guard.
    #[test]
    fn tmf_1_rule_11_a_command_goes_at_most_four_hops_and_never_in_a_circle() {
        let whole = carried(&["cn-450721", "cn-450700", "cn-450000", "cn-450100"]);
        assert_eq!(refused(&whole, "cn-450100", "cn-450122"), None, "the fourth hop ends there");
        let mut farther = whole.clone();
        farther.command.to = "cn-450199".into();
        assert_eq!(refused(&farther, "cn-450100", "cn-450122"), Some("command_too_far"));
        let circle = carried(&["cn-450721", "cn-450700", "cn-450000"]);
        assert_eq!(refused(&circle, "cn-450000", "cn-450700"), Some("command_loops"));
        assert_eq!(refused(&whole, "cn-450000", "cn-450122"), Some("command_malformed"), "another hand");
        assert_eq!(refused(&carried(&[]), "cn-450700", "cn-450122"), Some("command_malformed"));
        let borrowed = carried(&["cn-450700"]);
        assert_eq!(refused(&borrowed, "cn-450700", "cn-450122"), Some("command_malformed"));
    }

    #[test]
    fn a_command_has_its_time() {
        let by = "cn-450721";
        let of = |created: UtcTime, days: i64| {
            let mut it = carried(&[by]);
            it.command.created = created;
            it.command.expires = created.plus_days(days);
            refused(&it, by, "cn-450122")
        };
        assert_eq!(of(now(), 7), None);
        assert_eq!(of(now(), 8), Some("command_malformed"));
        assert_eq!(of(now().plus_days(-8), 7), Some("command_expired"));
        assert_eq!(of(now().plus_seconds(299), 7), None);
        assert_eq!(of(now().plus_seconds(301), 7), Some("command_from_the_future"));
    }

    #[test]
    fn what_is_malformed_is_refused_unread() {
        let by = "cn-450721";
        let broken = |change: fn(&mut Command)| {
            let mut it = carried(&[by]);
            change(&mut it.command);
            refused(&it, by, "cn-450122")
        };
        assert_eq!(broken(|it| it.key = "k".repeat(129)), Some("command_malformed"));
        assert_eq!(broken(|it| it.key = "a b".into()), Some("command_malformed"));
        assert_eq!(broken(|it| it.sealed = String::new()), Some("command_malformed"));
        assert_eq!(broken(|it| it.sealed = "A".repeat(LETTER_BYTES_MAX + 1)), Some("command_malformed"));
        assert_eq!(broken(|it| it.to = it.from.clone()), Some("command_malformed"));
    }

    #[test]
    fn a_node_speaks_for_its_own_organisations() {
        let text = |urn: &str| CommandText {
            person: Acting {
                user: "01980000-0000-7000-8000-000000000001".parse().unwrap(),
                name: "示例".into(),
                organisation: PartyRef { urn: urn.into(), name: "示例".into(), credit_code: String::new() },
                kind: OrganisationKind::Enterprise,
            },
            act: serde_json::Value::Null,
        };
        let id = "01980000-0000-7000-8000-000000000001";
        let own = text(&format!("urn:tm:cn-450721:organisation:{id}"));
        assert!(speaks_for_its_own("cn-450721", &own).is_ok());
        assert!(speaks_for_its_own("cn-450722", &own).is_err());
        assert!(speaks_for_its_own("cn-450721", &text(&format!("urn:tm:cn-450721:user:{id}"))).is_err());
        assert!(speaks_for_its_own("cn-450721", &text("")).is_err());
    }

    /// TMF-1 rule 11: through the tree if there is no direct link.
    #[test]
    fn tmf_1_rule_11_the_way_leads_through_the_tree() {
        use Role::{Child, Parent};
        let hop = |to: &str, near: &[(&str, Role)], way: Option<&str>| {
            let near: Vec<_> = near.iter().map(|(node, role)| ((*node).to_owned(), *role)).collect();
            next_hop(to, &near, way)
        };
        let city = [("cn-450000", Parent), ("cn-450721", Child)];
        assert_eq!(hop("cn-450721", &city, None).as_deref(), Some("cn-450721"));
        assert_eq!(hop("cn-450122", &city, None).as_deref(), Some("cn-450000"));
        assert_eq!(hop("cn-450721-a", &city, Some("cn-450721")).as_deref(), Some("cn-450721"));
        assert_eq!(hop("cn-450122", &city, Some("cn-450100")).as_deref(), Some("cn-450000"), "left since");
        assert_eq!(
            hop("cn-110000", &[("cn-450700", Child)], None),
            None,
            "the root knows no way to strangers"
        );
    }

    #[test]
    fn tries_become_rarer() {
        assert_eq!([0, 1, 2].map(backoff_seconds), [2, 4, 8]);
        assert_eq!(backoff_seconds(1_000), BACKOFF_SECONDS_MAX);
    }
}

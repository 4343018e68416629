//! The rules of selling as dated configuration: what ships, and what is in force on a day.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::codes_common::OUT_OF_RANGE;
use crate::kernel::error::Errors;
use crate::kernel::rate::Rate;
use crate::kernel::time::Day;

/// The values of a trading profile (DOMAIN §4). A published sale keeps those it was published under.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TradingRules)]
pub struct Rules {
    /// Days between publication and start of a bidding about property rights.
    pub notice_days: u32,
    /// The same for movables, and for a re-run.
    pub notice_days_short: u32,
    pub duration_hours_min: u32,
    pub deposit_ppm_min: Rate,
    pub deposit_ppm_max: Rate,
    /// A bid in the last so many seconds extends the end to as long after it.
    pub extension_seconds: u32,
    /// A longer silence of the platform suspends a running sale …
    pub silence_seconds: u32,
    /// … and any silence at all in the last so many seconds.
    pub last_part_seconds: u32,
    pub resume_notice_minutes: u32,
    pub release_hours: u32,
    pub rerun_within_days: u32,
    pub rerun_cut_ppm_max: Rate,
    pub listing_notice_days: u32,
    pub tender_notice_days: u32,
    pub tender_bidders_min: u32,
    pub tender_deposit_ppm_max: Rate,
    /// Candidates of a tender stand published so long before the award.
    pub standstill_days: u32,
    /// Days for the answer to an objection.
    pub objection_answer_days: u32,
    /// Days for signing the contract after the award.
    pub contract_days: u32,
}

/// Dated configuration: the rules from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TradingProfile {
    pub code: String,
    pub version: i64,
    pub effective_from: Day,
    pub confirmed: bool,
    pub rules: Rules,
}

/// What ships: the rules for online judicial auctions of 2016, the most precise official ones.
pub fn shipped() -> Option<TradingProfile> {
    let percent = |percent: u32| Rate(percent * 10_000);
    let rules = Rules {
        notice_days: 30,
        notice_days_short: 15,
        duration_hours_min: 24,
        deposit_ppm_min: percent(5),
        deposit_ppm_max: percent(20),
        extension_seconds: 300,
        silence_seconds: 60,
        last_part_seconds: 600,
        resume_notice_minutes: 30,
        release_hours: 24,
        rerun_within_days: 30,
        rerun_cut_ppm_max: percent(20),
        listing_notice_days: 20,
        tender_notice_days: 20,
        tender_bidders_min: 3,
        tender_deposit_ppm_max: percent(2),
        standstill_days: 3,
        objection_answer_days: 3,
        contract_days: 30,
    };
    let effective_from = Day::new(2016, 8, 2)?;
    Some(TradingProfile { code: "2016".into(), version: 1, effective_from, confirmed: true, rules })
}

/// The profile in force on a day; before the first of all, the first.
pub fn on(profiles: &[TradingProfile], day: Day) -> Option<&TradingProfile> {
    let begun = profiles.iter().filter(|it| it.effective_from <= day).max_by_key(|it| it.effective_from);
    begun.or_else(|| profiles.iter().min_by_key(|it| it.effective_from))
}

const DAYS_MAX: u32 = 365;
pub(super) const SECONDS_MAX: u32 = 86_400;

/// What an operator may set.
pub fn check(errors: &mut Errors, rules: &Rules) {
    let mut bounded = |pointer: &str, value: u32, min: u32, max: u32| {
        if !(min..=max).contains(&value) {
            errors.add_with(pointer, &OUT_OF_RANGE, &[("min", min.to_string()), ("max", max.to_string())]);
        }
    };
    for (pointer, days) in [
        ("/rules/notice_days", rules.notice_days),
        ("/rules/notice_days_short", rules.notice_days_short),
        ("/rules/rerun_within_days", rules.rerun_within_days),
        ("/rules/listing_notice_days", rules.listing_notice_days),
        ("/rules/tender_notice_days", rules.tender_notice_days),
        ("/rules/standstill_days", rules.standstill_days),
        ("/rules/objection_answer_days", rules.objection_answer_days),
        ("/rules/contract_days", rules.contract_days),
    ] {
        bounded(pointer, days, 0, DAYS_MAX);
    }
    for (pointer, seconds) in [
        ("/rules/extension_seconds", rules.extension_seconds),
        ("/rules/silence_seconds", rules.silence_seconds),
        ("/rules/last_part_seconds", rules.last_part_seconds),
    ] {
        bounded(pointer, seconds, 30, SECONDS_MAX);
    }
    bounded("/rules/duration_hours_min", rules.duration_hours_min, 1, 24 * DAYS_MAX);
    bounded("/rules/resume_notice_minutes", rules.resume_notice_minutes, 1, 24 * 60);
    bounded("/rules/release_hours", rules.release_hours, 1, 24 * DAYS_MAX);
    bounded("/rules/tender_bidders_min", rules.tender_bidders_min, 1, 100);
    for (pointer, rate) in [
        ("/rules/deposit_ppm_min", rules.deposit_ppm_min),
        ("/rules/deposit_ppm_max", rules.deposit_ppm_max),
        ("/rules/rerun_cut_ppm_max", rules.rerun_cut_ppm_max),
        ("/rules/tender_deposit_ppm_max", rules.tender_deposit_ppm_max),
    ] {
        bounded(pointer, rate.ppm(), 0, Rate::ONE.ppm());
    }
    bounded(
        "/rules/deposit_ppm_max",
        rules.deposit_ppm_max.ppm(),
        rules.deposit_ppm_min.ppm(),
        Rate::ONE.ppm(),
    );
}

//! The table: which changes are told, to whom, with which words. A new kind is a line in each of the two lists.

use serde_json::Value;

use super::model::Topic;
use crate::kernel::permission::Permission as P;

/// Words for what happened; the title of the record follows them.
pub struct Event {
    pub code: &'static str,
    pub topic: Topic,
    pub zh: &'static str,
    pub en: &'static str,
}

/// Whom the facts of a change name.
#[derive(Clone, Copy)]
pub enum To {
    /// An organisation by its URN.
    Urn(&'static str),
    /// An organisation by its id.
    Id(&'static str),
    /// An organisation by its credit code.
    Code(&'static str),
}

/// A kind of change and what it means to somebody.
pub struct Line {
    pub change: &'static str,
    /// An entry of the facts and the value it must have.
    pub when: Option<(&'static str, &'static str)>,
    pub event: &'static str,
    pub to: &'static [To],
    /// Whose members' roles carry it.
    pub role: P,
    /// While one is unread, no further one of the same record.
    pub collapses: bool,
}

/// Where everything that was told is listed.
pub const INBOX: &str = "/api/v1/notices";

/// The change of the log that alerts of saved searches are.
pub const ALERTED: &str = "saved_search.alerted";

const fn event(code: &'static str, topic: Topic, zh: &'static str, en: &'static str) -> Event {
    Event { code, topic, zh, en }
}

pub static EVENTS: &[Event] = &[
    event(
        "search_matched",
        Topic::SavedSearch,
        "有新信息符合您保存的搜索",
        "A new record answers your saved search",
    ),
    event(
        "search_changed",
        Topic::SavedSearch,
        "您关注的信息有更新",
        "A record of your saved search has changed",
    ),
    event(
        "search_left",
        Topic::SavedSearch,
        "您关注的信息更新后不再符合您保存的搜索",
        "A record no longer answers your saved search",
    ),
    event(
        "search_withdrawn",
        Topic::SavedSearch,
        "您关注的信息已下架",
        "A record of your saved search is no longer on the market",
    ),
    event("match_found", Topic::Matching, "发现新的匹配推荐", "A new match was found"),
    event(
        "enquiry_received",
        Topic::Engagement,
        "收到新的对接意向，请及时答复",
        "An enquiry was received; please answer it",
    ),
    event(
        "enquiry_brokered",
        Topic::Engagement,
        "有新的对接意向请您单位协助",
        "An enquiry names your agency as its broker",
    ),
    event("enquiry_accepted", Topic::Engagement, "您的对接意向已被接受", "Your enquiry was accepted"),
    event("enquiry_declined", Topic::Engagement, "您的对接意向被婉拒", "Your enquiry was declined"),
    event("enquiry_due", Topic::Engagement, "对接意向即将到答复期限", "An enquiry must be answered soon"),
    event("enquiry_overdue", Topic::Engagement, "对接意向已过答复期限", "An enquiry is overdue"),
    event(
        "engagement_withdrawn",
        Topic::Engagement,
        "对方已撤回对接",
        "The other side has withdrawn from the engagement",
    ),
    event("engagement_concluded", Topic::Engagement, "对接已办结", "The engagement is concluded"),
    event("message_received", Topic::Engagement, "收到新的对接消息", "A message was received"),
    event("meeting_arranged", Topic::Engagement, "已约定对接会面", "A meeting was arranged"),
    event("meeting_ended", Topic::Engagement, "对接会面有新的记录", "A meeting was held or cancelled"),
    event("listing_published", Topic::Listing, "信息已审核发布", "Your record was published"),
    event(
        "listing_returned",
        Topic::Listing,
        "信息被退回，请修改后重新提交",
        "Your record was returned for correction",
    ),
    event("listing_expired", Topic::Listing, "信息已到期下架", "Your record has expired"),
    event(
        "contract_submitted",
        Topic::Contract,
        "收到新的认定登记申请",
        "A contract was submitted for registration",
    ),
    event(
        "contract_accepted",
        Topic::Contract,
        "认定登记申请已受理",
        "Your contract was accepted for review",
    ),
    event("contract_correction", Topic::Contract, "认定登记申请需要补正", "Your contract needs correction"),
    event("contract_resubmitted", Topic::Contract, "补正材料已提交", "A corrected contract was submitted"),
    event("contract_registered", Topic::Contract, "技术合同已认定登记", "Your contract was registered"),
    event("contract_refused", Topic::Contract, "认定登记申请未获通过", "Your contract was refused"),
    event(
        "contract_amended",
        Topic::Contract,
        "技术合同已变更登记",
        "The registration of your contract was amended",
    ),
    event("contract_amendment_proposed", Topic::Contract, "收到变更登记申请", "An amendment was proposed"),
    event(
        "contract_amendment_refused",
        Topic::Contract,
        "变更登记申请未获通过",
        "Your amendment was refused",
    ),
    event(
        "contract_cancelled",
        Topic::Contract,
        "技术合同登记已注销",
        "The registration of your contract was cancelled",
    ),
    event(
        "contract_revoked",
        Topic::Contract,
        "技术合同登记已被撤销",
        "The registration of your contract was revoked",
    ),
    event(
        "contract_income_returned",
        Topic::Contract,
        "技术性收入核定表被退回",
        "Your statement of income was returned",
    ),
    event(
        "contract_income_verified",
        Topic::Contract,
        "技术性收入已核定",
        "Your statement of income was verified",
    ),
    event("contract_due", Topic::Contract, "登记案件即将到办理期限", "A case must be decided soon"),
    event("contract_overdue", Topic::Contract, "登记案件已超过办理期限", "A case is overdue"),
    event("claim_awarded", Topic::Subsidy, "补助申报已通过审核", "Your claim was awarded"),
    event("claim_returned", Topic::Subsidy, "补助申报被退回补充", "Your claim was returned"),
    event("claim_refused", Topic::Subsidy, "补助申报未获通过", "Your claim was refused"),
    event("claim_revoked", Topic::Subsidy, "补助资格已被撤销", "Your award was revoked"),
    event(
        "claim_lapsed",
        Topic::Subsidy,
        "补助申报因合同失效而终止",
        "Your claim has lapsed with its contract",
    ),
    event("subsidy_publicised", Topic::Subsidy, "补助名单进入公示", "The subsidy is publicised"),
    event("subsidy_approved", Topic::Subsidy, "补助已批准", "The subsidy was approved"),
    event("subsidy_paid", Topic::Subsidy, "补助已拨付", "The subsidy was paid"),
    event("objection_answered", Topic::Subsidy, "您提出的异议已有答复", "Your objection was answered"),
    event("clawback_due", Topic::Subsidy, "有补助资金需要退回", "A subsidy must be paid back"),
    event("reward_publicised", Topic::Reward, "奖酬方案进入公示", "A reward plan is publicised"),
    event("reward_objected", Topic::Reward, "奖酬方案收到异议", "An objection to a reward plan was made"),
    event("reward_confirmed", Topic::Reward, "奖酬方案已确认", "A reward plan was confirmed"),
    event(
        "credit_recorded",
        Topic::Credit,
        "本单位有新的信用记录",
        "A credit record of your organisation was made",
    ),
    event(
        "credit_lifted",
        Topic::Credit,
        "信用记录已撤销",
        "A credit record of your organisation was lifted",
    ),
    event("credit_appeal_rejected", Topic::Credit, "信用申诉未获支持", "Your appeal was rejected"),
    event("organisation_verified", Topic::Account, "单位审核已通过", "Your organisation was verified"),
    event("organisation_refused", Topic::Account, "单位审核未通过", "Your organisation was refused"),
    event("organisation_suspended", Topic::Account, "单位账号已被暂停", "Your organisation was suspended"),
    event("organisation_reinstated", Topic::Account, "单位账号已恢复", "Your organisation was reinstated"),
    event(
        "webhook_disabled",
        Topic::Account,
        "推送地址连续失败，已停用",
        "A webhook kept failing and was disabled",
    ),
    event("webhook_ping", Topic::Account, "推送测试", "A test of the webhook"),
    event("mail_code", Topic::Account, "邮箱验证", "Confirm your mail address"),
    event("mail_digest", Topic::Account, "每日通知汇总", "Your notices of the day"),
    event("sale_published", Topic::Trading, "交易已发布", "Your sale was published"),
    event("sale_refused", Topic::Trading, "交易未通过审核", "Your sale was refused"),
    event("sale_extended", Topic::Trading, "交易已延长", "Your sale was extended"),
    event("sale_suspended", Topic::Trading, "交易已暂停", "Your sale was suspended"),
    event("sale_ended", Topic::Trading, "交易已结束", "A sale has ended"),
    event("sale_awarded", Topic::Trading, "交易已成交", "A sale was awarded"),
    event("sale_unsold", Topic::Trading, "交易未成交", "Your sale ended unsold"),
    event("sale_defaulted", Topic::Trading, "成交方违约", "The winner of your sale defaulted"),
    event("sale_annulled", Topic::Trading, "成交结果已被撤销", "The result of a sale was annulled"),
    event("sale_concluded", Topic::Trading, "成交已签约", "A sale was concluded"),
    event("challenge_passed", Topic::Trading, "榜单需求通过论证", "Your challenge passed its argument"),
    event("challenge_rejected", Topic::Trading, "榜单需求未通过论证", "Your challenge was rejected"),
    event("challenge_published", Topic::Trading, "榜单已发布", "Your challenge was published"),
    event("challenge_selected", Topic::Trading, "揭榜方案已选定", "A proposal was selected"),
    event("challenge_failed", Topic::Trading, "无方案入选", "No proposal was selected"),
    event("challenge_agreement", Topic::Trading, "请签署揭榜协议", "An agreement waits for you"),
    event("challenge_signed", Topic::Trading, "揭榜协议已签署", "The agreement is signed"),
    event("challenge_milestone_submitted", Topic::Trading, "收到里程碑成果", "A milestone was submitted"),
    event("challenge_milestone_accepted", Topic::Trading, "里程碑已验收", "A milestone was accepted"),
    event("challenge_milestone_returned", Topic::Trading, "里程碑被退回修改", "A milestone was returned"),
    event("challenge_completed", Topic::Trading, "揭榜项目已完成", "The challenge is completed"),
    event("challenge_cancelled", Topic::Trading, "榜单已取消", "The challenge was cancelled"),
];

const fn line(change: &'static str, event: &'static str, to: &'static [To], role: P) -> Line {
    Line { change, when: None, event, to, role, collapses: false }
}

const fn when(line: Line, entry: &'static str, value: &'static str) -> Line {
    Line { when: Some((entry, value)), ..line }
}

const fn collapsing(line: Line) -> Line {
    Line { collapses: true, ..line }
}

const OWNER: &[To] = &[To::Urn("owner")];
const BROKER: &[To] = &[To::Urn("broker")];
const ENQUIRER: &[To] = &[To::Urn("enquirer"), To::Urn("broker")];
const ENGAGED: &[To] = &[To::Urn("owner"), To::Urn("enquirer"), To::Urn("broker")];
const HOLDER: &[To] = &[To::Id("holder")];
const OFFICE: &[To] = &[To::Id("office")];
const APPLICANT: &[To] = &[To::Id("applicant")];
const PARTIES: &[To] = &[To::Id("applicant"), To::Urn("seller"), To::Urn("buyer")];
const SELLER: &[To] = &[To::Urn("seller")];
const DEAL: &[To] = &[To::Urn("seller"), To::Urn("winner")];
const POSTER: &[To] = &[To::Urn("holder")];
const WINNER: &[To] = &[To::Urn("winner")];
const CHALLENGED: &[To] = &[To::Urn("holder"), To::Urn("winner")];
const CLAIMANT: &[To] = &[To::Id("organisation")];
const BENEFICIARY: &[To] = &[To::Urn("beneficiary")];
const INSTITUTE: &[To] = &[To::Id("institute")];
const RECORDED: &[To] = &[To::Code("credit_code")];
const ITSELF: &[To] = &[To::Id("organisation")];

pub static LINES: &[Line] = &[
    collapsing(line("match.found", "match_found", &[To::Urn("holder")], P::EngagementWrite)),
    line("engagement.enquired", "enquiry_received", OWNER, P::EngagementWrite),
    line("engagement.enquired", "enquiry_brokered", BROKER, P::EngagementWrite),
    when(line("engagement.answered", "enquiry_accepted", ENQUIRER, P::EngagementWrite), "state", "accepted"),
    when(line("engagement.answered", "enquiry_declined", ENQUIRER, P::EngagementWrite), "state", "declined"),
    line("engagement.withdrawn", "engagement_withdrawn", ENGAGED, P::EngagementWrite),
    line("engagement.concluded", "engagement_concluded", ENGAGED, P::EngagementWrite),
    collapsing(line("engagement.message_sent", "message_received", ENGAGED, P::EngagementWrite)),
    line("engagement.meeting_arranged", "meeting_arranged", ENGAGED, P::EngagementWrite),
    line("engagement.meeting_ended", "meeting_ended", ENGAGED, P::EngagementWrite),
    line("achievement.published", "listing_published", HOLDER, P::AchievementWrite),
    line("achievement.returned", "listing_returned", HOLDER, P::AchievementWrite),
    line("achievement.expired", "listing_expired", HOLDER, P::AchievementWrite),
    line("demand.published", "listing_published", HOLDER, P::DemandWrite),
    line("demand.returned", "listing_returned", HOLDER, P::DemandWrite),
    line("demand.expired", "listing_expired", HOLDER, P::DemandWrite),
    line("sale.published", "sale_published", SELLER, P::EngagementWrite),
    line("sale.refused", "sale_refused", SELLER, P::EngagementWrite),
    line("sale.extended", "sale_extended", SELLER, P::EngagementWrite),
    line("sale.suspended", "sale_suspended", SELLER, P::EngagementWrite),
    line("sale.ended", "sale_ended", DEAL, P::EngagementWrite),
    line("sale.awarded", "sale_awarded", DEAL, P::EngagementWrite),
    line("sale.unsold", "sale_unsold", SELLER, P::EngagementWrite),
    line("sale.defaulted", "sale_defaulted", SELLER, P::EngagementWrite),
    line("sale.annulled", "sale_annulled", DEAL, P::EngagementWrite),
    line("sale.concluded", "sale_concluded", DEAL, P::EngagementWrite),
    line("challenge.passed", "challenge_passed", POSTER, P::EngagementWrite),
    line("challenge.rejected", "challenge_rejected", POSTER, P::EngagementWrite),
    line("challenge.published", "challenge_published", POSTER, P::EngagementWrite),
    line("challenge.selected", "challenge_selected", CHALLENGED, P::EngagementWrite),
    line("challenge.failed", "challenge_failed", POSTER, P::EngagementWrite),
    line("challenge.agreement_offered", "challenge_agreement", WINNER, P::EngagementWrite),
    line("challenge.signed", "challenge_signed", CHALLENGED, P::EngagementWrite),
    line("challenge.milestone_submitted", "challenge_milestone_submitted", POSTER, P::EngagementWrite),
    line("challenge.milestone_accepted", "challenge_milestone_accepted", WINNER, P::EngagementWrite),
    line("challenge.milestone_returned", "challenge_milestone_returned", WINNER, P::EngagementWrite),
    line("challenge.completed", "challenge_completed", CHALLENGED, P::EngagementWrite),
    line("challenge.cancelled", "challenge_cancelled", CHALLENGED, P::EngagementWrite),
    line("contract.submitted", "contract_submitted", OFFICE, P::ContractRegister),
    line("contract.resubmitted", "contract_resubmitted", OFFICE, P::ContractRegister),
    line("contract.amendment_proposed", "contract_amendment_proposed", OFFICE, P::ContractRegister),
    line("contract.accepted", "contract_accepted", APPLICANT, P::ContractWrite),
    line("contract.correction_requested", "contract_correction", APPLICANT, P::ContractWrite),
    line("contract.refused", "contract_refused", APPLICANT, P::ContractWrite),
    line("contract.amendment_refused", "contract_amendment_refused", APPLICANT, P::ContractWrite),
    line("contract.income_returned", "contract_income_returned", APPLICANT, P::ContractWrite),
    line("contract.income_verified", "contract_income_verified", APPLICANT, P::ContractWrite),
    line("contract.registered", "contract_registered", PARTIES, P::ContractWrite),
    line("contract.amended", "contract_amended", PARTIES, P::ContractWrite),
    line("contract.cancelled", "contract_cancelled", PARTIES, P::ContractWrite),
    line("contract.revoked", "contract_revoked", PARTIES, P::ContractWrite),
    line("subsidy.claim_awarded", "claim_awarded", CLAIMANT, P::SubsidyClaim),
    line("subsidy.claim_returned", "claim_returned", CLAIMANT, P::SubsidyClaim),
    line("subsidy.claim_refused", "claim_refused", CLAIMANT, P::SubsidyClaim),
    line("subsidy.claim_revoked", "claim_revoked", CLAIMANT, P::SubsidyClaim),
    line("subsidy.claim_lapsed", "claim_lapsed", CLAIMANT, P::SubsidyClaim),
    line("subsidy.batch_verified", "subsidy_publicised", BENEFICIARY, P::SubsidyRead),
    line("subsidy.batch_approved", "subsidy_approved", BENEFICIARY, P::SubsidyRead),
    line("subsidy.batch_paid", "subsidy_paid", BENEFICIARY, P::SubsidyRead),
    line("subsidy.objection_answered", "objection_answered", CLAIMANT, P::Session),
    line("subsidy.clawback_made", "clawback_due", BENEFICIARY, P::SubsidyRead),
    line("reward_plan.publicised", "reward_publicised", INSTITUTE, P::RewardWrite),
    line("reward_plan.objected", "reward_objected", INSTITUTE, P::RewardDecide),
    line("reward_plan.confirmed", "reward_confirmed", INSTITUTE, P::RewardWrite),
    line("credit.recorded", "credit_recorded", RECORDED, P::OrganisationManage),
    line("credit.lifted", "credit_lifted", RECORDED, P::OrganisationManage),
    line("credit.appeal_rejected", "credit_appeal_rejected", RECORDED, P::OrganisationManage),
    line("organisation.verified", "organisation_verified", ITSELF, P::OrganisationManage),
    line("organisation.refused", "organisation_refused", ITSELF, P::OrganisationManage),
    line("organisation.suspended", "organisation_suspended", ITSELF, P::OrganisationManage),
    line("organisation.reinstated", "organisation_reinstated", ITSELF, P::OrganisationManage),
];

/// Where a record is looked at: the type in its URN and its address, to which the id is added.
const PLACES: &[(&str, &str)] = &[
    ("achievement", "/api/v1/achievements/"),
    ("demand", "/api/v1/demands/"),
    ("engagement", "/api/v1/engagements/"),
    ("contract", "/api/v1/contracts/"),
    ("sale", "/api/v1/sales/"),
    ("challenge", "/api/v1/challenges/"),
    ("subsidy_claim", "/api/v1/subsidy/claims/"),
    ("subsidy_batch", "/api/v1/subsidy/batches/"),
    ("subsidy_clawback", "/api/v1/subsidy/clawbacks/"),
    ("reward_plan", "/api/v1/rewards/"),
];

/// The address of a record; of what has none of its own, the list where it stands.
pub fn link(subject: &str) -> String {
    let Some((_, entity, id)) = crate::kernel::id::parse_urn(subject) else { return String::new() };
    match PLACES.iter().find(|(known, _)| *known == entity) {
        Some((_, place)) => format!("{place}{id}"),
        None if entity == "credit_record" => "/api/v1/credit-records/own".into(),
        None if entity == "organisation" => "/api/v1/organisations/own".into(),
        None => String::new(),
    }
}

pub fn event_named(code: &str) -> Option<&'static Event> {
    EVENTS.iter().find(|event| event.code == code)
}

/// A notice in words: what happened, and to what.
pub fn text(event: &str, title: &str, english: bool) -> String {
    let words = event_named(event).map_or(event, |known| if english { known.en } else { known.zh });
    match (title.is_empty(), english) {
        (true, _) => words.to_owned(),
        (false, true) => format!("{words}: {title}"),
        (false, false) => format!("{words}：{title}"),
    }
}

/// The lines of a change.
pub fn lines<'a>(kind: &'a str, facts: &'a Value) -> impl Iterator<Item = &'static Line> + 'a {
    let fits = |line: &&Line| line.when.is_none_or(|(entry, value)| facts[entry] == value);
    LINES.iter().filter(move |line| line.change == kind).filter(fits)
}

pub fn is_told(kind: &str) -> bool {
    kind == ALERTED || LINES.iter().any(|line| line.change == kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_its_words_and_every_code_is_there_once() {
        for line in LINES {
            assert!(event_named(line.event).is_some(), "{} has no words", line.event);
        }
        for event in EVENTS {
            assert_eq!(EVENTS.iter().filter(|other| other.code == event.code).count(), 1, "{}", event.code);
            assert!(!event.zh.is_ascii() && event.en.is_ascii());
        }
    }

    #[test]
    fn a_record_is_found_where_its_notice_leads() {
        let id = "01980000-0000-7000-8000-000000000001";
        assert_eq!(link(&format!("urn:tm:cn-450700:contract:{id}")), format!("/api/v1/contracts/{id}"));
        assert_eq!(link(&format!("urn:tm:cn-450700:credit_record:{id}")), "/api/v1/credit-records/own");
        assert_eq!(link("x"), "");
    }

    #[test]
    fn a_line_may_ask_for_a_value() {
        let facts = serde_json::json!({"state": "declined"});
        let events: Vec<_> = lines("engagement.answered", &facts).map(|line| line.event).collect();
        assert_eq!(events, ["enquiry_declined"]);
    }
}

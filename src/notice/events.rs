//! What is told, in words. A new event is a line here and one in `kinds.rs`, which says of which change and to whom.

use super::model::Topic;

/// Words for what happened; the title of the record follows them.
pub struct Event {
    pub code: &'static str,
    pub topic: Topic,
    pub zh: &'static str,
    pub en: &'static str,
}

/// The events of each topic: code, zh-CN, en.
macro_rules! events {
    ($($topic:ident { $($code:literal $zh:literal $en:literal;)* })*) => {
        pub static EVENTS: &[Event] =
            &[$($(Event { code: $code, topic: Topic::$topic, zh: $zh, en: $en },)*)*];
    };
}

events! {
    SavedSearch {
        "search_matched" "有新信息符合您保存的搜索" "A new record answers your saved search";
        "search_changed" "您关注的信息有更新" "A record of your saved search has changed";
        "search_left" "您关注的信息更新后不再符合您保存的搜索" "A record no longer answers your saved search";
        "search_withdrawn" "您关注的信息已下架" "A record of your saved search is no longer on the market";
    }
    Matching {
        "match_found" "发现新的匹配推荐" "A new match was found";
    }
    Engagement {
        "enquiry_received" "收到新的对接意向，请及时答复" "An enquiry was received; please answer it";
        "enquiry_brokered" "有新的对接意向请您单位协助" "An enquiry names your agency as its broker";
        "enquiry_accepted" "您的对接意向已被接受" "Your enquiry was accepted";
        "enquiry_declined" "您的对接意向被婉拒" "Your enquiry was declined";
        "enquiry_due" "对接意向即将到答复期限" "An enquiry must be answered soon";
        "enquiry_overdue" "对接意向已过答复期限" "An enquiry is overdue";
        "engagement_withdrawn" "对方已撤回对接" "The other side has withdrawn from the engagement";
        "engagement_concluded" "对接已办结" "The engagement is concluded";
        "message_received" "收到新的对接消息" "A message was received";
        "meeting_arranged" "已约定对接会面" "A meeting was arranged";
        "meeting_ended" "对接会面有新的记录" "A meeting was held or cancelled";
    }
    Listing {
        "listing_published" "信息已审核发布" "Your record was published";
        "listing_returned" "信息被退回，请修改后重新提交" "Your record was returned for correction";
        "listing_expired" "信息已到期下架" "Your record has expired";
    }
    Contract {
        "contract_submitted" "收到新的认定登记申请" "A contract was submitted for registration";
        "contract_accepted" "认定登记申请已受理" "Your contract was accepted for review";
        "contract_award_elsewhere" "技术合同由卖方在其所在地申请认定登记" "The seller registers the contract where it belongs";
        "contract_disputed" "认定登记申请被列为争议案件，办理期限延长" "Your contract is disputed; the office has longer";
        "contract_correction" "认定登记申请需要补正" "Your contract needs correction";
        "contract_resubmitted" "补正材料已提交" "A corrected contract was submitted";
        "contract_registered" "技术合同已认定登记" "Your contract was registered";
        "contract_refused" "认定登记申请未获通过" "Your contract was refused";
        "contract_amended" "技术合同已变更登记" "The registration of your contract was amended";
        "contract_amendment_proposed" "收到变更登记申请" "An amendment was proposed";
        "contract_amendment_refused" "变更登记申请未获通过" "Your amendment was refused";
        "contract_cancelled" "技术合同登记已注销" "The registration of your contract was cancelled";
        "contract_revoked" "技术合同登记已被撤销" "The registration of your contract was revoked";
        "contract_income_stated" "收到技术性收入申报，请核定" "Technical income was stated; please verify it";
        "contract_income_returned" "技术性收入核定表被退回" "Your statement of income was returned";
        "contract_income_verified" "技术性收入已核定" "Your statement of income was verified";
        "contract_award_ended" "成交已失效，其合同草稿已撤回" "An award no longer stands, and its draft was taken back";
        "contract_due" "登记案件即将到办理期限" "A case must be decided soon";
        "contract_overdue" "登记案件已超过办理期限" "A case is overdue";
    }
    Subsidy {
        "claim_awarded" "补助申报已通过审核" "Your claim was awarded";
        "claim_returned" "补助申报被退回补充" "Your claim was returned";
        "claim_refused" "补助申报未获通过" "Your claim was refused";
        "claim_revoked" "补助资格已被撤销" "Your award was revoked";
        "claim_lapsed" "补助申报因合同失效而终止" "Your claim has lapsed with its contract";
        "subsidy_publicised" "补助名单进入公示" "The subsidy is publicised";
        "subsidy_approved" "补助已批准" "The subsidy was approved";
        "subsidy_paid" "补助已拨付" "The subsidy was paid";
        "objection_made" "公示名单收到异议，请核查答复" "An objection to a publicised list was made; please answer it";
        "objection_answered" "您提出的异议已有答复" "Your objection was answered";
        "clawback_due" "有补助资金需要退回" "A subsidy must be paid back";
    }
    Reward {
        "reward_publicised" "奖酬方案进入公示" "A reward plan is publicised";
        "reward_objected" "奖酬方案收到异议" "An objection to a reward plan was made";
        "reward_confirmed" "奖酬方案已确认" "A reward plan was confirmed";
    }
    Credit {
        "credit_recorded" "本单位有新的信用记录" "A credit record of your organisation was made";
        "credit_lifted" "信用记录已撤销" "A credit record of your organisation was lifted";
        "credit_appeal_rejected" "信用申诉未获支持" "Your appeal was rejected";
    }
    Account {
        "organisation_verified" "单位审核已通过" "Your organisation was verified";
        "organisation_refused" "单位审核未通过" "Your organisation was refused";
        "organisation_suspended" "单位账号已被暂停" "Your organisation was suspended";
        "organisation_reinstated" "单位账号已恢复" "Your organisation was reinstated";
        "webhook_disabled" "推送地址连续失败，已停用" "A webhook kept failing and was disabled";
        "webhook_ping" "推送测试" "A test of the webhook";
        "mail_code" "邮箱验证" "Confirm your mail address";
        "mail_digest" "每日通知汇总" "Your notices of the day";
    }
    Federation {
        "node_two_histories" "相邻平台出示了两份不同的历史记录，请核查" "A neighbouring node has shown two histories; please look into it";
        "node_accused" "相邻平台指认本平台出示了两份历史记录，请核查" "A neighbour says that this node has shown two histories";
        "peer_equivocation" "相邻平台对同一版本给出了不同内容，已隔离" "A neighbour told two stories about one version; it was set aside";
        "peer_gap" "相邻平台的变更序列缺号" "A number is missing in a neighbour's feed";
        "peer_quarantine" "相邻平台的数据有误，已隔离待查" "Events of a neighbour were set aside";
        "peer_lost_numbers" "相邻平台丢失了已发布的变更序号，已停止同步，请联系对方" "A neighbour lost numbers of its feed; nothing is read of it";
        "peer_restored" "相邻平台已从备份恢复，正在重新核对" "A neighbour was restored from a backup";
        "peer_unreachable" "相邻平台长时间无法访问" "A neighbour has not been reached for long";
        "peer_divergence" "与相邻平台核对发现差异，已按对方补正" "The comparison with a neighbour found differences";
    }
    Trading {
        "sale_published" "交易已发布" "Your sale was published";
        "sale_refused" "交易未通过审核" "Your sale was refused";
        "sale_extended" "交易已延长" "Your sale was extended";
        "sale_suspended" "交易已暂停" "Your sale was suspended";
        "sale_ended" "交易已结束" "A sale has ended";
        "sale_awarded" "交易已成交" "A sale was awarded";
        "sale_unsold" "交易未成交" "Your sale ended unsold";
        "sale_defaulted" "成交方违约" "The winner of your sale defaulted";
        "sale_outbid" "您的出价已被超过" "You were outbid";
        "sale_followed_corrected" "您参加或关注的交易已更正公告" "The notice of a sale you follow was corrected";
        "sale_followed_confirm_again" "您参加或关注的交易已更正公告，已报价的请重新确认，已投标的请重新投标" "The terms of a sale you follow were corrected: confirm your offer, or seal your bid anew";
        "sale_followed_suspended" "您参加或关注的交易已中止" "A sale you follow was suspended";
        "sale_followed_resumed" "您参加或关注的交易已恢复" "A sale you follow goes on";
        "sale_followed_extended" "您参加或关注的交易已延长截止时间" "The end of a sale you follow has moved";
        "sale_followed_withdrawn" "您参加或关注的交易已撤回" "A sale you follow was withdrawn";
        "sale_followed_ended" "您参加或关注的交易已结束" "A sale you follow has ended";
        "sale_followed_unsold" "您参加或关注的交易未成交" "A sale you follow came to nothing";
        "sale_followed_annulled" "您参加或关注的交易已被撤销" "A sale you follow was annulled";
        "sale_deposit_released" "您的保证金已退还" "Your deposit was released";
        "sale_deposit_forfeited" "您的保证金不予退还" "Your deposit was forfeited";
        "sale_signing_moved" "因异议处理，签约期限顺延" "The days for signing were prolonged by an objection";
        "sale_starts_soon" "关注的交易即将开始" "A sale you follow begins soon";
        "sale_ends_soon" "关注的交易即将截止" "A sale you follow ends soon";
        "sale_objection_made" "交易收到异议" "An objection to your sale was made";
        "sale_objection_to_answer" "有交易异议待答复" "An objection to a sale must be answered";
        "sale_objection_due" "交易异议答复期限将至" "An objection to a sale must be answered soon";
        "sale_objection_overdue" "交易异议逾期未答复" "An objection to a sale was not answered in time";
        "sale_winner_excluded" "异议成立，成交人被取消资格" "The winner of your sale was excluded after an objection";
        "sale_excluded" "异议成立，您的成交资格被取消" "You were excluded as the winner of a sale after an objection";
        "sale_signing_confirmed" "受让方已确认签约，请办理成交" "The winner has confirmed the signing: conclude the sale";
        "sealed_seat_vacated" "评标委员席位空缺，请补选" "A seat of your evaluation committee is vacant: fill it";
        "sealed_seat_left" "您不再担任评标委员" "You are no longer a member of an evaluation committee";
        "sale_default_to_decide" "有违约认定申请待决定" "A stated default must be decided";
        "sale_objection_withdrawn" "交易的一项异议已撤回" "An objection to your sale was withdrawn";
        "sale_objection_decided" "交易的一项异议已答复" "An objection to your sale was answered";
        "sale_objection_answered" "您对交易提出的异议已有答复" "Your objection to a sale was answered";
        "sale_signing_overdue" "成交后逾期未签约" "The contract of a sale was not signed in time";
        "sale_default_stated" "有人申请认定成交方违约" "A default of the winner was stated";
        "sale_default_rejected" "违约认定申请未获认定" "The stated default was rejected";
        "sale_annulled" "成交结果已被撤销" "The result of a sale was annulled";
        "sale_concluded" "成交已签约" "A sale was concluded";
        "challenge_passed" "榜单需求通过论证" "Your challenge passed its argument";
        "challenge_rejected" "榜单需求未通过论证" "Your challenge was rejected";
        "challenge_published" "榜单已发布" "Your challenge was published";
        "challenge_selected" "揭榜方案已选定" "A proposal was selected";
        "challenge_failed" "无方案入选" "No proposal was selected";
        "challenge_agreement" "请签署揭榜协议" "An agreement waits for you";
        "challenge_signed" "揭榜协议已签署" "The agreement is signed";
        "challenge_milestone_submitted" "收到里程碑成果" "A milestone was submitted";
        "challenge_milestone_accepted" "里程碑已验收" "A milestone was accepted";
        "challenge_milestone_returned" "里程碑被退回修改" "A milestone was returned";
        "challenge_completed" "揭榜项目已完成" "The challenge is completed";
        "challenge_cancelled" "榜单已取消" "The challenge was cancelled";
    }
}

pub fn named(code: &str) -> Option<&'static Event> {
    EVENTS.iter().find(|event| event.code == code)
}

/// A notice in words: what happened, and to what.
pub fn text(event: &str, title: &str, english: bool) -> String {
    let words = named(event).map_or(event, |known| if english { known.en } else { known.zh });
    match (title.is_empty(), english) {
        (true, _) => words.to_owned(),
        (false, true) => format!("{words}: {title}"),
        (false, false) => format!("{words}：{title}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_there_once_and_has_its_words() {
        for event in EVENTS {
            assert_eq!(EVENTS.iter().filter(|other| other.code == event.code).count(), 1, "{}", event.code);
            assert!(!event.zh.is_ascii() && event.en.is_ascii());
        }
    }
}

//! Selling, publicity, roadshow and finance (DOMAIN §3, §4, §6).

use super::{Item, List, define, item};

pub(super) const LISTS: &[List] = &[
    define("pricing_mode", "定价方式", "Pricing mode", PRICING_MODE),
    define("sale_mode", "交易方式", "Sale mode", SALE_MODE),
    define("sale_state", "交易状态", "Sale state", SALE_STATE),
    define("sale_phase", "交易阶段", "Sale phase", SALE_PHASE),
    define("sale_unsold_reason", "未成交原因", "Why a sale came to nothing", SALE_UNSOLD),
    define("sale_bid_kind", "出价方式", "Kind of bid", SALE_BID_KIND),
    define("sale_deposit_state", "保证金状态", "Deposit state", SALE_DEPOSIT_STATE),
    define("sale_reminder_moment", "提醒时点", "What a reminder is about", SALE_REMINDER),
    define("sale_suspension_reason", "中止原因", "Why a sale was suspended", SALE_SUSPENSION),
    define("sealed_phase", "招标进程", "Where a sealed tender stands", SEALED_PHASE),
    define("sealed_best_price", "择优方向", "Which price is the best", SEALED_BEST_PRICE),
    define("sealed_bid_fault", "投标无效原因", "Why an opened envelope does not count", SEALED_BID_FAULT),
    define("sale_default_ground", "违约事由", "Why the winner defaults", SALE_DEFAULT_GROUND),
    define("sale_default_state", "违约认定状态", "State of a stated default", SALE_DEFAULT_STATE),
    define("sale_objection_state", "异议状态", "State of an objection", SALE_OBJECTION_STATE),
    define("sale_objection_about", "异议事项", "What an objection is about", SALE_OBJECTION_ABOUT),
    define("sale_objection_remedy", "异议请求", "What an objection asks for", SALE_OBJECTION_REMEDY),
    define("publicity_state", "公示状态", "Publicity state", PUBLICITY_STATE),
    define("open_challenge_stage", "揭榜挂帅阶段", "Open challenge stage", OPEN_CHALLENGE_STAGE),
    define("challenge_act", "揭榜挂帅事项", "Open challenge step", CHALLENGE_ACT),
    define("challenge_verdict", "专家结论", "Expert's verdict", CHALLENGE_VERDICT),
    define("challenge_proposal_state", "揭榜方案状态", "Proposal state", CHALLENGE_PROPOSAL_STATE),
    define("challenge_milestone_state", "实施节点状态", "Milestone state", CHALLENGE_MILESTONE_STATE),
    define("challenge_evaluation_result", "验收评价结论", "Evaluation result", CHALLENGE_EVALUATION_RESULT),
    define("roadshow_stage", "路演阶段", "Roadshow stage", ROADSHOW_STAGE),
    define("roadshow_criterion", "路演评分项", "Roadshow criterion", ROADSHOW_CRITERION),
    define("remote_act", "跨平台操作", "Act across nodes", REMOTE_ACT),
    define("remote_act_state", "跨平台操作进度", "Progress of an act across nodes", REMOTE_ACT_STATE),
    define("finance_product", "科技金融产品", "Sci-tech finance product", FINANCE_PRODUCT),
];

/// What a user asks of another node (TMF-1 rule 11).
const REMOTE_ACT: &[Item] = &[
    item("enquire", "发起对接", "Enquire"),
    item("message", "发送消息", "Send a message"),
    item("withdraw", "撤回对接或异议", "Withdraw the enquiry or objection"),
    item("conclude", "填报对接结果", "Say what came of it"),
    item("enrol", "报名参加交易", "Take part in a sale"),
    item("offer", "挂牌报价", "Offer in a listing"),
    item("bid", "竞价出价", "Bid"),
    item("maximum", "设置最高限价", "Set a maximum"),
    item("match", "优先权人行权", "Match the highest price"),
    item("envelope", "投递投标信封", "Deposit an envelope"),
    item("object", "提出异议", "Object to a sale"),
];

const REMOTE_ACT_STATE: &[Item] = &[
    item("queued", "待发送", "Queued"),
    item("sent", "已发送", "Sent"),
    item("received", "对方平台已收到", "Received by the owner"),
    item("decided", "对方平台已处理", "Decided"),
    item("undeliverable", "无法送达", "Undeliverable"),
    item("lost", "对方平台恢复备份后已无此记录", "Lost by its owner in a restore"),
];

/// Law on Promoting the Conversion of Sci-Tech Achievements, art. 18.
const PRICING_MODE: &[Item] = &[
    item("agreement", "协议定价", "By agreement"),
    item("listing", "挂牌交易", "Listing"),
    item("auction", "拍卖", "Auction"),
];

const SALE_MODE: &[Item] = &[
    item("negotiated", "协议定价并公示", "Negotiated, with publicity"),
    item("listing", "挂牌", "Listing"),
    item("online_bidding", "网络竞价", "Online ascending bidding"),
    item("sealed_tender", "招标", "Sealed tender"),
    item("open_challenge", "揭榜挂帅", "Open challenge"),
    item("auction", "拍卖", "Auction by a licensed auctioneer"),
];

const SALE_STATE: &[Item] = &[
    item("draft", "草稿", "Draft"),
    item("pending_review", "待审核", "Pending review"),
    item("refused", "审核未通过", "Refused"),
    item("published", "已公告", "Published"),
    item("ended", "结果公示中", "Ended"),
    item("awarded", "已成交", "Awarded"),
    item("concluded", "已签约", "Concluded"),
    item("unsold", "未成交", "Unsold"),
    item("withdrawn", "已撤回", "Withdrawn"),
    item("annulled", "已撤销", "Annulled"),
];

const SALE_PHASE: &[Item] = &[
    item("notice", "公告期", "Notice"),
    item("open", "进行中", "Open"),
    item("suspended", "已中止", "Suspended"),
    item("closing", "待定结果", "Closing"),
    item("over", "已结束", "Over"),
];

const SALE_UNSOLD: &[Item] = &[
    item("no_bids", "无人出价", "Nobody bid"),
    item("reserve_not_met", "未达保留价", "Below the reserve"),
    item("too_few_bidders", "投标人不足", "Too few bidders"),
    item("no_acceptable_bid", "无有效报价", "No acceptable bid"),
    item("not_opened", "未能开标", "The envelopes could not be opened"),
    item("defaulted", "成交方违约", "The winner defaulted"),
];

const SALE_BID_KIND: &[Item] = &[
    item("plain", "手动出价", "Typed by the bidder"),
    item("proxy", "代理出价", "Made by a maximum"),
    item("match", "行使优先权", "A priority holder's match"),
];

const SALE_DEPOSIT_STATE: &[Item] = &[
    item("instructed", "待缴纳", "Instructed"),
    item("confirmed", "已到账", "Confirmed"),
    item("released", "已退还", "Released"),
    item("applied", "已抵作价款", "Applied to the price"),
    item("forfeited", "已没收", "Forfeited"),
    item("lapsed", "未缴纳", "Never paid"),
];

const SALE_SUSPENSION: &[Item] = &[
    item("platform_failure", "平台故障", "Failure of the platform"),
    item("decided", "平台决定", "By decision"),
];

const SALE_OBJECTION_STATE: &[Item] = &[
    item("open", "处理中", "Open"),
    item("dismissed", "不成立", "Dismissed"),
    item("upheld", "成立", "Upheld"),
    item("withdrawn", "已撤回", "Withdrawn"),
];

const SALE_OBJECTION_ABOUT: &[Item] = &[
    item("rights", "权属", "Rights"),
    item("price", "价格", "Price"),
    item("relation", "关联关系", "Relation of the parties"),
    item("eligibility", "资格", "Eligibility"),
    item("procedure", "程序", "Procedure"),
    item("result", "结果", "Result"),
    item("other", "其他", "Other"),
];

const SALE_OBJECTION_REMEDY: &[Item] = &[
    item("explain", "作出说明", "An explanation"),
    item("correct", "更正公告", "A correction"),
    item("rerun", "重新进行", "A new run"),
    item("annul", "撤销交易", "Annulment"),
];

const SALE_DEFAULT_GROUND: &[Item] = &[
    item("overdue", "逾期未签约", "Not signed in time"),
    item("renounced", "放弃签约", "Declares that it will not sign"),
    item("deposit_unpaid", "未按期缴纳保证金", "Deposit not paid in time"),
];

const SALE_DEFAULT_STATE: &[Item] = &[
    item("stated", "待决定", "Stated"),
    item("confirmed", "已认定", "Confirmed"),
    item("rejected", "不予认定", "Rejected"),
    item("dropped", "已撤销", "Dropped: the contract was signed"),
];

const PUBLICITY_STATE: &[Item] = &[
    item("pending_review", "待审核", "Pending review"),
    item("publicised", "公示中", "Publicised"),
    item("ended", "公示期满", "Ended"),
    item("result_pending", "结果待公布", "Result pending"),
    item("announced", "结果已公布", "Announced"),
    item("refused", "不予公示", "Refused"),
];

const OPEN_CHALLENGE_STAGE: &[Item] = &[
    item("collected", "征集", "Collected"),
    item("expert_argument", "专家论证", "Expert argument"),
    item("published", "发榜", "Published"),
    item("proposal_review", "揭榜评审", "Review of proposals"),
    item("signing", "签约", "Signing"),
    item("milestones", "实施", "Milestones"),
    item("evaluation", "验收评价", "Evaluation"),
    item("completed", "已结题", "Completed"),
    item("rejected", "论证未通过", "Rejected by the experts"),
    item("failed", "揭榜失败", "No proposal selected"),
    item("cancelled", "已取消", "Cancelled"),
];

const SALE_REMINDER: &[Item] = &[item("start", "开始", "Start"), item("end", "截止", "End")];

const CHALLENGE_VERDICT: &[Item] = &[item("pass", "通过", "Pass"), item("reject", "不通过", "Reject")];

const CHALLENGE_PROPOSAL_STATE: &[Item] = &[
    item("submitted", "已提交", "Submitted"),
    item("withdrawn", "已撤回", "Withdrawn"),
    item("selected", "已选中", "Selected"),
    item("not_selected", "未选中", "Not selected"),
    item("lapsed", "已失效", "Lapsed"),
];

const CHALLENGE_MILESTONE_STATE: &[Item] = &[
    item("due", "待提交", "Due"),
    item("submitted", "已提交", "Submitted"),
    item("returned", "已退回", "Returned"),
    item("accepted", "已验收", "Accepted"),
];

const CHALLENGE_EVALUATION_RESULT: &[Item] = &[
    item("passed", "通过", "Passed"),
    item("rectify", "限期整改", "To be rectified"),
    item("failed", "未通过", "Failed"),
];

const CHALLENGE_ACT: &[Item] = &[
    item("collect", "征集", "Collected"),
    item("edit", "修改", "Edited"),
    item("submit", "提交论证", "Handed to the experts"),
    item("argue", "专家意见", "Expert's opinion"),
    item("pass", "论证通过", "Passed by the experts"),
    item("reject", "论证不通过", "Rejected by the experts"),
    item("publish", "发榜", "Published"),
    item("close", "揭榜截止", "Closed for proposals"),
    item("select", "选定揭榜方", "Proposal selected"),
    item("fail", "揭榜失败", "No proposal selected"),
    item("offer", "提交协议", "Agreement offered"),
    item("confirm", "签约", "Signed"),
    item("decline", "放弃签约", "Signing declined"),
    item("hand_in", "提交节点成果", "Milestone handed in"),
    item("accept", "节点验收", "Milestone accepted"),
    item("return", "节点退回", "Milestone returned"),
    item("evaluate", "验收评价", "Evaluated"),
    item("complete", "结题", "Completed"),
    item("cancel", "取消", "Cancelled"),
];

const ROADSHOW_STAGE: &[Item] = &[
    item("call", "征集", "Call"),
    item("check", "形式审查", "Check"),
    item("field_review", "分领域评审", "Review by field"),
    item("shortlist", "入围公示", "Shortlist"),
    item("pitch", "路演", "Pitch"),
    item("result", "结果", "Result"),
    item("follow_up", "跟踪", "Follow-up"),
];

const ROADSHOW_CRITERION: &[Item] = &[
    item("innovation", "创新性", "Innovation"),
    item("market", "市场前景", "Market"),
    item("team", "团队", "Team"),
    item("plan", "实施方案", "Plan"),
    item("finance", "财务", "Finance"),
    item("social", "社会效益", "Social benefit"),
];

const FINANCE_PRODUCT: &[Item] = &[
    item("ip_pledge_loan", "知识产权质押贷款", "IP pledge loan"),
    item("equity_pledge_loan", "股权质押贷款", "Equity pledge loan"),
    item("insurance", "科技保险", "Insurance"),
    item("guide_fund", "引导基金", "Guide fund"),
    item("conversion_fund", "成果转化基金", "Conversion fund"),
];

const SEALED_PHASE: &[Item] = &[
    item("preparing", "准备", "Preparing"),
    item("ready", "密钥已生成", "Key made"),
    item("receiving", "接收投标", "Receiving envelopes"),
    item("closed", "已截止", "Closed"),
    item("scoring", "已开标，评审中", "Opened, under evaluation"),
    item("evaluated", "评审完成", "Evaluated"),
];

const SEALED_BEST_PRICE: &[Item] = &[
    item("highest", "价高者优", "The highest price wins"),
    item("lowest", "价低者优", "The lowest price wins"),
];

const SEALED_BID_FAULT: &[Item] = &[
    item("unreadable", "无法读取", "Cannot be read"),
    item("withdrawn", "已撤回", "Withdrawn"),
    item("other_sale", "不是本次招标的投标", "For another sale"),
    item("other_terms", "所投条件与招标条件不一致", "On other terms"),
    item("not_the_depositor", "投标人与递交人不一致", "Not the depositor's own"),
    item("not_eligible", "无投标资格", "Not eligible"),
    item("barred", "严重失信", "Barred"),
    item("price_out_of_range", "报价超出范围", "Price out of range"),
    item("deposit_missing", "未提供保证金凭证", "No deposit named"),
];

#[cfg(test)]
mod tests {
    use crate::kernel::vocabulary::codes_of;

    #[test]
    fn conversion_law_art_18_three_ways_of_pricing() {
        assert_eq!(codes_of("pricing_mode"), ["agreement", "listing", "auction"]);
    }
}

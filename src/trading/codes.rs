//! What this room refuses.

use crate::kernel::error::codes;

codes! {
    SALE_MODE_TERMS = ("sale_mode_terms", 422, "交易条件与交易方式不符", "The terms do not belong to the mode of sale");
    SALE_LOT = ("sale_lot", 422, "标的应为本单位已发布的成果（或需求），且未被其他交易占用", "A lot is a published achievement or demand of your own that no other deal holds");
    SALE_LOTS_MIXED = ("sale_lots_mixed", 422, "成果与需求不能在同一交易中；竞价和挂牌只适用于成果", "Achievements and demands do not mix, and only achievements are listed or bid for");
    SALE_LOT_TWICE = ("sale_lot_twice", 422, "同一标的重复", "The same lot twice");
    SALE_INCREMENT = ("sale_increment", 422, "加价幅度应大于 0 且不超过起拍价", "The increment is above 0 and at most the start price");
    SALE_DEPOSIT_SHARE = ("sale_deposit_share", 422, "保证金应为价格的 {min} 至 {max}", "The deposit is {min} to {max} of the price");
    SALE_NOTICE = ("sale_notice", 422, "公告期不得少于 {days} 天，最早可于 {from} 开始", "At least {days} days of notice: not before {from}");
    SALE_DURATION = ("sale_duration", 422, "竞价时间不得少于 {hours} 小时", "A bidding lasts at least {hours} hours");
    SALE_ENDS_EARLY = ("sale_ends_early", 422, "截止时间不得早于 {from}", "It may not end before {from}");
    SALE_ENDS_LATE = ("sale_ends_late", 422, "截止时间不得晚于 {to}", "It may not end after {to}");
    SALE_RESERVE = ("sale_reserve", 422, "保留价应不低于起拍价，且只用于竞价", "A reserve is at least the start price, and for biddings only");
    SALE_AUCTIONEER = ("sale_auctioneer", 422, "拍卖须载明拍卖人、拍卖师及其许可证号；网络竞价不得填写", "An auction names the licensed house and auctioneer; a bidding names none");
    SALE_PRIORITY = ("sale_priority", 422, "优先购买权人的顺位为 1 至 {max}，信用代码不得重复", "Priority holders have ranks 1 to {max} and one credit code each");
    SALE_RELATION = ("sale_relation", 422, "受让方为完成人或关联方的，应说明关系", "Say how the buyer is related");
    SALE_BUYER_SELF = ("sale_buyer_self", 422, "受让方不能是转让方自己", "The buyer cannot be the seller");
    SALE_NOT_SELLER = ("sale_not_seller", 403, "转让方及其关联方不得参加", "The seller and its related parties may not take part");
    SALE_BIDDER_BARRED = ("sale_bidder_barred", 403, "严重失信单位不得参加交易", "A barred unit may not take part");
    SALE_BIDDER_EXCLUDED = ("sale_bidder_excluded", 403, "前次交易的违约方不得参加本次交易", "A defaulter of the earlier run may not take part");
    SALE_ENROLLED = ("sale_enrolled", 409, "本单位已报名", "Your organisation has enrolled already");
    SALE_NOT_ENROLLED = ("sale_not_enrolled", 409, "请先报名", "Enrol first");
    SALE_BIDDERS_MAX = ("sale_bidders_max", 409, "报名单位已达 {max} 家", "{max} bidders have enrolled: the sale is full");
    SALE_DEPOSIT_MISSING = ("sale_deposit_missing", 409, "保证金尚未确认到账，不能出价", "No confirmed deposit, no bid");
    SALE_DEPOSIT_AMOUNT = ("sale_deposit_amount", 422, "到账金额应为 {amount} 元", "The amount received must be {amount} yuan");
    SALE_NOT_OPEN = ("sale_not_open", 409, "现在不是出价时间", "Offers are not taken now");
    SALE_OVER = ("sale_over", 409, "已于 {at} 截止", "It ended at {at}");
    SALE_STANDS_STILL = ("sale_stands_still", 409, "平台曾中断，交易将公告中止并补足时间，请稍候", "The platform stood still: the sale is about to be suspended and its time given back");
    SALE_BID_LOW = ("sale_bid_low", 409, "出价应不低于 {min} 元", "A bid must be at least {min} yuan");
    SALE_BID_GRID = ("sale_bid_grid", 422, "出价应为起拍价加上加价幅度的整数倍，最近的是 {below} 元或 {above} 元", "A bid is the start price plus a multiple of the increment: {below} or {above} yuan");
    SALE_BID_LARGE = ("sale_bid_large", 422, "出价过高，请核对：不超过 {max} 元", "The bid is too large; check it: at most {max} yuan");
    SALE_LEADING = ("sale_leading", 409, "本单位已是最高出价", "Your bid is the highest already");
    SALE_MAXIMUM_LOWER = ("sale_maximum_lower", 409, "最高限价只能提高，不能降低", "A maximum may be raised, never lowered");
    SALE_MATCH_NOT_HOLDER = ("sale_match_not_holder", 403, "只有优先购买权人可以按最高价行使优先权", "Only a priority holder may match the highest price");
    SALE_MATCH_USED = ("sale_match_used", 409, "优先权已行使过一次", "The match has been used");
    SALE_MATCH_NOTHING = ("sale_match_nothing", 409, "还没有出价可供行使优先权", "There is no bid to match");
    SALE_MATCH_OUTRANKED = ("sale_match_outranked", 409, "现最高价由顺位相同或在先的优先购买权人持有", "A holder of the same or a better rank has the highest price");
    SALE_OBJECTIONS_OPEN = ("sale_objections_open", 409, "有 {count} 项异议未处理完毕", "{count} objections are open");
    SALE_STANDSTILL = ("sale_standstill", 409, "公示期到 {until}", "Stand-still until {until}");
    SALE_HAS_BIDS = ("sale_has_bids", 409, "已有出价，不能撤回", "There are bids: it cannot be withdrawn");
    SALE_RERUN_PRICE = ("sale_rerun_price", 422, "再次交易的降价不得超过 {max}：起拍价不低于 {min} 元", "A re-run cuts the price by at most {max}: not below {min} yuan");
    SALE_RERUN_LATE = ("sale_rerun_late", 409, "应在 {days} 日内再次交易", "A re-run is within {days} days");
    SALE_RERUN_ONCE = ("sale_rerun_once", 409, "已再次交易", "It has been run again already");
    SALE_MODE_WRONG = ("sale_mode_wrong", 409, "该交易方式没有此步骤", "This mode of sale has no such step");
    SALE_OFFER_FIXED = ("sale_offer_fixed", 422, "一口价：报价应为 {min} 元", "The price is fixed: offer {min} yuan");
    SALE_OFFER_LOWER = ("sale_offer_lower", 409, "报价只能提高，不能降低或撤回", "An offer may be raised, never lowered or withdrawn");
    SALE_PUBLICITY_RUNNING = ("sale_publicity_running", 409, "公示期至 {until}，期满后方可公布结果", "Publicity until {until}; the result is announced after it");
    SALE_AMOUNT_NOTE = ("sale_amount_note", 422, "成交价与公示价不同的，应说明理由", "Say why the final amount differs from the published one");
    SALE_QUESTIONS_MAX = ("sale_questions_max", 409, "已有 {max} 个问题待答复", "{max} of your questions wait for an answer");
    SALE_OBJECTIONS_MAX = ("sale_objections_max", 409, "已有 {max} 项异议待处理", "{max} of your objections are open");
    SALE_OBJECTION_ANSWERED = ("sale_objection_answered", 409, "异议已处理", "The objection has been answered");
    SALE_OBJECTION_LATE = ("sale_objection_late", 409, "合同已签订，不再受理异议", "The contract is signed: objections are no longer taken");
    SALE_CORRECT_NOTHING = ("sale_correct_nothing", 422, "没有改动", "Nothing is changed");
    SALE_CORRECT_END = ("sale_correct_end", 422, "时间只能推迟，竞价开始后不得改动", "Times move later only, and not once bidding has begun");
    SALE_SECRET = ("sale_secret", 403, "参与者身份在交易结束前保密", "Who takes part is secret until the end");
}

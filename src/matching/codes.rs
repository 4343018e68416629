//! Refusals about suggestions.

use crate::kernel::error::codes;

codes! {
    SUGGESTION_UNKNOWN = ("suggestion_unknown", 422, "该推荐已不在列表中，请刷新后重试", "This suggestion is not in the list any more; load the list again");
    NOT_YOUR_LIST = ("not_your_list", 403, "只能对本单位信息的推荐表示不合适", "Only the holder of a record declines what is suggested for it");
    REASON_REQUIRED = ("match_reason_required", 422, "请从八种原因中选择一种", "Name one of the eight reasons");
    REASON_UNEXPECTED = ("match_reason_unexpected", 422, "只有表示不合适时才填写原因", "A reason belongs to a decline only");
    EVENT_NOT_YOURS = ("match_event_not_yours", 422, "此类反馈由平台根据对接情况自动记录", "The platform records this event by itself");
    WEIGHTS_SUM = ("match_weights_sum", 422, "各项权重须不小于零且合计为一百万（百万分比）", "The weights are not negative and sum to 1 000 000 parts per million");
    WEIGHTS_CHANGED = ("match_weights_changed", 412, "权重刚被他人修改，请重新查看后再设置", "Somebody else has just set the weights; look at them again");
    SAVED_SEARCH_EMPTY = ("saved_search_empty", 422, "请填写关键词或至少选择一个筛选条件", "Name at least a word or a filter");
    SAVED_SEARCH_LONG = ("saved_search_long", 422, "筛选条件过多，请精简后再保存", "The question has too many values to be watched; shorten it");
    SAVED_SEARCHES_TOO_MANY = ("saved_searches_too_many", 409, "每人最多保存 {max} 个搜索，请先删除不用的", "At most {max} saved searches; remove one that is not needed");
    SAVED_SEARCHES_FULL = ("saved_searches_full", 503, "平台保存的搜索已满，请联系运维", "No more searches can be saved on this platform; tell the operator");
}

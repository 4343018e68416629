//! What the transparency log refuses.

use crate::kernel::error::codes;

codes! {
    TREE_EMPTY = ("tree_empty", 404, "尚无检查点", "There is no checkpoint yet");
    TILE_NOT_FOUND = ("tile_not_found", 404, "没有该瓦片", "There is no such tile");
    NOT_YET_PROVED = ("not_yet_proved", 404, "该变更尚未写入检查点，请稍后再试", "No checkpoint holds this event yet; try again shortly");
    SIZE_INVALID = ("tree_size_invalid", 400, "树的大小应为 {min} 至 {max}", "The tree's size must be between {min} and {max}");
    LOG_UNKNOWN = ("log_unknown", 404, "未知的日志来源", "The log is none of a neighbour of this node");
    LOG_NOT_NAMED = ("log_not_named", 409, "该日志没有待处理的问题", "There is no open case against this log");
    LOG_EPOCH_SAME = ("log_epoch_same", 409, "对方仍在第 {epoch} 纪元，不能以新纪元为由处理", "The node is still in epoch {epoch}; this case is not settled by a new one");
    LOG_SETTLEMENTS_MAX = ("log_settlements_max", 409, "同一日志最多处理 {max} 次", "At most {max} cases of one log are settled");
    CHECKPOINT_INVALID = ("checkpoint_invalid", 400, "检查点格式有误", "Not a checkpoint");
    CHECKPOINT_UNSIGNED = ("checkpoint_unsigned", 403, "检查点未由该日志的密钥签名", "No key of this log signed the checkpoint");
    CONSISTENCY_REFUSED = ("consistency_refused", 422, "一致性证明不成立", "The consistency proof does not hold");
}

//! What the transparency log refuses.

use crate::kernel::error::codes;

codes! {
    TREE_EMPTY = ("tree_empty", 404, "尚无检查点", "There is no checkpoint yet");
    TILE_NOT_FOUND = ("tile_not_found", 404, "没有该瓦片", "There is no such tile");
    NOT_YET_PROVED = ("not_yet_proved", 404, "该变更尚未写入检查点，请稍后再试", "No checkpoint holds this event yet; try again shortly");
    SIZE_INVALID = ("tree_size_invalid", 400, "树的大小应为 {min} 至 {max}", "The tree's size must be between {min} and {max}");
    LOG_UNKNOWN = ("log_unknown", 404, "未知的日志来源", "The log is none of a neighbour of this node");
    CHECKPOINT_INVALID = ("checkpoint_invalid", 400, "检查点格式有误", "Not a checkpoint");
    CHECKPOINT_UNSIGNED = ("checkpoint_unsigned", 403, "检查点未由该日志的密钥签名", "No key of this log signed the checkpoint");
    CONSISTENCY_REFUSED = ("consistency_refused", 422, "一致性证明不成立", "The consistency proof does not hold");
}

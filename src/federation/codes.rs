//! What federation refuses.

use crate::kernel::error::codes;

codes! {
    CURSOR_EXPIRED = ("cursor_expired", 410, "游标已过期，最早序号为 {earliest}，请获取快照", "The cursor is older than number {earliest}, the first that is kept; take the snapshot");
    EPOCH_CHANGED = ("epoch_changed", 409, "对方已从备份恢复，现为第 {epoch} 纪元，请获取快照", "This node was restored and is in epoch {epoch}; take the snapshot");
    VIEW_CHANGED = ("view_changed", 409, "可见范围已变更为 {view}，请获取快照", "What you may see has changed to {view}; take the snapshot");
    CURSOR_IN_FUTURE = ("cursor_in_future", 400, "游标 {after} 超过当前序号 {head}", "The cursor {after} lies beyond the head {head}");
    CURSOR_WITHOUT_EPOCH = ("cursor_without_epoch", 400, "游标须带纪元（epoch）和可见范围（view）", "A cursor names its epoch and view");
    FEED_LIMIT_INVALID = ("feed_limit_invalid", 400, "{name} 应在 {min} 至 {max} 之间", "{name} must be between {min} and {max}");
    PEER_EXISTS = ("peer_exists", 409, "该节点已登记为邻接节点", "This node is a neighbour already");
    PEER_NOT_CONFIRMED = ("peer_not_confirmed", 403, "邻接关系尚未双方确认，或已暂停", "The neighbourhood is not confirmed by both sides, or is suspended");
    PEER_ROLE_MISMATCH = ("peer_role_mismatch", 409, "双方登记的上下级关系不一致：本方登记为 {own}", "The two sides disagree on their places in the tree: here it is {own}");
    PEER_SELF = ("peer_self", 422, "不能把本节点登记为邻接节点", "A node is no neighbour of itself");
    PARENT_EXISTS = ("parent_exists", 409, "本节点已有上级节点 {node}", "This node has a parent already: {node}");
    PEER_KEY_INVALID = ("peer_key_invalid", 422, "公钥无效（应为 32 字节 ed25519 公钥的 base64url 或十六进制）", "Not an ed25519 public key (32 bytes, base64url or hexadecimal)");
    PEER_KEYS_FULL = ("peer_keys_full", 409, "同时有效的密钥最多 {max} 个，请先撤销旧密钥", "At most {max} keys live at a time; revoke an old one first");
    PEER_ANSWER_INVALID = ("peer_answer_invalid", 502, "对方平台的应答不符合协议：{reason}", "The neighbour's answer does not follow the protocol: {reason}");
    PEER_REFUSED = ("peer_refused", 502, "对方平台拒绝了请求：{code}", "The neighbour refused: {code}");
    FEED_GAP = ("feed_gap", 502, "对方的变更序列缺号：应为 {expected}，实为 {found}", "A number is missing in the neighbour's feed: expected {expected}, found {found}");
    PEER_LOST_NUMBERS = ("peer_lost_numbers", 502, "对方的当前序号小于本方已收到的 {seq}（cursor_in_future）：对方丢失了序号而未开始新纪元，请对方执行 admin new-epoch", "The neighbour's head lies before {seq}, which it has told (cursor_in_future): it lost numbers without a new epoch; its operator runs `admin new-epoch`");
    PEER_EPOCH_WENT_BACK = ("peer_epoch_went_back", 502, "对方的纪元 {found} 早于本方已知的 {known}：请对方执行 admin new-epoch", "The neighbour's epoch {found} comes before {known}, which it has told; its operator runs `admin new-epoch`");
    ERASURE_STILL_PUBLISHED = ("erasure_still_published", 409, "该记录仍在发布，请先由其业务撤下再擦除", "The record is still published: its owner withdraws it first, then it can be erased");
    SUBJECT_NOT_OWN = ("subject_not_own", 422, "只能擦除本节点的记录", "Only this node's own records can be erased here");
}

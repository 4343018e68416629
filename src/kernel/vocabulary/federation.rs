//! Nodes among each other (TMF-1).

use super::{Item, List, define, item};

pub(super) const LISTS: &[List] = &[
    define("peer_role", "互联层级", "Place of a neighbour", PEER_ROLE),
    define("peer_state", "互联状态", "State of a neighbour", PEER_STATE),
    define("sync_stage", "同步阶段", "Stage of following", SYNC_STAGE),
    define("replica_state", "副本状态", "State of a replica", REPLICA_STATE),
    define("quarantine_reason", "隔离原因", "Why an event was set aside", QUARANTINE_REASON),
    define("log_fault", "历史记录问题", "How a log was found to have two histories", LOG_FAULT),
    define("log_settled_by", "历史记录问题处理依据", "Why two histories are settled", LOG_SETTLED_BY),
    define("federation_alarm", "互联告警", "Alarm of the network", FEDERATION_ALARM),
];

const PEER_ROLE: &[Item] = &[
    item("parent", "上级平台", "Parent"),
    item("child", "下级平台", "Child"),
    item("peer", "同级平台", "Peer"),
];

const PEER_STATE: &[Item] = &[
    item("invited", "待对方确认", "Waiting for the other side"),
    item("confirmed", "已互联", "Joined"),
    item("suspended", "已暂停", "Suspended"),
    item("removed", "已解除", "Removed"),
];

const SYNC_STAGE: &[Item] = &[
    item("feed", "增量同步", "Following the feed"),
    item("snapshot", "获取快照", "Taking the snapshot"),
    item("sweep", "快照收尾", "Finishing the snapshot"),
    item("stopped", "已停止，待人工处理", "Stopped until somebody has looked"),
];

const REPLICA_STATE: &[Item] = &[
    item("live", "有效", "Live"),
    item("deleted", "已撤下", "Deleted"),
    item("erased", "已擦除", "Erased"),
    item("withdrawn", "不再可见", "No longer visible"),
];

const QUARANTINE_REASON: &[Item] = &[
    item("equivocation", "同一版本内容不一致", "Two stories about one version"),
    item("hash_mismatch", "内容与摘要不符", "The data do not fit their hash"),
    item("not_its_own", "非来源平台自有记录", "Not a record of its origin"),
    item("malformed", "格式有误", "Malformed"),
];

const LOG_FAULT: &[Item] = &[
    item("split_view", "向不同平台出示不同历史", "It showed each of two nodes another history"),
    item("rewritten", "改写了已签名的历史", "It rewrote what it had signed"),
];

const LOG_SETTLED_BY: &[Item] = &[
    item("new_epoch", "对方已开始新纪元", "The node has begun a new epoch"),
    item("restored", "对方已说明恢复经过", "The node has explained a restore"),
];

const FEDERATION_ALARM: &[Item] = &[
    item("equivocation", "同一版本内容不一致", "Two stories about one version"),
    item("gap", "变更序列缺号", "A number is missing in the feed"),
    item("quarantine", "有事件被隔离", "Events were set aside"),
    item("lost_numbers", "对方丢失已发布的序号", "The neighbour lost numbers that it had told"),
    item("epoch_changed", "对方从备份恢复", "The neighbour was restored from a backup"),
    item("unreachable", "长时间无法访问", "Not reached for long"),
    item("divergence", "夜间核对发现差异", "The comparison found differences"),
    item("accused", "指认本平台出示两份历史", "It says that this node has shown two histories"),
];

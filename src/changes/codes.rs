//! What the change log refuses.

use crate::kernel::error::codes;

codes! {
    NODE_DIFFERS = ("node_differs", 503, "该数据库属于节点 {node}，而设置的节点是 {named}：请设置 TECHMART_NODE={node}，或另用数据目录", "This database is the node {node}'s, and the setting names {named}: set TECHMART_NODE={node}, or use another data directory");
    EPOCH_NOT_GREATER = ("epoch_not_greater", 422, "新纪元须大于 {epoch}，且不超过 {max}", "A new epoch must be greater than {epoch}, and at most {max}");
}

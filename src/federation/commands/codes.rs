//! Refusals of acts across nodes.

use crate::kernel::error::codes;

codes! {
    COMMAND_MALFORMED = ("command_malformed", 400, "跨平台命令格式不正确", "This is not a command of this protocol");
    COMMAND_LOOPS = ("command_loops", 409, "该命令已经过本平台", "This command has passed this node before");
    COMMAND_TOO_FAR = ("command_too_far", 422, "命令转发次数超过 {max}", "A command goes at most {max} hops");
    COMMAND_EXPIRED = ("command_expired", 422, "命令已过期", "The command has expired");
    COMMAND_FROM_THE_FUTURE = ("command_from_the_future", 422, "命令的时间晚于本平台时间", "The command is dated in the future");
    COMMAND_NOT_OURS = ("command_not_its_own", 403, "平台只能代表本平台的单位", "A node speaks for its own organisations only");
    COMMAND_REFUSED = ("command_not_authentic", 403, "命令的签名或加密不符", "The command's signature or encryption does not fit");
    COMMAND_KEY_REUSED = ("command_key_reused", 422, "同一编号的命令内容不同", "Another command came under this key before");
    NODE_UNKNOWN = ("node_not_known", 503, "尚未取得该平台的密钥，请稍后再试", "The keys of this node are not known yet");
    NO_WAY = ("no_way_to_node", 422, "没有通往该平台的路径", "There is no way to this node");
    TOO_MANY_COMMANDS = ("too_many_commands", 429, "该平台的命令过多，请稍后再试", "Too many commands of this node");
    OUTBOX_FULL = ("command_queue_full", 503, "待发送的命令过多，请稍后再试", "Too many commands wait to be sent");
    ACT_UNKNOWN = ("act_not_known", 422, "对方平台不支持该操作", "The other node does not know this act");
    RECORD_IS_LOCAL = ("record_is_local", 422, "该信息属于本平台，请直接办理", "The record is of this node: act on it directly");
    RECORD_NOT_KNOWN = ("remote_record_unknown", 422, "本平台没有该信息，或其已下架", "This node holds no such published record of another node");
}

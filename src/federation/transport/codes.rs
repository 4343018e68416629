//! What the transport between nodes refuses.

use crate::kernel::error::codes;

codes! {
    SIGNATURE_MISSING = ("signature_missing", 401, "请求未按 TMF-1 签名", "The request is not signed as TMF-1 asks");
    SIGNATURE_REFUSED = ("signature_refused", 401, "请求签名无效：{reason}", "The request's signature is refused: {reason}");
    SIGNATURE_REPLAYED = ("signature_replayed", 401, "该签名请求已收到过", "This signed request has come before");
    PEER_UNKNOWN = ("peer_unknown", 401, "签名密钥不属于任何已接入的平台", "The key belongs to no neighbour of this node");
    PEER_KEY_REVOKED = ("peer_key_revoked", 401, "该平台的签名密钥已被撤销", "This key of the neighbour has been revoked");
    PEER_SUSPENDED = ("peer_suspended", 403, "与该平台的互联已暂停", "The connection with this neighbour is suspended");
    NONCES_UNAVAILABLE = ("nonces_unavailable", 503, "暂时无法核对签名请求是否重复，请稍后再试", "Whether the request came before cannot be told at present; try again shortly");
}

//! Refusals about live streams.

use crate::kernel::error::codes;

codes! {
    STREAM_TICKET = ("stream_ticket_invalid", 403, "直播凭证无效、已使用或已过期，请重新获取", "The stream ticket is unknown, used or expired; ask for another");
    LAST_EVENT_INVALID = ("last_event_id_invalid", 400, "Last-Event-ID 应为出价序号", "Last-Event-ID must be the number of a bid");
    STREAM_SECONDS = ("stream_seconds_invalid", 400, "seconds 应为 1 至 {max}", "seconds must be between 1 and {max}");
    STREAMS_FULL = ("streams_full", 503, "观看人数已达上限，请稍后再试", "No more listeners at the moment; try again shortly");
    STREAMS_OF_ADDRESS = ("streams_of_address_full", 429, "同一地址最多同时观看 {max} 路", "At most {max} streams from one address");
}

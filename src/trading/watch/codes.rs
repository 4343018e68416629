//! Refusals about watching sales.

use crate::kernel::error::codes;

codes! {
    SALE_WATCHERS_FULL = ("sale_watchers_full", 409, "关注该交易的人数已达上限", "This sale has as many watchers as it can have");
    WATCHES_FULL = ("watches_full", 409, "最多关注 {max} 宗交易，请先取消部分关注", "You watch {max} sales already; stop watching some");
}

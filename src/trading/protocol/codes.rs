//! What the protocol refuses.

use crate::kernel::error::codes;

codes! {
    SALE_PROTOCOL_EARLY = ("sale_protocol_early", 409, "交易尚无结果，或交易记录书尚未形成", "The sale has no result yet, or its protocol is not written yet");
}

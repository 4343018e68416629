//! What the protocol refuses.

use crate::kernel::error::codes;

codes! {
    SALE_PROTOCOL_EARLY = ("sale_protocol_early", 409, "交易尚无结果，没有交易记录书", "The sale has no result yet, so there is no protocol");
}

//! What signing refuses.

use crate::kernel::error::codes;

codes! {
    SIGNING_KEY_MISSING = ("signing_key_missing", 503, "签名密钥不可用，请联系运维", "No signing key is available; ask the operator");
}

//! Codes that any room and the edge may use.

use super::error::codes;

codes! {
    INTERNAL = ("internal", 500, "系统内部错误，请凭请求编号联系运维", "Internal error; quote the request id to the operator");
    VALIDATION_FAILED = ("validation_failed", 422, "提交内容有误，请逐项更正", "Some fields are not acceptable; see errors");
    MALFORMED = ("malformed_request", 400, "请求格式有误：{reason}", "The request is malformed: {reason}");
    UNAUTHENTICATED = ("unauthenticated", 401, "请先登录", "Sign in first");
    FORBIDDEN = ("forbidden", 403, "您的角色无权进行此操作", "Your role does not permit this");
    NOT_FOUND = ("not_found", 404, "没有找到，或您无权查看", "Not found, or not visible to you");
    METHOD_NOT_ALLOWED = ("method_not_allowed", 405, "该地址不支持此请求方法", "This address does not support the method");
    CONFLICT = ("conflict", 409, "记录已被他人修改，请刷新后重试", "The record was changed meanwhile; reload and try again");
    STATE_CONFLICT = ("state_conflict", 409, "当前状态（{state}）不允许此操作", "Not possible in the present state ({state})");
    VERSION_MISMATCH = ("version_mismatch", 412, "记录已是第 {version} 版，请刷新后重试", "The record is at version {version}; reload and try again");
    PAYLOAD_TOO_LARGE = ("payload_too_large", 413, "请求内容超过上限 {max_bytes} 字节", "The body exceeds {max_bytes} bytes");
    UNSUPPORTED_MEDIA_TYPE = ("unsupported_media_type", 415, "请以 {expected} 格式提交", "Send the body as {expected}");
    RATE_LIMITED = ("rate_limited", 429, "请求过于频繁，请稍后再试", "Too many requests; try again later");
    OVERLOADED = ("overloaded", 503, "系统繁忙，请稍后再试", "The service is busy; try again shortly");
    DATABASE_UNAVAILABLE = ("database_unavailable", 503, "数据库暂时不可用，请稍后再试", "The database is not available; try again shortly");
    OUTCOME_UNKNOWN = ("outcome_unknown", 503, "提交结果未知，请以相同的 Idempotency-Key 重试", "The outcome is unknown; repeat with the same Idempotency-Key");
    IDEMPOTENCY_KEY_REUSED = ("idempotency_key_reused", 422, "同一 Idempotency-Key 已用于不同内容的请求", "This Idempotency-Key was used with another body");
    IDEMPOTENCY_KEY_INVALID = ("idempotency_key_invalid", 400, "Idempotency-Key 应为 1 至 128 个可见字符", "Idempotency-Key must be 1 to 128 visible characters");
    IDEMPOTENCY_KEY_NOT_TAKEN = ("idempotency_key_not_taken", 400, "此操作的答复不予留存，因此不接受 Idempotency-Key；需要时直接重新提交即可", "No answer of this operation is kept, so it takes no Idempotency-Key; simply repeat the request");
    VERSION_NOT_KEPT = ("version_not_kept", 412, "此操作不按版本进行，请勿发送 If-Match", "This operation goes by no version; send no If-Match");
    IF_MATCH_INVALID = ("if_match_invalid", 400, "If-Match 应为一个 ETag", "If-Match must be one ETag");
    LIMIT_INVALID = ("limit_invalid", 400, "limit 应为 1 至 {max}", "limit must be between 1 and {max}");
    CURSOR_INVALID = ("cursor_invalid", 400, "cursor 无效，请从第一页重新开始", "The cursor is not valid; start again from the first page");
    SEQ_INVALID = ("seq_invalid", 400, "TM-At-Least 应为序号", "TM-At-Least must be a sequence number");
    SEQ_AHEAD = ("seq_ahead", 503, "所读数据尚未追上，请稍后再试", "The reader has not caught up yet; try again shortly");
    NUL_REFUSED = ("nul_refused", 400, "内容不得含有 U+0000 字符", "The text must not contain U+0000");
    ORGANISATION_NOT_VERIFIED = ("organisation_not_verified", 403, "本单位尚未通过审核，暂不能办理", "Your organisation has not been verified yet");
    CREDIT_CODE_INVALID = ("credit_code_invalid", 422, "统一社会信用代码有误（GB 32100-2015 校验不符）", "Not a valid unified social credit code (GB 32100-2015)");
    EMAIL_INVALID = ("email_invalid", 422, "电子邮箱格式有误", "Not a mail address");
    PHONE_INVALID = ("phone_invalid", 422, "电话号码格式有误", "Not a telephone number");
    PATENT_NUMBER_INVALID = ("patent_number_invalid", 422, "专利号校验未通过，请核对（例：ZL201710601862.3）", "The patent number fails its check (example: ZL201710601862.3)");
    REQUIRED = ("required", 422, "必填", "Required");
    TOO_LONG = ("too_long", 422, "不得超过 {max} 个字", "At most {max} characters");
    TOO_SHORT = ("too_short", 422, "至少 {min} 个字", "At least {min} characters");
    TOO_MANY = ("too_many", 422, "最多 {max} 项", "At most {max} entries");
    OUT_OF_RANGE = ("out_of_range", 422, "应在 {min} 至 {max} 之间", "Must be between {min} and {max}");
    UNKNOWN_VALUE = ("unknown_value", 422, "“{value}”不在代码表 {list} 中", "{value} is not in the list {list}");
    INVALID_VALUE = ("invalid_value", 422, "内容无效：{reason}", "Not valid: {reason}");
}

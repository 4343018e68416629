//! Refusals about notices, mail and webhooks.

use crate::kernel::error::codes;

codes! {
    MAIL_OFF = ("mail_off", 409, "本平台未开通邮件通知", "This platform sends no mail");
    MAIL_CODE_WRONG = ("mail_code_wrong", 422, "验证码不正确或已失效，请重新获取", "The code is wrong or too old; ask for another");
    MAIL_CODES_TOO_MANY = ("mail_codes_too_many", 409, "今日获取验证码次数已达 {max} 次，请明日再试", "At most {max} codes a day; try again tomorrow");
    WEBHOOKS_TOO_MANY = ("webhooks_too_many", 409, "每个单位最多登记 {max} 个推送地址", "An organisation registers at most {max} webhooks");
    WEBHOOK_DISABLED = ("webhook_disabled", 409, "该推送地址已停用，请先启用", "This webhook is disabled; enable it first");
    WEBHOOK_QUEUE_FULL = ("webhook_queue_full", 409, "该推送地址待投递的消息已满，请待其投递后再试", "Too many messages wait for this webhook; try again when they have been delivered");
    DELIVERY_NOT_DEAD = ("delivery_not_dead", 409, "只有投递失败的消息可以重新发送", "Only a message that could not be delivered is sent again");
}

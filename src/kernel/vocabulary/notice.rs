//! Notices, alerts and what is sent.

use super::{Item, List, define, item};

pub(super) const LISTS: &[List] = &[
    define("notice_topic", "通知类别", "Topic of a notice", NOTICE_TOPIC),
    define("notice_mail_mode", "邮件通知方式", "When mail is sent", NOTICE_MAIL_MODE),
    define("alert_frequency", "提醒频率", "Frequency of alerts", ALERT_FREQUENCY),
    define("delivery_state", "投递状态", "State of a message", DELIVERY_STATE),
    define("webhook_state", "推送地址状态", "State of a webhook", WEBHOOK_STATE),
];

const NOTICE_TOPIC: &[Item] = &[
    item("saved_search", "保存的搜索", "Saved searches"),
    item("matching", "匹配推荐", "Matches"),
    item("engagement", "供需对接", "Engagements"),
    item("listing", "信息发布", "Publication of records"),
    item("trading", "交易", "Trading"),
    item("contract", "合同登记", "Registration of contracts"),
    item("subsidy", "补助", "Subsidies"),
    item("reward", "奖酬", "Rewards"),
    item("credit", "信用", "Credit"),
    item("account", "账号与平台", "Account and platform"),
    item("federation", "平台互联", "Network of platforms"),
];

const NOTICE_MAIL_MODE: &[Item] = &[
    item("at_once", "立即", "At once"),
    item("daily", "每日汇总", "Once a day"),
    item("off", "不发送", "Never"),
];

const ALERT_FREQUENCY: &[Item] = &[
    item("at_once", "立即", "At once"),
    item("daily", "每日汇总", "Once a day"),
    item("off", "停用", "Off"),
];

const DELIVERY_STATE: &[Item] = &[
    item("waiting", "待投递", "Waiting"),
    item("sent", "已送达", "Sent"),
    item("dead", "投递失败", "Could not be delivered"),
];

const WEBHOOK_STATE: &[Item] = &[item("active", "启用", "Active"), item("disabled", "停用", "Disabled")];

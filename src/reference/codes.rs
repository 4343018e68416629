//! What this room refuses.

use crate::kernel::error::codes;

codes! {
    CALENDAR_EMPTY = ("calendar_empty", 422, "没有任何日期，请粘贴或上传 CSV 内容", "The calendar has no days");
    CALENDAR_HEADER = ("calendar_header", 422, "首行应为 day,kind,name", "The first line must be day,kind,name");
    CALENDAR_COLUMNS = ("calendar_columns", 422, "第 {line} 行应有三列", "Line {line} must have three columns");
    CALENDAR_DAY = ("calendar_day", 422, "第 {line} 行的日期无效，应为 YYYY-MM-DD", "Line {line}: not a day as YYYY-MM-DD");
    CALENDAR_YEAR = ("calendar_year", 422, "第 {line} 行的日期不在 {year} 年", "Line {line}: the day is not in {year}");
    CALENDAR_KIND = ("calendar_kind", 422, "第 {line} 行的类型应为 holiday（放假）或 workday（补班）", "Line {line}: the kind must be holiday or workday");
    CALENDAR_TWICE = ("calendar_twice", 422, "第 {line} 行的日期重复", "Line {line}: the day stands there twice");
    CALENDAR_NOT_WEEKEND = ("calendar_not_weekend", 422, "第 {line} 行：补班日应为周六或周日", "Line {line}: a make-up day must be a Saturday or Sunday");
    PROFILE_EXISTS = ("profile_exists", 409, "已有代码为 {code} 的制度版本", "There is a regulation profile {code} already");
    PROFILE_CODE = ("profile_code", 422, "代码应为 1 至 16 个小写字母、数字或连字符", "The code must be 1 to 16 lower-case letters, digits or hyphens");
    PROFILE_DAY_TAKEN = ("profile_day_taken", 409, "{day} 起已有另一制度版本 {code} 施行", "Profile {code} takes effect on {day} already");
    PROFILE_WITHOUT_DAY = ("profile_without_day", 409, "请先设定施行日期，再确认", "Set the day it takes effect before confirming");
    PROFILE_LIMIT = ("profile_limit", 422, "期限应为 1 至 {max} 天", "A limit must be 1 to {max} days");
    PROFILE_NUMBER_LAYOUT = ("profile_number_layout", 422, "编号规则应为 YYYY（年）、DD/DDDD/DDDDDD（区划）、OO（机构）各一段，最后为 4 至 10 个 S（流水号）", "A number layout is one run each of YYYY, DD, DDDD or DDDDDD and OO, then four to ten S");
    TAX_NOTE_REQUIRED = ("tax_note_required", 422, "请填写中文和英文说明", "Both languages are needed");
    TAX_RATE = ("tax_rate", 422, "比例应在 0 至 1 000 000（百万分之）之间，金额不得为负", "A rate is 0 to 1 000 000 parts per million, an amount not negative");
    PROFILE_NO_CLASS = ("profile_no_class", 422, "至少应有一个合同类别", "At least one contract class is needed");
}

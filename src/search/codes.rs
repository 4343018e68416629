//! What a search can refuse.

use crate::kernel::error::codes;

codes! {
    SEARCH_WARMING = ("search_warming", 503, "搜索正在准备中，请稍后再试", "Search is getting ready; try again shortly");
    SEARCH_TOO_LONG = ("search_too_long", 422, "搜索内容不得超过 {max} 个字", "The search text is limited to {max} characters");
    SEARCH_SORT_UNKNOWN = ("search_sort_unknown", 422, "没有“{value}”这种排序", "There is no sort order {value}");
    SEARCH_FACET_UNKNOWN = ("search_facet_unknown", 422, "没有“{value}”这种分类统计", "There is no facet {value}");
    SYNONYM_TWICE = ("synonym_twice", 422, "“{term}”重复", "{term} is there twice");
    SYNONYM_TAKEN = ("synonym_taken", 422, "“{term}”已属于另一组同义词", "{term} belongs to another set of synonyms");
    SYNONYMS_TOO_MANY = ("synonyms_too_many", 409, "同义词最多 {max} 组", "There can be at most {max} sets of synonyms");
    SEARCH_TOO_MANY_VALUES = ("search_too_many_values", 422, "每个筛选条件最多 {max} 个取值", "At most {max} values for each filter");
}

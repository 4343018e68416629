//! Refusals of uploads and downloads.

use crate::kernel::error::codes;

codes! {
    FILE_EMPTY = ("file_empty", 422, "文件为空", "The file is empty");
    FILE_TOO_LARGE = ("file_too_large", 413, "文件超过 30 MB", "The file exceeds 30 MB");
    FILE_NAME_INVALID = ("file_name_invalid", 422, "文件名应为 1 至 {max} 个字，并带扩展名", "The file name must have 1 to {max} characters and an extension");
    FILE_TYPE_REFUSED = ("file_type_refused", 422, "不接受扩展名为 {extension} 的文件", "Files with the extension {extension} are not accepted");
    FILE_TYPE_MISMATCH = ("file_type_mismatch", 422, "文件内容与扩展名 {extension} 不符", "The content is not what the extension {extension} says");
    UPLOAD_MALFORMED = ("upload_malformed", 400, "请以 multipart/form-data 上传一个名为 file 的文件", "Send multipart/form-data with one part named file");
    FILE_STORE_UNAVAILABLE = ("file_store_unavailable", 503, "文件库暂时不可用，请稍后再试", "The file store is not available; try again shortly");
    FILE_IN_USE = ("file_in_use", 409, "文件已被引用，不能删除", "The file is attached to a record and cannot be removed");
}

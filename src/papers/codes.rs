//! What cannot be printed or read.

use crate::kernel::error::codes;

codes! {
    SHEET_TOO_LARGE = ("sheet_too_large", 422, "表格超过 {max_rows} 行，请缩小范围", "The table exceeds {max_rows} rows; narrow the selection");
    PAPER_GLYPH_MISSING = ("paper_glyph_missing", 422, "“{char}”（{code_point}）不在通用规范汉字表内，无法印在证明上", "The character {char} ({code_point}) is not in the face that papers are set in");
    XLSX_INVALID = ("xlsx_invalid", 422, "不是有效的 XLSX 文件，请用电子表格软件另存为 .xlsx 后再上传", "Not a valid XLSX file; save it as .xlsx in a spreadsheet program");
    XLSX_ENCRYPTED = ("xlsx_encrypted", 422, "文件已加密或为旧版格式，请另存为不加密的 .xlsx", "The file is encrypted or of the old format; save it as plain .xlsx");
    XLSX_TOO_LARGE = ("xlsx_too_large", 413, "文件超过 {max_bytes} 字节", "The file exceeds {max_bytes} bytes");
    XLSX_INFLATES_TOO_LARGE = ("xlsx_inflates_too_large", 413, "文件解压后超过 {max_bytes} 字节", "The file unpacks to more than {max_bytes} bytes");
    XLSX_TOO_MANY_PARTS = ("xlsx_too_many_parts", 422, "文件内部件数超过 {max}", "The file holds more than {max} parts");
    XLSX_TOO_MANY_ROWS = ("xlsx_too_many_rows", 422, "工作表“{sheet}”超过 {max} 行", "The sheet {sheet} exceeds {max} rows");
    XLSX_TOO_MANY_COLUMNS = ("xlsx_too_many_columns", 422, "工作表“{sheet}”超过 {max} 列", "The sheet {sheet} exceeds {max} columns");
    XLSX_TOO_MANY_CELLS = ("xlsx_too_many_cells", 422, "文件超过 {max} 个单元格", "The file exceeds {max} cells");
    XLSX_CELL_TOO_LONG = ("xlsx_cell_too_long", 422, "单元格 {cell} 超过 {max} 个字", "The cell {cell} exceeds {max} characters");
}

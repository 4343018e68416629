//! What a document says, whatever it is wrapped in: the hash of its words, so that the same text saved twice, spaced
//! or named anew is recognised.
//!
//! Plain text, CSV and Word's `docx` give their words. For every other format (a PDF draws glyphs, not words, and a
//! scan has none) the hash of the bytes stands in their place.

use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};
use zip::ZipArchive;

/// A text that unpacks to more is compared by its bytes.
const DOCUMENT_BYTES_MAX: u64 = 64 * 1024 * 1024;
const DOCUMENT: &str = "word/document.xml";

/// The hash of the words of a stored file; `None` where the format does not give them, or holds none.
pub fn text_sha256(media_type: &str, path: &Path) -> Option<String> {
    let words = if media_type.starts_with("text/") {
        String::from_utf8(std::fs::read(path).ok()?).ok()?
    } else if media_type.ends_with("wordprocessingml.document") {
        shown(&document(path)?)
    } else {
        return None;
    };
    let folded = folded(&words);
    (!folded.is_empty()).then(|| hex::encode(Sha256::digest(folded)))
}

/// The XML of a Word document, bounded while it unpacks.
fn document(path: &Path) -> Option<String> {
    let mut archive = ZipArchive::new(std::fs::File::open(path).ok()?).ok()?;
    let mut xml = String::new();
    let entry = archive.by_name(DOCUMENT).ok()?;
    entry.take(DOCUMENT_BYTES_MAX + 1).read_to_string(&mut xml).ok()?;
    (xml.len() as u64 <= DOCUMENT_BYTES_MAX).then_some(xml)
}

/// What stands in the runs of text (`<w:t>`); what was deleted with changes tracked stands in `<w:delText>`.
fn shown(xml: &str) -> String {
    let mut words = String::new();
    for part in xml.split("<w:t").skip(1) {
        let Some((tag, rest)) = part.split_once('>') else { continue };
        let run = (tag.is_empty() || tag.starts_with(' ')) && !tag.ends_with('/');
        if let Some((text, _)) = rest.split_once("</w:t>").filter(|_| run) {
            words.push_str(text);
        }
    }
    for (entity, plain) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")] {
        words = words.replace(entity, plain);
    }
    words
}

/// Half width, lower case, letters and digits only.
pub fn folded(text: &str) -> String {
    let half = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    };
    text.chars().map(half).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn stored(dir: &Path, name: &str, bytes: &[u8]) -> std::path::PathBuf {
        let path = dir.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn docx(document: &str) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(vec![]));
        zip.start_file(DOCUMENT, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(document.as_bytes()).unwrap();
        zip.finish().unwrap().into_inner()
    }

    const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

    /// DOMAIN §2, duplicates: the same text is the same however it is wrapped, spaced or written wide.
    #[test]
    fn domain_2_the_same_words_have_the_same_hash() {
        let dir = tempfile::tempdir().unwrap();
        let plain = stored(dir.path(), "a.txt", "甲方委托乙方研制 A 型窑炉，价款 1,000,000 元。".as_bytes());
        let wide = stored(dir.path(), "b.txt", "甲方委托乙方研制Ａ型窑炉，\r\n价款1000000元".as_bytes());
        let hash = text_sha256("text/plain; charset=utf-8", &plain).unwrap();
        assert_eq!(text_sha256("text/plain; charset=utf-8", &wide).unwrap(), hash);
        let xml = "<w:document><w:body><w:p><w:r><w:t>甲方委托</w:t></w:r><w:r><w:t xml:space=\"preserve\">乙方研制 a</w:t>\
                   </w:r><w:r><w:delText>旧文</w:delText></w:r><w:tab/><w:r><w:t>型窑炉价款1000000元 &amp; </w:t></w:r>";
        let word = stored(dir.path(), "c.docx", &docx(xml));
        assert_eq!(text_sha256(DOCX, &word).unwrap(), hash);
        let other = stored(dir.path(), "d.txt", "价款 2,000,000 元".as_bytes());
        assert_ne!(text_sha256("text/plain", &other).unwrap(), hash);
    }

    /// What gives no words is compared by its bytes: the caller falls back.
    #[test]
    fn a_format_without_words_has_no_hash_of_them() {
        let dir = tempfile::tempdir().unwrap();
        let pdf = stored(dir.path(), "a.pdf", b"%PDF-1.7");
        assert_eq!(text_sha256("application/pdf", &pdf), None);
        let empty = stored(dir.path(), "b.txt", " \n，。".as_bytes());
        assert_eq!(text_sha256("text/plain", &empty), None);
        let broken = stored(dir.path(), "c.docx", b"PK\x03\x04 not a document");
        assert_eq!(text_sha256(DOCX, &broken), None);
        let gb18030 = stored(dir.path(), "d.txt", &[0xba, 0xcf, 0xcd, 0xac]);
        assert_eq!(text_sha256("text/plain", &gb18030), None);
    }
}

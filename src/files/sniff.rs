//! What a file is: by its bytes, held against its extension and a list of allowed types. Pure.
//!
//! The list holds documents, pictures and archives that people exchange about technology. Whatever a browser
//! would run (HTML, SVG, scripts) and programs are not on it, and a text that begins like a page is refused.

use crate::kernel::error::Refusal;

use super::codes::{FILE_NAME_INVALID, FILE_TYPE_MISMATCH, FILE_TYPE_REFUSED};
use super::model::FILE_NAME_CHARS_MAX;

/// Bytes from the start and from the end that a decision needs (a ZIP's list of entries is at its end).
pub const HEAD_BYTES: usize = 4 * 1024;
pub const TAIL_BYTES: usize = 64 * 1024;

/// How the bytes of an allowed type look.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Starts(&'static [u8]),
    /// A ZIP archive with an entry of this name (empty: any ZIP).
    Zip(&'static [u8]),
    /// `RIFF....` with this form.
    Riff(&'static [u8]),
    /// ISO base media file.
    Ftyp,
    Text,
}

const OLE: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

const ALLOWED: &[(&str, &str, Look)] = &[
    ("pdf", "application/pdf", Look::Starts(b"%PDF-")),
    ("ofd", "application/ofd", Look::Zip(b"OFD.xml")),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", Look::Zip(b"word/")),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Look::Zip(b"xl/")),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation", Look::Zip(b"ppt/")),
    ("doc", "application/msword", Look::Starts(OLE)),
    ("xls", "application/vnd.ms-excel", Look::Starts(OLE)),
    ("ppt", "application/vnd.ms-powerpoint", Look::Starts(OLE)),
    ("wps", "application/vnd.ms-works", Look::Starts(OLE)),
    ("png", "image/png", Look::Starts(&[0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a])),
    ("jpg", "image/jpeg", Look::Starts(&[0xff, 0xd8, 0xff])),
    ("jpeg", "image/jpeg", Look::Starts(&[0xff, 0xd8, 0xff])),
    ("gif", "image/gif", Look::Starts(b"GIF8")),
    ("webp", "image/webp", Look::Riff(b"WEBP")),
    ("mp4", "video/mp4", Look::Ftyp),
    ("zip", "application/zip", Look::Zip(b"")),
    ("txt", "text/plain; charset=utf-8", Look::Text),
    ("csv", "text/csv; charset=utf-8", Look::Text),
];

/// The media type of a file, when its bytes are what its extension says.
pub fn media_type(name: &str, head: &[u8], tail: &[u8]) -> Result<&'static str, Refusal> {
    let extension = extension(name);
    let Some((_, media_type, look)) = ALLOWED.iter().find(|(known, ..)| *known == extension) else {
        return Err(Refusal::new(&FILE_TYPE_REFUSED).with("extension", shown(&extension)));
    };
    if fits(*look, head, tail) {
        Ok(media_type)
    } else {
        Err(Refusal::new(&FILE_TYPE_MISMATCH).with("extension", shown(&extension)))
    }
}

fn shown(extension: &str) -> String {
    extension.chars().take(12).collect()
}

fn extension(name: &str) -> String {
    name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase()
}

fn fits(look: Look, head: &[u8], tail: &[u8]) -> bool {
    match look {
        Look::Starts(magic) => head.starts_with(magic),
        Look::Zip(entry) => head.starts_with(b"PK\x03\x04") && (entry.is_empty() || has_entry(tail, entry)),
        Look::Riff(form) => head.starts_with(b"RIFF") && head.get(8..12) == Some(form),
        Look::Ftyp => head.get(4..8) == Some(b"ftyp"),
        Look::Text => is_text(head) && is_text(tail),
    }
}

/// Whether a ZIP's central directory (signature `PK\1\2`, name at offset 46) names such an entry.
fn has_entry(tail: &[u8], entry: &[u8]) -> bool {
    let signature = b"PK\x01\x02";
    (0..tail.len().saturating_sub(46)).any(|at| {
        tail[at..].starts_with(signature) && tail.get(at + 46..).is_some_and(|name| name.starts_with(entry))
    })
}

/// Text in UTF-8 or GB18030: no control bytes, and not the beginning of a page or a script.
fn is_text(bytes: &[u8]) -> bool {
    let control = |b: &u8| *b < 0x20 && !matches!(b, b'\n' | b'\r' | b'\t' | 0x0c);
    let start: Vec<u8> = bytes
        .iter()
        .copied()
        .skip_while(|b| b.is_ascii_whitespace() || [0xef, 0xbb, 0xbf].contains(b))
        .take(16)
        .map(|b| b.to_ascii_lowercase())
        .collect();
    let runs = [&b"<!doctype"[..], b"<html", b"<script", b"<svg", b"<?xml", b"<body", b"<head", b"#!"];
    !bytes.iter().any(control) && !runs.iter().any(|sign| start.starts_with(sign))
}

/// The name to keep: the last component of what the client sent, without what could mislead a shell or a reader.
pub fn safe_name(sent: &str) -> Result<String, Refusal> {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    // Direction marks can make `exe.pdf` out of `fdp.exe` on a screen.
    let misleading = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let name: String = last.chars().filter(|c| !misleading(*c)).collect();
    let chars = name.chars().count();
    let (stem, extension) = name.rsplit_once('.').unwrap_or(("", ""));
    if stem.is_empty() || extension.is_empty() || chars > FILE_NAME_CHARS_MAX {
        return Err(Refusal::new(&FILE_NAME_INVALID).with("max", FILE_NAME_CHARS_MAX));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn docx() -> Vec<u8> {
        let mut zip = b"PK\x03\x04".to_vec();
        zip.extend([0; 60]);
        zip.extend(b"PK\x01\x02");
        zip.extend([0; 42]);
        zip.extend(b"word/document.xml");
        zip
    }

    #[test]
    fn the_bytes_decide_and_must_agree_with_the_extension() {
        let pdf = b"%PDF-1.7 example".as_slice();
        assert_eq!(media_type("报告.PDF", pdf, pdf).unwrap(), "application/pdf");
        assert_eq!(media_type("报告.png", pdf, pdf).unwrap_err().code(), "file_type_mismatch");
        assert_eq!(media_type("a.pdf", b"MZ\x90", b"MZ\x90").unwrap_err().code(), "file_type_mismatch");
        assert!(media_type("a.docx", &docx(), &docx()).unwrap().contains("wordprocessingml"));
        assert_eq!(media_type("a.xlsx", &docx(), &docx()).unwrap_err().code(), "file_type_mismatch");
        assert!(media_type("a.csv", "名称,金额\r\n".as_bytes(), b"x").is_ok());
    }

    #[test]
    fn what_a_browser_or_a_shell_would_run_is_refused() {
        for name in ["a.html", "a.svg", "a.js", "a.exe", "a.sh", "a.pdf.exe", "pdf"] {
            assert_eq!(media_type(name, b"%PDF-", b"").unwrap_err().code(), "file_type_refused", "{name}");
        }
        for page in [&b"<!DOCTYPE html>"[..], b"\xef\xbb\xbf <HTML>", b"#!/bin/sh", b"a\0b"] {
            assert_eq!(media_type("a.txt", page, b"").unwrap_err().code(), "file_type_mismatch");
        }
    }

    #[test]
    fn names_lose_their_folders_and_tricks() {
        assert_eq!(safe_name("..\\..\\C:/tmp/检测报告.pdf").unwrap(), "检测报告.pdf");
        assert_eq!(safe_name("a\u{202e}fdp.exe\n").unwrap(), "afdp.exe");
        for wrong in ["", "/", ".pdf", "name", "name.", &format!("{}.pdf", "长".repeat(150))] {
            assert_eq!(safe_name(wrong).unwrap_err().code(), "file_name_invalid", "{wrong}");
        }
    }
}

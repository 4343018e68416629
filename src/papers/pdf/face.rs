//! The one face that papers are set in: glyphs and widths straight from the embedded font.

use std::sync::OnceLock;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

use crate::kernel::error::Refusal;
use crate::papers::codes::PAPER_GLYPH_MISSING;

/// Noto Serif CJK SC, cut down to 通用规范汉字表 and what stands between its characters, indices of
/// formulas among it (`font/make.sh`).
static DATA: &[u8] = include_bytes!("../font/NotoSerifSC-subset.otf");

pub struct Face {
    font: Font,
    outlines: FontRef<'static>,
    units_per_em: f32,
}

/// A line as glyphs; widths in parts of the letters' size.
pub struct Run {
    pub glyphs: Vec<KrillaGlyph>,
    pub width: f32,
}

impl Run {
    pub fn advances(&self) -> Vec<f32> {
        self.glyphs.iter().map(|glyph| glyph.x_advance).collect()
    }
}

/// Read once: the font does not change while the program runs.
pub fn shared() -> Result<&'static Face, Refusal> {
    static FACE: OnceLock<Option<Face>> = OnceLock::new();
    FACE.get_or_init(open).as_ref().ok_or_else(|| Refusal::internal("the embedded font does not open"))
}

fn open() -> Option<Face> {
    let outlines = FontRef::new(DATA).ok()?;
    let font = Font::new(DATA.to_vec().into(), 0)?;
    let units_per_em = font.units_per_em();
    Some(Face { font, outlines, units_per_em })
}

impl Face {
    pub fn font(&self) -> Font {
        self.font.clone()
    }

    pub fn has(&self, char: char) -> bool {
        self.outlines.charmap().map(char).is_some()
    }

    /// One glyph for each character; a missing one is a refusal.
    pub fn glyphs(&self, text: &str, spacing: f32) -> Result<Run, Refusal> {
        let (charmap, metrics) =
            (self.outlines.charmap(), self.outlines.glyph_metrics(Size::unscaled(), LocationRef::default()));
        let (mut glyphs, mut width) = (Vec::with_capacity(text.len()), 0.0);
        for (at, char) in text.char_indices() {
            let glyph = charmap.map(char).ok_or_else(|| missing(char))?;
            let advance = metrics.advance_width(glyph).unwrap_or_default() / self.units_per_em + spacing;
            width += advance;
            let range = at..at + char.len_utf8();
            glyphs.push(KrillaGlyph::new(GlyphId::new(glyph.to_u32()), advance, 0.0, 0.0, 0.0, range, None));
        }
        Ok(Run { glyphs, width })
    }
}

fn missing(char: char) -> Refusal {
    let code_point = format!("U+{:04X}", u32::from(char));
    Refusal::new(&PAPER_GLYPH_MISSING).with("char", char).with("code_point", code_point)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// DESIGN, dependencies: the subset covers the 8 105 characters of 通用规范汉字表.
    #[test]
    fn the_face_has_every_character_of_the_list() {
        let list = include_str!("../font/tgh-8105.txt");
        let chars: std::collections::BTreeSet<char> = list.chars().collect();
        assert_eq!((chars.len(), list.chars().count()), (8105, 8105));
        let face = shared().unwrap();
        let missing: String = chars.into_iter().filter(|char| !face.has(*char)).collect();
        assert_eq!(missing, "");
        let ascii = (' '..='~').chain('！'..='～');
        let others = "，。、；：？！“”‘’（）《》〈〉【】—…·￥〇①②③ⅠⅡαβγμΩ℃±×÷≤≥≈→²³⁰⁵⁶⁺⁻₀₂₄₋㎡㎥".chars();
        let missing: String = ascii.chain(others).filter(|char| !face.has(*char)).collect();
        assert_eq!(missing, "");
    }
}

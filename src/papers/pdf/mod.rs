//! Papers as PDF/A-2u: A4, one embedded Chinese face, everything drawn as vectors.
//!
//! Lengths are millimetres from the upper left corner, sizes of letters are points. A character that the face
//! does not have refuses the whole paper: no box ever stands on an official one.

mod face;
mod wrap;

use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::geom::{PathBuilder, Point, Rect, Transform};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, Paint, Stroke, StrokeDash};
use krilla::surface::Surface;
use krilla::{Document, SerializeSettings, color::rgb};

use super::qr;
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;
use face::Face;

pub const A4_WIDTH_MM: f32 = 210.0;
pub const A4_HEIGHT_MM: f32 = 297.0;
const POINTS_PER_MM: f32 = 72.0 / 25.4;
/// The middle third of a Bézier quarter of a circle.
const QUARTER: f32 = 0.552_284_8;
/// Strokes that stand in for a bold face, in parts of the letters' size.
const BOLD: f32 = 0.028;

/// What the file says about itself.
#[derive(Clone, Debug)]
pub struct About {
    pub title: String,
    pub author: String,
    /// The same paper has the same id.
    pub id: String,
    pub made_at: UtcTime,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    Black,
    Grey,
    Pale,
    Red,
}

#[derive(Clone, Copy, Debug)]
pub struct Style {
    pub size_pt: f32,
    pub ink: Ink,
    pub bold: bool,
    /// Between letters, in parts of their size.
    pub spacing: f32,
}

impl Style {
    pub const fn plain(size_pt: f32) -> Self {
        Self { size_pt, ink: Ink::Black, bold: false, spacing: 0.0 }
    }

    #[must_use]
    pub const fn ink(mut self, ink: Ink) -> Self {
        self.ink = ink;
        self
    }

    #[must_use]
    pub const fn bold(mut self) -> Self {
        self.bold = true;
        self
    }

    #[must_use]
    pub const fn spaced(mut self, spacing: f32) -> Self {
        self.spacing = spacing;
        self
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    Left,
    Centre,
    Right,
}

/// The characters of a text that a paper cannot show, each once. Line breaks and blanks are layout.
pub fn unprintable(text: &str) -> Result<Vec<char>, Refusal> {
    let face = face::shared()?;
    let mut missing = vec![];
    for char in text.chars().filter(|char| !char.is_whitespace()) {
        if !face.has(char) && !missing.contains(&char) {
            missing.push(char);
        }
    }
    Ok(missing)
}

/// One A4 page, drawn by `draw`.
pub fn a4(
    about: &About,
    draw: impl FnOnce(&mut Canvas<'_, '_>) -> Result<(), Refusal>,
) -> Result<Vec<u8>, Refusal> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_U)
        .finish()
        .map_err(|error| Refusal::internal(format!("{error:?}")))?;
    let mut document =
        Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    document.set_metadata(metadata(about));
    let settings = PageSettings::from_wh(A4_WIDTH_MM * POINTS_PER_MM, A4_HEIGHT_MM * POINTS_PER_MM)
        .ok_or_else(|| Refusal::internal("a page without a size"))?;
    let mut page = document.start_page_with(settings);
    let mut surface = page.surface();
    let drawn = draw(&mut Canvas { surface: &mut surface, face: face::shared()? });
    surface.finish();
    page.finish();
    drawn?;
    document.finish().map_err(|error| Refusal::internal(format!("{error:?}")))
}

fn metadata(about: &About) -> Metadata {
    let day = about.made_at.day();
    let part = |number: u32| u8::try_from(number).unwrap_or(1);
    let of_month = day.days_since(day.first_of_month()) + 1;
    // Whole seconds of the day in Shanghai.
    let seconds = about.made_at.seconds() - day.start().seconds();
    let date = DateTime::new(u16::try_from(day.year()).unwrap_or_default())
        .month(part(day.month()))
        .day(u8::try_from(of_month).unwrap_or(1))
        .hour(u8::try_from(seconds / 3600).unwrap_or_default())
        .minute(u8::try_from(seconds / 60 % 60).unwrap_or_default())
        .second(u8::try_from(seconds % 60).unwrap_or_default())
        .utc_offset_hour(8)
        .utc_offset_minute(0);
    Metadata::new()
        .title(about.title.clone())
        .authors(vec![about.author.clone()])
        .language("zh-CN".to_owned())
        .producer("Techmart".to_owned())
        .document_id(about.id.clone())
        .creation_date(date)
}

/// Where a room draws.
pub struct Canvas<'a, 's> {
    surface: &'a mut Surface<'s>,
    face: &'static Face,
}

impl Canvas<'_, '_> {
    /// The width of one line.
    pub fn width(&self, text: &str, style: Style) -> Result<f32, Refusal> {
        Ok(self.face.glyphs(text, style.spacing)?.width * style.size_pt / POINTS_PER_MM)
    }

    /// One line; `x` is its left, middle or right, `y` its base line.
    pub fn line_of_text(
        &mut self,
        x: f32,
        y: f32,
        align: Align,
        text: &str,
        style: Style,
    ) -> Result<(), Refusal> {
        let run = self.face.glyphs(text, style.spacing)?;
        let width = run.width * style.size_pt / POINTS_PER_MM;
        let left = match align {
            Align::Left => x,
            Align::Centre => x - (width - style.spacing * style.size_pt / POINTS_PER_MM) / 2.0,
            Align::Right => x - width,
        };
        self.surface.set_fill(Some(fill(style.ink)));
        self.surface.set_stroke(style.bold.then(|| stroke(style.ink, style.size_pt * BOLD, None)));
        let start = Point::from_xy(left * POINTS_PER_MM, y * POINTS_PER_MM);
        self.surface.draw_glyphs(start, &run.glyphs, self.face.font(), text, style.size_pt, false);
        Ok(())
    }

    /// Lines of at most this width; `y` is the base line of the first. Returns the base line of the last.
    pub fn paragraph(
        &mut self,
        (x, y): (f32, f32),
        width: f32,
        leading: f32,
        text: &str,
        style: Style,
    ) -> Result<f32, Refusal> {
        let lines = self.lines(text, width, style)?;
        let mut at = y;
        for (number, line) in lines.iter().enumerate() {
            if number > 0 {
                at += leading;
            }
            self.line_of_text(x, at, Align::Left, line, style)?;
        }
        Ok(at)
    }

    /// How a text breaks into lines of this width.
    pub fn lines(&self, text: &str, width: f32, style: Style) -> Result<Vec<String>, Refusal> {
        let em_width = width * POINTS_PER_MM / style.size_pt;
        let mut lines = vec![];
        for part in text.split('\n') {
            let run = self.face.glyphs(part.trim(), style.spacing)?;
            lines.extend(wrap::wrap(part.trim(), &run.advances(), em_width));
        }
        Ok(lines)
    }

    pub fn rule(&mut self, from: (f32, f32), to: (f32, f32), width_mm: f32, ink: Ink) {
        let mut path = PathBuilder::new();
        path.move_to(from.0 * POINTS_PER_MM, from.1 * POINTS_PER_MM);
        path.line_to(to.0 * POINTS_PER_MM, to.1 * POINTS_PER_MM);
        self.outline(path, stroke(ink, width_mm * POINTS_PER_MM, None));
    }

    pub fn frame(&mut self, (x, y): (f32, f32), width: f32, height: f32, line_mm: f32, ink: Ink) {
        let mut path = PathBuilder::new();
        push_rect(&mut path, x, y, width, height);
        self.outline(path, stroke(ink, line_mm * POINTS_PER_MM, None));
    }

    /// A place kept free: a dashed circle.
    pub fn dashed_circle(&mut self, (x, y): (f32, f32), radius: f32, ink: Ink) {
        let (x, y, r) = (x * POINTS_PER_MM, y * POINTS_PER_MM, radius * POINTS_PER_MM);
        let k = r * QUARTER;
        let mut path = PathBuilder::new();
        path.move_to(x + r, y);
        path.cubic_to(x + r, y + k, x + k, y + r, x, y + r);
        path.cubic_to(x - k, y + r, x - r, y + k, x - r, y);
        path.cubic_to(x - r, y - k, x - k, y - r, x, y - r);
        path.cubic_to(x + k, y - r, x + r, y - k, x + r, y);
        path.close();
        let dash = StrokeDash { array: vec![4.0, 3.0], offset: 0.0 };
        self.outline(path, stroke(ink, 0.6, Some(dash)));
    }

    /// A QR code whose dark part is `size` wide; the quiet zone around it is the caller's to keep.
    pub fn qr(&mut self, (x, y): (f32, f32), size: f32, text: &str) -> Result<(), Refusal> {
        let code = qr::modules(text)?;
        let module = size / code.width as f32;
        let mut path = PathBuilder::new();
        for (row, cells) in code.dark.chunks(code.width).enumerate() {
            let mut at = 0;
            while at < cells.len() {
                let run = cells.iter().skip(at).take_while(|dark| **dark).count();
                if run > 0 {
                    let left = x + at as f32 * module;
                    push_rect(&mut path, left, y + row as f32 * module, run as f32 * module, module);
                }
                at += run.max(1);
            }
        }
        self.surface.set_fill(Some(fill(Ink::Black)));
        self.surface.set_stroke(None);
        if let Some(path) = path.finish() {
            self.surface.draw_path(&path);
        }
        Ok(())
    }

    /// A word across the page, as outlines in a pale ink under what is drawn later.
    pub fn watermark(&mut self, text: &str, style: Style, degrees: f32) -> Result<(), Refusal> {
        let (x, y) = (A4_WIDTH_MM / 2.0, A4_HEIGHT_MM / 2.0);
        let turn = Transform::from_rotate_at(degrees, x * POINTS_PER_MM, y * POINTS_PER_MM);
        self.surface.push_transform(&turn);
        let drawn = self.line_of_text(x, y, Align::Centre, text, style);
        self.surface.pop();
        drawn
    }

    fn outline(&mut self, path: PathBuilder, stroke: Stroke) {
        self.surface.set_fill(None);
        self.surface.set_stroke(Some(stroke));
        if let Some(path) = path.finish() {
            self.surface.draw_path(&path);
        }
    }
}

fn push_rect(path: &mut PathBuilder, x: f32, y: f32, width: f32, height: f32) {
    let points = (x * POINTS_PER_MM, y * POINTS_PER_MM, width * POINTS_PER_MM, height * POINTS_PER_MM);
    if let Some(rect) = Rect::from_xywh(points.0, points.1, points.2, points.3) {
        path.push_rect(rect);
    }
}

fn paint(ink: Ink) -> Paint {
    match ink {
        Ink::Black => rgb::Color::new(0x14, 0x14, 0x14),
        Ink::Grey => rgb::Color::new(0x60, 0x60, 0x60),
        Ink::Pale => rgb::Color::new(0xF6, 0xDC, 0xDC),
        Ink::Red => rgb::Color::new(0xB0, 0x1C, 0x1C),
    }
    .into()
}

fn fill(ink: Ink) -> Fill {
    Fill { paint: paint(ink), opacity: NormalizedF32::ONE, ..Fill::default() }
}

fn stroke(ink: Ink, width_pt: f32, dash: Option<StrokeDash>) -> Stroke {
    Stroke { paint: paint(ink), width: width_pt, dash, ..Stroke::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paper(text: &str) -> Result<Vec<u8>, Refusal> {
        let about = About {
            title: "试".into(),
            author: "试".into(),
            id: "1".into(),
            made_at: UtcTime::from_seconds(1),
        };
        a4(&about, |canvas| {
            canvas.paragraph((20.0, 20.0), 100.0, 8.0, text, Style::plain(12.0))?;
            canvas.qr((20.0, 60.0), 30.0, "https://techmart.example/verify/1")
        })
    }

    #[test]
    fn a_missing_glyph_refuses_the_paper_and_names_the_character() {
        assert!(paper("技术合同登记证明 ABC 123，（）《》“”").unwrap().starts_with(b"%PDF-"));
        let refusal = paper("张\u{2A6D6}示例").unwrap_err();
        assert_eq!(refusal.code(), "paper_glyph_missing");
        assert_eq!(refusal.params()[1].1, "U+2A6D6");
        assert_eq!(paper("emoji 😀").unwrap_err().code(), "paper_glyph_missing");
    }

    #[test]
    fn the_same_paper_has_the_same_bytes() {
        assert_eq!(paper("坭兴陶").unwrap(), paper("坭兴陶").unwrap());
    }
}

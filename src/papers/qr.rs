//! QR codes: as modules for a PDF, as SVG for a page. Vectors, so they are sharp on any printer.

use qrcode::render::svg;
use qrcode::{Color, EcLevel, QrCode};

use crate::kernel::error::Refusal;

/// The quiet zone around a code, in modules (ISO/IEC 18004).
pub const QUIET_MODULES: usize = 4;

/// Dark and light modules, row by row, without the quiet zone.
pub struct Modules {
    pub width: usize,
    pub dark: Vec<bool>,
}

pub fn modules(text: &str) -> Result<Modules, Refusal> {
    let code = code(text)?;
    let dark = code.to_colors().into_iter().map(|color| color == Color::Dark).collect();
    Ok(Modules { width: code.width(), dark })
}

/// An `svg` element of at least this size.
pub fn svg(text: &str, pixels: u32) -> Result<String, Refusal> {
    let drawn = code(text)?.render::<svg::Color<'_>>().min_dimensions(pixels, pixels).build();
    // The XML declaration has no place inside a page.
    let start = drawn.find("<svg").unwrap_or(0);
    Ok(drawn[start..].to_owned())
}

fn code(text: &str) -> Result<QrCode, Refusal> {
    QrCode::with_error_correction_level(text, EcLevel::M).map_err(Refusal::internal)
}

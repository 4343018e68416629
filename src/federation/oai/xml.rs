//! Writing XML: elements, attributes and text, escaped, without what XML cannot say. Pure.

use quick_xml::escape::escape;

/// A document that grows; every element is closed by the call that opened it.
#[derive(Default)]
pub struct Xml(String);

impl Xml {
    pub fn document() -> Self {
        Self("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".into())
    }

    pub fn into_text(self) -> String {
        self.0
    }

    /// An element with what `inside` writes into it.
    pub fn element(&mut self, name: &str, attributes: &[(&str, &str)], inside: impl FnOnce(&mut Self)) {
        self.0.push('<');
        self.0.push_str(name);
        for (key, value) in attributes {
            self.0.push_str(&format!(" {key}=\"{}\"", clean(value)));
        }
        self.0.push('>');
        inside(self);
        self.0.push_str(&format!("</{name}>"));
    }

    pub fn text(&mut self, name: &str, text: &str) {
        self.element(name, &[], |xml| xml.0.push_str(&clean(text)));
    }

    /// An element, unless there is nothing to say.
    pub fn some(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
            self.text(name, text);
        }
    }

    pub fn raw(&mut self, text: &str) {
        self.0.push_str(&clean(text));
    }
}

/// Escaped, and without the characters that XML 1.0 has no place for.
fn clean(text: &str) -> String {
    let allowed =
        |c: &char| matches!(c, '\t' | '\n' | '\r') || (*c >= ' ' && !matches!(c, '\u{FFFE}' | '\u{FFFF}'));
    let kept: String = text.chars().filter(allowed).collect();
    escape(kept.as_str()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::Xml;

    #[test]
    fn text_is_escaped_and_control_characters_are_left_out() {
        let mut xml = Xml::default();
        xml.element("a", &[("b", "\"<&>'")], |xml| xml.text("c", "钦\u{1}州<&>\u{FFFF}\n"));
        assert_eq!(xml.into_text(), "<a b=\"&quot;&lt;&amp;&gt;&apos;\"><c>钦州&lt;&amp;&gt;\n</c></a>");
    }
}

//! The two ways of cutting as tokenizers of the index. Both reuse one token and one buffer: no allocation a token.

use std::sync::Arc;

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use super::{Analyzer, Span, fold, grams};

#[derive(Clone)]
pub struct WordTokenizer {
    analyzer: Arc<Analyzer>,
    cut: Cut,
}

#[derive(Clone)]
pub struct GramTokenizer {
    singles: bool,
    cut: Cut,
}

#[derive(Clone, Default)]
struct Cut {
    folded: String,
    spans: Vec<Span>,
    token: Token,
}

impl WordTokenizer {
    pub fn new(analyzer: Arc<Analyzer>) -> WordTokenizer {
        WordTokenizer { analyzer, cut: Cut::default() }
    }
}

impl GramTokenizer {
    pub fn new(singles: bool) -> GramTokenizer {
        GramTokenizer { singles, cut: Cut::default() }
    }
}

impl Tokenizer for WordTokenizer {
    type TokenStream<'a> = Spans<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Spans<'a> {
        let analyzer = &self.analyzer;
        self.cut.start(text, |folded, spans| analyzer.indexed_words(folded, spans))
    }
}

impl Tokenizer for GramTokenizer {
    type TokenStream<'a> = Spans<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Spans<'a> {
        let singles = self.singles;
        self.cut.start(text, |folded, spans| grams::grams(folded, singles, spans))
    }
}

impl Cut {
    fn start(&mut self, text: &str, cut: impl FnOnce(&str, &mut Vec<Span>)) -> Spans<'_> {
        fold::fold_into(text, &mut self.folded);
        self.spans.clear();
        cut(&self.folded, &mut self.spans);
        self.token.reset();
        Spans { folded: &self.folded, spans: self.spans.iter(), token: &mut self.token }
    }
}

/// Tokens of one text.
pub struct Spans<'a> {
    folded: &'a str,
    spans: std::slice::Iter<'a, Span>,
    token: &'a mut Token,
}

impl TokenStream for Spans<'_> {
    fn advance(&mut self) -> bool {
        let Some(span) = self.spans.next() else { return false };
        self.token.offset_from = span.start as usize;
        self.token.offset_to = span.end as usize;
        self.token.position = span.position as usize;
        self.token.text.clear();
        self.token.text.push_str(span.of(self.folded));
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

//! One pass over the tags of a page: its visible text in blocks, and its title.
//!
//! This works on the token stream, without a tree: time and memory are linear in the page whatever
//! it nests, which no tree builder can promise (a million open `<div>`s cost it hours).

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use html5ever::{LocalName, local_name};

use crate::clean::normalize;
use crate::noise;
use crate::skip::{Nesting, Skip, Step};
use crate::tags;

/// Whether `<nav>`, `<header>` and `<footer>` are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Landmarks {
    /// Left out: the page as its site sent it.
    Drop,
    /// Read: the page is already cut down to its article.
    Keep,
}

/// What one pass found.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// The text in reading order, without empty blocks.
    pub(crate) blocks: Vec<Block>,
    /// The text of the first `<title>`.
    pub(crate) title: Option<String>,
    /// Whether a browser would run scripts of it.
    pub(crate) has_scripts: bool,
}

/// A paragraph, heading, list item, table row or other piece of text of its own.
#[derive(Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "facts of one place that occur in any mixture")]
pub(crate) struct Block {
    /// The text; white space collapsed, never empty.
    pub(crate) text: String,
    /// How many of its bytes (without white space) are the text of links.
    pub(crate) linked: usize,
    /// Inside `<article>` or `<main>`, and not in an `<aside>`.
    pub(crate) semantic: bool,
    /// Inside an `<aside>`.
    pub(crate) aside: bool,
    /// Inside a `<table>`.
    pub(crate) table: bool,
    /// A heading.
    pub(crate) heading: bool,
    /// In something that stands beside the text, as its names say: comments, related pages.
    pub(crate) beside: bool,
}

/// Reads `html` once.
pub(crate) fn scan(html: &str, landmarks: Landmarks) -> Scan {
    let sink = Sink(RefCell::new(State::new(landmarks)));
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    // The sink never asks for a pause, so one call reads everything.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner().finish()
}

struct Sink(RefCell<State>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut state = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => state.text(&text),
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                state.start(&tag);
                if let Some(raw) = tags::raw_kind(&tag.name).filter(|_| !state.in_foreign()) {
                    return TokenSinkResult::RawData(raw);
                }
            }
            Token::TagToken(tag) => state.end(&tag),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

struct State {
    landmarks: Landmarks,
    found: Scan,
    nesting: Nesting,
    /// Left out.
    skip: Option<Skip>,
    /// Beside the text.
    beside: Option<Skip>,
    in_title: bool,
    title: String,
    block: Block,
    /// Where the open cell of a table begins in `block`, in bytes of text and of links.
    cell: (usize, usize),
    /// A `<br>` was the last thing seen.
    broken: bool,
}

impl State {
    fn new(landmarks: Landmarks) -> Self {
        Self {
            landmarks,
            found: Scan::default(),
            nesting: Nesting::default(),
            skip: None,
            beside: None,
            in_title: false,
            title: String::new(),
            block: Block::default(),
            cell: (0, 0),
            broken: false,
        }
    }

    fn text(&mut self, text: &str) {
        if self.in_title {
            self.title.push_str(text);
        } else if self.skip.is_none() {
            if self.nesting.has(&local_name!("a")) {
                self.block.linked += text.bytes().filter(|b| !b.is_ascii_whitespace()).count();
            }
            self.broken &= text.trim().is_empty();
            self.block.text.push_str(text);
        }
    }

    fn start(&mut self, tag: &Tag) {
        if let Some(beside) = &mut self.beside
            && (beside.start(tag) == Step::EndedBefore || tag.name == local_name!("main"))
        {
            self.flush();
            self.beside = None;
        }
        if let Some(skip) = &mut self.skip
            && skip.start(tag) == Step::EndedBefore
        {
            self.skip = None;
        }
        let skipping = self.skip.is_some();
        if !skipping {
            self.boundary(&tag.name);
        }
        let foreign_empty = tag.self_closing && matches!(&*tag.name, "svg" | "math");
        if tags::is_void(&tag.name) || foreign_empty {
            return;
        }
        if !tags::ends_by_itself(&tag.name) {
            self.nesting.start(&tag.name);
        }
        self.found.has_scripts |= tags::is_run(tag);
        if skipping {
            return;
        }
        if tag.name == local_name!("title") && !self.in_foreign() {
            self.in_title = true;
        } else if self.is_left_out(tag) {
            self.skip = Some(Skip::new(tag.name.clone()));
        } else if self.beside.is_none() && noise::is_beside(tag) {
            self.flush();
            self.beside = Some(Skip::new(tag.name.clone()));
        }
        if self.skip.is_none() && tags::is_heading(&tag.name) {
            self.block.heading = true;
        }
    }

    fn end(&mut self, tag: &Tag) {
        if tag.name == local_name!("title") && self.in_title {
            self.in_title = false;
            let title = normalize(&std::mem::take(&mut self.title));
            if self.found.title.is_none() && !title.is_empty() {
                self.found.title = Some(title);
            }
        }
        let step = self.skip.as_mut().map(|skip| skip.end(tag, &self.nesting));
        if matches!(step, Some(Step::Ended | Step::EndedBefore)) {
            self.skip = None;
        }
        // Before the element is closed: the block belongs inside it.
        if self.skip.is_none() && step != Some(Step::Ended) {
            self.boundary(&tag.name);
        }
        let step = self.beside.as_mut().map(|beside| beside.end(tag, &self.nesting));
        if matches!(step, Some(Step::Ended | Step::EndedBefore)) {
            self.flush();
            self.beside = None;
        }
        self.nesting.end(&tag.name);
    }

    /// Inside `<svg>` or `<math>` every element is markup, even one called `<title>`.
    fn in_foreign(&self) -> bool {
        self.nesting.has(&local_name!("svg")) || self.nesting.has(&local_name!("math"))
    }

    fn is_left_out(&self, tag: &Tag) -> bool {
        if tags::is_never_read(&tag.name) || noise::is_mark(tag) {
            return true;
        }
        let drop = self.landmarks == Landmarks::Drop;
        if drop && tags::is_landmark(&tag.name) {
            return true;
        }
        // A page that hides its body until a script ran still has its text there.
        if matches!(&*tag.name, "html" | "body") {
            return false;
        }
        tag.attrs.iter().any(|attr| {
            let value = &*attr.value;
            match &*attr.name.local {
                "hidden" => !value.eq_ignore_ascii_case("until-found"),
                "aria-hidden" => value.eq_ignore_ascii_case("true"),
                "role" => drop && tags::is_landmark_role(value),
                "style" => hides(value),
                _ => false,
            }
        })
    }

    fn boundary(&mut self, name: &LocalName) {
        if tags::is_block(name) {
            if !tags::is_part_of_a_table(name) {
                self.part_cell();
            }
            self.flush();
        } else if tags::is_gap(name) {
            self.block.text.push(' ');
        }
        if matches!(&**name, "td" | "th") {
            self.cell = (self.block.text.len(), self.block.linked);
        }
        // Two of them are how pages without paragraphs part them.
        let broke = *name == local_name!("br");
        if broke && self.broken {
            self.part_cell();
            self.flush();
        }
        self.broken = broke;
    }

    /// A cell with blocks in it is no entry of a row: the cells before it are a block of their own.
    fn part_cell(&mut self) {
        let (text, linked) = self.cell;
        if text > 0 && text < self.block.text.len() && linked <= self.block.linked {
            let cells = self.block.text.drain(..text).collect();
            self.block.linked -= linked;
            self.emit(Block { text: cells, linked, ..Block::default() });
        }
    }

    fn flush(&mut self) {
        self.cell = (0, 0);
        let block = std::mem::take(&mut self.block);
        self.emit(block);
    }

    fn emit(&mut self, mut block: Block) {
        block.text = normalize(&block.text);
        if block.text.is_empty() {
            return;
        }
        let has = |name| self.nesting.has(&name);
        block.aside = has(local_name!("aside"));
        block.beside = self.beside.is_some();
        block.table = has(local_name!("table"));
        block.semantic = !block.aside && (has(local_name!("article")) || has(local_name!("main")));
        self.found.blocks.push(block);
    }

    fn finish(mut self) -> Scan {
        self.flush();
        self.found
    }
}

/// Whether an inline style makes an element invisible.
fn hides(style: &str) -> bool {
    style.split(';').filter_map(|rule| rule.split_once(':')).any(|(property, value)| {
        let value = value.trim().to_ascii_lowercase();
        let value = value.trim_end_matches("!important").trim_end();
        match property.trim().to_ascii_lowercase().as_str() {
            "display" => value == "none",
            "visibility" => matches!(value, "hidden" | "collapse"),
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests;

//! The tree of a page, built only as far as it stays small.
//!
//! A tree builder looks through its open elements at most tags: a megabyte of `<div>` keeps it busy
//! for hours. How deep a page nests can only be known by building it, so it is built in small steps
//! with a look at the newest element after each.

use std::borrow::Cow;
use std::cell::{Cell, Ref};

use dom_query::{Document, NodeData, NodeId, NodeRef};
use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{Attribute, ParseOpts, QualName, parse_document};

/// Deeper pages are given up: what works on the tree compares each element with all around it.
const MAX_DEPTH: usize = 256;

/// Larger trees are tables and listings; scoring them costs seconds and finds no article.
const MAX_NODES: usize = 100_000;

/// Bytes between two looks at the tree: 1 KiB opens at most 341 elements.
const STEP: usize = 1024;

/// The depths of all nodes together. Readability looks at the text of every element around a text,
/// so this is its work; a long encyclopedia article has a million.
const MAX_DEPTH_SUM: usize = 2_000_000;

/// What it may cost to write the tree as HTML again, in bytes looked at. The serializer looks
/// through the rest of a text once for each of its characters that may need an escape, so a
/// megabyte of `&` costs 500 GB.
const MAX_ESCAPING: usize = 256 * 1024 * 1024;

/// Builds the tree of `html`, or gives up on a page that nests too deeply or whose tree would cost
/// too much to work on.
pub(crate) fn bounded(html: &str) -> Option<Document> {
    let mut options = ParseOpts::default();
    options.tree_builder.scripting_enabled = false;
    let sink = Watched { document: Document::default(), newest: Cell::new(None) };
    let mut parser = parse_document(sink, options);
    let mut rest = html;
    while !rest.is_empty() {
        let (step, next) = rest.split_at(rest.floor_char_boundary(STEP));
        rest = next;
        parser.process(StrTendril::from(step));
        if parser.tokenizer.sink.sink.is_too_large() {
            return None;
        }
    }
    Some(parser.finish()).filter(is_affordable)
}

/// Whether what is to be done with the tree takes about linear time.
fn is_affordable(document: &Document) -> bool {
    let (mut depths, mut escaping) = (0usize, 0usize);
    document.root().descendants_it().all(|node| {
        depths += node.ancestors_it(None).count();
        escaping = escaping.saturating_add(escaping_cost(&node));
        depths <= MAX_DEPTH_SUM && escaping <= MAX_ESCAPING
    })
}

/// The bytes looked at when the node is written as HTML, at most.
fn escaping_cost(node: &NodeRef<'_>) -> usize {
    let cost = |text: &str| {
        let special = |b: &u8| matches!(b, b'&' | b'<' | b'>' | b'"' | 0xc2);
        text.len().saturating_mul(text.bytes().filter(special).count())
    };
    node.query_or(0, |node| match &node.data {
        NodeData::Text { contents } => cost(contents),
        NodeData::Element(element) => element.attrs.iter().map(|a| cost(&a.value)).sum(),
        _ => 0,
    })
}

/// A document under construction that remembers the element made last: there the parser stands.
struct Watched {
    document: Document,
    newest: Cell<Option<NodeId>>,
}

impl Watched {
    fn is_too_large(&self) -> bool {
        let tree = &self.document.tree;
        let depth = self
            .newest
            .get()
            .map_or(0, |id| NodeRef::new(id, tree).ancestors_it(None).take(MAX_DEPTH + 1).count());
        depth > MAX_DEPTH || tree.len() > MAX_NODES
    }
}

/// Everything but `create_element` and `parse_error` is the document's own.
impl TreeSink for Watched {
    type Handle = NodeId;
    type Output = Document;
    type ElemName<'a> = Ref<'a, QualName>;

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, flags: ElementFlags) -> NodeId {
        let id = self.document.create_element(name, attrs, flags);
        self.newest.set(Some(id));
        id
    }

    /// Forgotten: a broken page has more errors than bytes.
    fn parse_error(&self, _: Cow<'static, str>) {}

    fn finish(self) -> Document {
        self.document
    }

    fn get_document(&self) -> NodeId {
        self.document.get_document()
    }

    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        self.document.get_template_contents(target)
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.document.set_quirks_mode(mode);
    }

    fn same_node(&self, x: &NodeId, y: &NodeId) -> bool {
        self.document.same_node(x, y)
    }

    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Ref<'a, QualName> {
        self.document.elem_name(target)
    }

    fn create_comment(&self, text: StrTendril) -> NodeId {
        self.document.create_comment(text)
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> NodeId {
        self.document.create_pi(target, data)
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        self.document.append(parent, child);
    }

    fn append_before_sibling(&self, sibling: &NodeId, child: NodeOrText<NodeId>) {
        self.document.append_before_sibling(sibling, child);
    }

    fn append_based_on_parent_node(
        &self,
        element: &NodeId,
        previous: &NodeId,
        child: NodeOrText<NodeId>,
    ) {
        self.document.append_based_on_parent_node(element, previous, child);
    }

    fn append_doctype_to_document(&self, name: StrTendril, public: StrTendril, system: StrTendril) {
        self.document.append_doctype_to_document(name, public, system);
    }

    fn add_attrs_if_missing(&self, target: &NodeId, attrs: Vec<Attribute>) {
        self.document.add_attrs_if_missing(target, attrs);
    }

    fn remove_from_parent(&self, target: &NodeId) {
        self.document.remove_from_parent(target);
    }

    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        self.document.reparent_children(node, new_parent);
    }

    fn is_mathml_annotation_xml_integration_point(&self, handle: &NodeId) -> bool {
        self.document.is_mathml_annotation_xml_integration_point(handle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_within_the_limits_is_the_same_as_without_them() {
        let html = "<!doctype html><title>t</title><p>é<table>x<tr><td>y<b><p>z</b></table>&amp;"
            .repeat(100);
        assert_eq!(bounded(&html).unwrap().html(), Document::from(html.as_str()).html());
    }

    #[test]
    fn depth_and_size_are_limited_however_they_come_about() {
        let body = 2; // html and body
        assert!(bounded(&"<div>".repeat(MAX_DEPTH - body)).is_some());
        assert!(bounded(&"<div>".repeat(MAX_DEPTH + body)).is_none());
        // Content of a table that does not belong there is put before it.
        assert!(bounded(&format!("<table>{}", "<div>".repeat(MAX_DEPTH))).is_none());
        assert!(bounded(&"<svg><title>".repeat(MAX_DEPTH)).is_none());
        assert!(bounded(&"<p>x".repeat(MAX_NODES)).is_none());
        let deep = format!("{}{}", "<div>".repeat(200), "</div>".repeat(200));
        assert!(bounded(&deep.repeat(50)).is_some());
        assert!(bounded(&deep.repeat(200)).is_none());
    }

    #[test]
    fn texts_that_are_slow_to_escape_are_limited() {
        assert!(bounded(&format!("<p>{}", "a & b ".repeat(1_000))).is_some());
        assert!(bounded(&format!("<p>{}", "& ".repeat(20_000))).is_none());
        assert!(bounded(&format!("<p title='{}'>", "& ".repeat(20_000))).is_none());
        assert!(bounded(&"<p>a & b</p>".repeat(20_000)).is_some());
    }
}

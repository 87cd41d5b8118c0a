//! Leaving out an element and everything in it, from the stream of tags alone.
//!
//! There is no tree, so the end must be found as a tree builder would find it: by the matching end
//! tag, by the end of an element around it, or by the next sibling where the end tag is optional.

use std::collections::HashMap;

use html5ever::LocalName;
use html5ever::tokenizer::Tag;

use crate::tags;

/// The elements that are open, counted by name. An end tag without an open element counts for
/// nothing.
#[derive(Default)]
pub(crate) struct Nesting {
    open: HashMap<LocalName, u32>,
    all: usize,
}

impl Nesting {
    pub(crate) fn start(&mut self, name: &LocalName) {
        *self.open.entry(name.clone()).or_default() += 1;
        self.all += 1;
    }

    pub(crate) fn end(&mut self, name: &LocalName) {
        if let Some(count) = self.open.get_mut(name).filter(|c| **c > 0) {
            *count -= 1;
            self.all -= 1;
        }
    }

    /// Whether an element of this name is open.
    pub(crate) fn has(&self, name: &LocalName) -> bool {
        self.open.get(name).is_some_and(|c| *c > 0)
    }
}

/// An element being left out.
pub(crate) struct Skip {
    name: LocalName,
    inside: Nesting,
}

/// What a tag does to a [`Skip`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The element goes on.
    Inside,
    /// The element ends and the tag belongs to it.
    Ended,
    /// The element ended before this tag, which is to be read normally.
    EndedBefore,
}

impl Skip {
    pub(crate) fn new(name: LocalName) -> Self {
        Self { name, inside: Nesting::default() }
    }

    pub(crate) fn start(&mut self, tag: &Tag) -> Step {
        let at_top = self.inside.all == 0;
        let sibling = tags::ends_by_itself(&self.name)
            && (tag.name == self.name || (*self.name == *"p" && tags::is_block(&tag.name)));
        // A header that was never closed must not swallow the content it stands before.
        let content = tags::is_landmark(&self.name) && *tag.name == *"main";
        if (at_top && sibling) || content {
            return Step::EndedBefore;
        }
        if !tags::is_void(&tag.name) && (tag.name == self.name || !tags::ends_by_itself(&tag.name))
        {
            self.inside.start(&tag.name);
        }
        Step::Inside
    }

    /// `around` counts the elements open outside and inside.
    pub(crate) fn end(&mut self, tag: &Tag, around: &Nesting) -> Step {
        if self.inside.has(&tag.name) {
            self.inside.end(&tag.name);
            Step::Inside
        } else if tag.name == self.name {
            Step::Ended
        } else if tags::is_block(&tag.name) && around.has(&tag.name) {
            Step::EndedBefore
        } else {
            Step::Inside
        }
    }
}

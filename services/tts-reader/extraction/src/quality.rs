//! How good a candidate for the text of a page is: does it look like prose, is all of the page's
//! prose in it, and nothing that stands beside?

use std::collections::HashSet;

use crate::confidence;
use crate::page::Method;
use crate::scan::Block;
use crate::span::is_prose;

/// What a page has, to compare candidates with.
pub(crate) struct Whole {
    /// Sentences, but for those that stand beside the text.
    wanted: HashSet<u64>,
    /// Links, and what stands beside the text.
    unwanted: HashSet<u64>,
}

impl Whole {
    pub(crate) fn of(page: &[Block]) -> Self {
        let is_beside = |b: &Block| b.aside || b.beside;
        let is_linked = |b: &Block| !b.heading && b.linked * 2 >= b.text.len();
        let prose: Vec<&Block> = page.iter().filter(|b| is_prose(b) && !is_beside(b)).collect();
        let length = |semantic: bool| -> usize {
            prose.iter().filter(|b| b.semantic || !semantic).map(|b| b.text.len()).sum()
        };
        // A page that says where its text is, is believed if most of its sentences are there.
        let says_where = length(true) * 2 >= length(false);
        let wanted: HashSet<u64> =
            grams(prose.into_iter().filter(|b| b.semantic || !says_where)).collect();
        // What is said in both places is wanted.
        let unwanted = grams(page.iter().filter(|b| is_beside(b) || is_linked(b)))
            .filter(|gram| !wanted.contains(gram))
            .collect();
        Self { wanted, unwanted }
    }

    /// From 0 (nothing of it) to 1: the confidence of the text by itself, less what it lacks and
    /// what it has too much.
    pub(crate) fn quality(&self, method: Method, blocks: &[&Block], text: &str) -> f64 {
        let (mut all, mut waste, mut found) = (0, 0, HashSet::new());
        for gram in grams(blocks.iter().copied()) {
            all += 1;
            waste += usize::from(self.unwanted.contains(&gram));
            if self.wanted.contains(&gram) {
                found.insert(gram);
            }
        }
        let share = |part: usize, of: usize| part as f64 / of.max(1) as f64;
        let found =
            if self.wanted.is_empty() { 1.0 } else { share(found.len(), self.wanted.len()) };
        confidence::score(text, method) * found * (1.0 - share(waste, all))
    }
}

/// Every three words that follow each other, as one number. A block of fewer is one.
fn grams<'a>(blocks: impl Iterator<Item = &'a Block>) -> impl Iterator<Item = u64> {
    blocks.flat_map(|block| {
        let mut words = block.text.split(' ').map(number);
        let (first, second) = (words.next().unwrap_or(0), words.next().unwrap_or(0));
        let third = words.next().unwrap_or(0);
        let later = words.scan([second, third], |last, word| {
            let gram = join([last[0], last[1], word]);
            *last = [last[1], word];
            Some(gram)
        });
        std::iter::once(join([first, second, third])).chain(later)
    })
}

/// A word as a number (FNV-1a); two that share one cost a thousandth of a score.
fn number(word: &str) -> u64 {
    word.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn join([a, b, c]: [u64; 3]) -> u64 {
    a.rotate_left(42) ^ b.rotate_left(21) ^ c
}

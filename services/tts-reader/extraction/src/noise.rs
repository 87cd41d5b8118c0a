//! What an element's names say: beside the text of a page there are comments, links to other
//! pages, requests for consent, and people name them so.

use html5ever::tokenizer::Tag;

/// Words in the class or id of elements that hold something else than the text.
const WORDS: &[&str] = &[
    "ad",
    "ads",
    "advert",
    "advertisement",
    "banner",
    "blogroll",
    "breadcrumb",
    "breadcrumbs",
    "breaking",
    "catlinks",
    "cmp",
    "comment",
    "commentform",
    "commentlist",
    "comments",
    "consent",
    "cookie",
    "cookiebar",
    "cookies",
    "copyright",
    "disqus",
    "foot",
    "footer",
    "gdpr",
    "infobox",
    "mainmenu",
    "masthead",
    "menu",
    "meta",
    "modal",
    "nav",
    "navbar",
    "navbox",
    "navigation",
    "newsletter",
    "overlay",
    "pager",
    "pagination",
    "popular",
    "popup",
    "postmetadata",
    "promo",
    "promoted",
    "rating",
    "recommended",
    "references",
    "reflist",
    "related",
    "respond",
    "share",
    "sharedaddy",
    "sharing",
    "side",
    "sidebar",
    "sitenotice",
    "sitesub",
    "skip",
    "skyscraper",
    "social",
    "sponsor",
    "sponsored",
    "subscribe",
    "tags",
    "toc",
    "toctree",
    "toolbar",
    "topnav",
    "trending",
    "votes",
];

/// Words that say that the text is inside, whatever else is.
const CONTENT: &[&str] =
    &["article", "body", "column", "content", "layout", "main", "note", "notes"];

/// Roles of elements that stand beside the text.
const ROLES: &[&str] =
    &["alertdialog", "complementary", "dialog", "menu", "menubar", "tablist", "toolbar"];

/// Marks inside a text that are links to something beside it: references, permanent links.
const MARKS: &[&str] =
    &["anchor", "editsection", "footnote", "headerlink", "permalink", "reference"];

/// Whether an element stands beside the text of its page.
pub(crate) fn is_beside(tag: &Tag) -> bool {
    // A piece of a sentence is none of it, nor is what holds everything.
    let is_whole = matches!(&*tag.name, "html" | "body" | "main");
    let is_piece =
        matches!(&*tag.name, "a" | "abbr" | "b" | "code" | "em" | "i" | "span" | "strong");
    if is_whole || is_piece {
        return false;
    }
    let (mut beside, mut content) = (false, false);
    for attr in &tag.attrs {
        let value = &*attr.value;
        match &*attr.name.local {
            "role" => beside |= ROLES.contains(&value),
            "aria-modal" => beside |= value.eq_ignore_ascii_case("true"),
            "class" | "id" => {
                beside |= has_word(value, WORDS);
                content |= has_word(value, CONTENT);
            }
            _ => {}
        }
    }
    beside && !content
}

/// Whether an element inside a paragraph is a mark, and no word of it.
pub(crate) fn is_mark(tag: &Tag) -> bool {
    matches!(&*tag.name, "a" | "span" | "sup")
        && tag.attrs.iter().any(|attr| &*attr.name.local == "class" && has_word(&attr.value, MARKS))
}

/// Whether a name, cut where its words end (`site-footer`, `siteFooter`, `site_footer`), has one
/// of these. `words` are in order.
fn has_word(name: &str, words: &[&str]) -> bool {
    debug_assert!(words.is_sorted());
    let mut word = String::new();
    let mut found = false;
    let mut before = ' ';
    for c in name.chars().chain([' ']) {
        let ends =
            !c.is_ascii_alphanumeric() || (c.is_ascii_uppercase() && before.is_ascii_lowercase());
        if ends {
            found |= words.binary_search(&word.as_str()).is_ok();
            word.clear();
        }
        if c.is_ascii_alphanumeric() {
            word.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{CONTENT, MARKS, ROLES, WORDS, has_word};

    #[test]
    fn the_words_of_a_name_are_found_however_it_is_written() {
        for name in
            ["comments", "site_footer", "siteFooter", "x SIDEBAR", "sidebar-left", "js-cookie--bar"]
        {
            assert!(has_word(name, WORDS), "{name}");
        }
        for name in ["", "commentary", "roadside", "header", "metadata", "loads"] {
            assert!(!has_word(name, WORDS), "{name}");
        }
        assert!([WORDS, CONTENT, ROLES, MARKS].iter().all(|words| words.is_sorted()));
    }
}

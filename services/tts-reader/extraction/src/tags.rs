//! What the names of HTML elements mean to a reader of text.

use html5ever::local_name;
use html5ever::tokenizer::{Tag, states::RawKind};

/// Elements without content and end tag.
pub(crate) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

/// Elements whose end tag may be left out: the next sibling, or the end of the parent, ends them.
pub(crate) fn ends_by_itself(name: &str) -> bool {
    matches!(
        name,
        "p" | "li"
            | "dt"
            | "dd"
            | "option"
            | "tr"
            | "td"
            | "th"
            | "thead"
            | "tbody"
            | "tfoot"
            | "caption"
            | "colgroup"
            | "html"
            | "head"
            | "body"
    )
}

/// Elements that start and end a block: text before and after does not run together.
pub(crate) fn is_block(name: &str) -> bool {
    is_heading(name)
        || matches!(
            name,
            "address"
                | "article"
                | "aside"
                | "blockquote"
                | "body"
                | "caption"
                | "center"
                | "dd"
                | "details"
                | "dialog"
                | "dir"
                | "div"
                | "dl"
                | "dt"
                | "fieldset"
                | "figcaption"
                | "figure"
                | "footer"
                | "form"
                | "head"
                | "header"
                | "hgroup"
                | "hr"
                | "html"
                | "legend"
                | "li"
                | "main"
                | "menu"
                | "nav"
                | "ol"
                | "p"
                | "pre"
                | "search"
                | "section"
                | "summary"
                | "table"
                | "tbody"
                | "tfoot"
                | "thead"
                | "tr"
                | "ul"
        )
}

/// What makes the rows of a table.
pub(crate) fn is_part_of_a_table(name: &str) -> bool {
    matches!(name, "caption" | "table" | "tbody" | "tfoot" | "thead" | "tr")
}

/// `h1` to `h6`.
pub(crate) fn is_heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

/// Elements inside a block around which there is always a gap.
pub(crate) fn is_gap(name: &str) -> bool {
    matches!(name, "br" | "td" | "th" | "button" | "select" | "img")
}

/// Elements that hold nothing to read aloud.
pub(crate) fn is_never_read(name: &str) -> bool {
    matches!(
        name,
        "applet"
            | "audio"
            | "button"
            | "canvas"
            | "datalist"
            | "frameset"
            | "iframe"
            | "map"
            | "noembed"
            | "noframes"
            | "noscript"
            | "object"
            | "rp"
            | "rt"
            | "script"
            | "select"
            | "style"
            | "svg"
            | "template"
            | "textarea"
            | "video"
            | "xmp"
    )
}

/// Whether it is a script that browsers run: others hold data or a template.
pub(crate) fn is_run(tag: &Tag) -> bool {
    if tag.name != local_name!("script") {
        return false;
    }
    let kind = tag.attrs.iter().find(|attr| attr.name.local == local_name!("type"));
    let kind = kind.map_or("", |attr| attr.value.trim()).to_ascii_lowercase();
    matches!(kind.as_str(), "" | "module") || kind.ends_with("javascript")
}

/// The parts of a page around its content.
pub(crate) fn is_landmark(name: &str) -> bool {
    matches!(name, "nav" | "footer" | "header")
}

/// The same parts marked by `role`.
pub(crate) fn is_landmark_role(role: &str) -> bool {
    matches!(role, "navigation" | "banner" | "contentinfo" | "search")
}

/// How the tokenizer must read the inside of an element that is not markup.
pub(crate) fn raw_kind(name: &str) -> Option<RawKind> {
    match name {
        "script" => Some(RawKind::ScriptData),
        "title" | "textarea" => Some(RawKind::Rcdata),
        "style" | "xmp" | "iframe" | "noembed" | "noframes" => Some(RawKind::Rawtext),
        _ => None,
    }
}

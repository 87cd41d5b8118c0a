//! Small pages, and what a listener should hear of them.

use super::{Landmarks, Scan, scan};

fn page(html: &str) -> Scan {
    scan(html, Landmarks::Drop)
}

/// The blocks, joined by bars so that block boundaries show.
fn text(html: &str) -> String {
    page(html).blocks.iter().map(|b| b.text.as_str()).collect::<Vec<_>>().join("|")
}

#[test]
fn blocks_part_and_inline_elements_join() {
    assert_eq!(text("<p>One</p><p>t<b>w</b>o<br>three</p>four"), "One|two three|four");
    assert_eq!(text("<ul><li>a<li>b</ul><h2>c</h2>"), "a|b|c");
}

#[test]
fn nested_tables_are_read_row_by_row() {
    let html = "<table><tr><td>a<td><table><tr><td>b<td>c</table><td>d<tr><td>e</table>";
    assert_eq!(text(html), "a|b c|d|e");
}

#[test]
fn entities_are_decoded() {
    let html = "<p>fish &amp; chips &lt;b&gt; caf&eacute; &#8220;x&#x201d; a&nbsp;b &nonsense;</p>";
    assert_eq!(text(html), "fish & chips <b> café “x” a b &nonsense;");
}

#[test]
fn what_is_not_text_is_left_out() {
    let html = "<head><title>T</title><style>p{}</style></head>a<script>if (a<b) '</p>'</script>b\
        <noscript>Enable it</noscript><template>x</template><!-- c --><svg><title>i</title></svg>\
        <textarea><p>y</textarea><iframe>z</iframe><button>Go</button><select><option>1</select>c";
    assert_eq!(text(html), "ab c");
    assert_eq!(page(html).title.as_deref(), Some("T"));
}

#[test]
fn landmarks_are_left_out_or_kept() {
    let html = "<header>H</header><nav>N</nav><div role=navigation>R</div>a<footer>F</footer>";
    assert_eq!(text(html), "a");
    assert_eq!(scan(html, Landmarks::Keep).blocks.len(), 5);
}

#[test]
fn hidden_elements_are_left_out() {
    for hidden in [
        "<div hidden>x<div>y</div>z</div>",
        "<span aria-hidden=true>x</span>",
        "<p style='color: red; DISPLAY : none !important'>x<p>",
        "<div style=visibility:hidden>x<b>y</div>",
        "<ul><li hidden>x<ul><li>y</ul></ul>",
        "<section><p hidden>x</section>",
    ] {
        assert_eq!(text(&format!("<div>a{hidden}</div><p>b</p>")), "a|b", "{hidden}");
    }
    assert_eq!(text("<p hidden>x<p>a</p>"), "a");
    assert_eq!(text("<body style='display:none'>a"), "a");
}

#[test]
fn broken_nesting_loses_no_text() {
    assert_eq!(text("<div><header>H<b></div><p>a</p>"), "a");
    assert_eq!(text("<header>H<main><p>a</main>b"), "a|b");
    assert_eq!(text("<b><p>a</b>b</p></div></p>c"), "ab|c");
    assert_eq!(text("a <p b <i>c"), "a|c");
    assert_eq!(text("a &"), "a &");
    assert_eq!(text("a<"), "a<");
}

#[test]
fn blocks_know_where_they_stand() {
    let html = "<p>o</p><article><h1>t</h1><aside>s</aside><p>x <a href=y>link</a></p></article>";
    let flags: Vec<_> = page(html)
        .blocks
        .iter()
        .map(|b| (b.text.clone(), b.semantic, b.heading, b.aside, b.linked))
        .collect();
    let expected = [
        ("o".to_owned(), false, false, false, 0),
        ("t".to_owned(), true, true, false, 0),
        ("s".to_owned(), false, false, true, 0),
        ("x link".to_owned(), true, false, false, 4),
    ];
    assert_eq!(flags, expected);
}

#[test]
fn blocks_of_tables_are_known_also_without_end_tags() {
    let html = "<p>a<table><caption>b<tr><td>c<td><table><tr><td>d</table>e<tr><td><p>f</table>g";
    let tables: Vec<_> = page(html).blocks.into_iter().map(|b| (b.text, b.table)).collect();
    let expected = [("a", false), ("b", true), ("c", true), ("d", true), ("e", true), ("f", true)];
    let expected = expected.into_iter().chain([("g", false)]);
    assert_eq!(tables, expected.map(|(text, table)| (text.to_owned(), table)).collect::<Vec<_>>());
}

#[test]
fn markup_inside_a_drawing_is_not_mistaken_for_raw_text() {
    assert_eq!(text("<p>a</p><svg><title/><style><g></svg><p>b</p>"), "a|b");
    assert_eq!(page("<svg><title>x</title></svg><title>T</title>").title.as_deref(), Some("T"));
}

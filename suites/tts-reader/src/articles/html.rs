//! The pages' HTML, each kind with what such pages have around their story.

use super::article::NOISE;
use crate::prose::Prose;

/// A story between navigation, margin, scripts and foot, as newspapers have it.
pub(super) fn news(prose: &mut Prose, story: &[String]) -> String {
    let title = prose.heading();
    let body = paragraphs(story);
    format!(
        "{head}<body>{bar}<main><article><h1>{title}</h1><p class=\"byline\">By our reporter</p>\
         {body}</article></main>{margin}{foot}</body></html>",
        head = head(&title, &script(prose, 60)),
        bar = navigation(prose, 30),
        margin = margin(prose, 12),
        foot = foot(prose),
    )
}

/// A personal page: a column of paragraphs and a short list of friends.
pub(super) fn blog(prose: &mut Prose, story: &[String]) -> String {
    let title = prose.heading();
    let body = paragraphs(story);
    format!(
        "{head}<body><header><a href=\"/\">A quiet blog</a></header><div class=\"post\">\
         <h1>{title}</h1><div class=\"entry-content\">{body}</div></div>{margin}</body></html>",
        head = head(&title, ""),
        margin = margin(prose, 4),
    )
}

/// Sections with headings, quotations and pictures.
pub(super) fn long_read(prose: &mut Prose, story: &[String]) -> String {
    let title = prose.heading();
    let mut body = String::new();
    for (at, paragraph) in story.iter().enumerate() {
        if at % 6 == 5 {
            body.push_str(&format!("<h2>{}</h2>", prose.heading()));
        }
        body.push_str(&format!("<p>{paragraph}</p>\n"));
        if at % 9 == 4 {
            let (quote, caption) = (prose.sentence(), prose.heading());
            body.push_str(&format!("<blockquote><p>{quote}</p></blockquote>"));
            body.push_str(&format!(
                "<figure><img src=\"/p{at}.jpg\" alt=\"\"><figcaption>{caption}</figcaption></figure>"
            ));
        }
    }
    format!(
        "{head}<body>{bar}<article><h1>{title}</h1>{body}</article>{foot}</body></html>",
        head = head(&title, &script(prose, 200)),
        bar = navigation(prose, 12),
        foot = foot(prose),
    )
}

/// A report: prose around a table of figures.
pub(super) fn report(prose: &mut Prose, story: &[String]) -> String {
    let title = prose.heading();
    let half = story.len() / 2;
    let rows: String = (0..15)
        .map(|_| {
            let name = prose.heading();
            let [a, b, c] = [(); 3].map(|()| prose.number(10..9_999));
            format!("<tr><td>{name}</td><td>{a}</td><td>{b}</td><td>{c}</td></tr>\n")
        })
        .collect();
    format!(
        "{head}<body>{bar}<main><article><h1>{title}</h1>{before}<table><thead><tr><th>Place</th>\
         <th>Spring</th><th>Summer</th><th>Autumn</th></tr></thead><tbody>{rows}</tbody></table>\
         {after}</article></main>{foot}</body></html>",
        head = head(&title, ""),
        bar = navigation(prose, 8),
        before = paragraphs(&story[..half]),
        after = paragraphs(&story[half..]),
        foot = foot(prose),
    )
}

/// As pages were written in 1999: a menu of links, `<font>` and no semantic element.
pub(super) fn legacy(prose: &mut Prose, story: &[String]) -> String {
    let title = prose.heading();
    let links: String =
        (0..10).map(|at| format!("<a href=\"p{at}.htm\">{}</a><br>", prose.heading())).collect();
    let body: String = story.iter().map(|text| format!("<p>{text}\n")).collect();
    format!(
        "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01 Transitional//EN\"><html><head>\
         <meta http-equiv=\"Content-Type\" content=\"text/html; charset=windows-1252\">\
         <title>{title}</title></head><body bgcolor=\"#ffffff\"><div id=\"menu\">{links}\
         <font size=1><a href=\"ads.htm\">{NOISE}</a></font></div><hr><div><h1>{title}</h1>\n\
         {body}</div><hr><div id=\"footer\"><font size=1>{NOISE}</font></div></body></html>"
    )
}

/// Instructions: the story's sentences as numbered steps.
pub(super) fn how_to(prose: &mut Prose, story: &[String]) -> String {
    let title = prose.heading();
    let mut body = format!("<p>{}</p>", story[0]);
    for paragraph in &story[1..] {
        body.push_str(&format!("<h2>{}</h2>\n<ol>\n", prose.heading()));
        for step in paragraph.split_inclusive(". ") {
            body.push_str(&format!("<li>{}</li>\n", step.trim()));
        }
        body.push_str("</ol>\n");
    }
    format!(
        "{head}<body>{bar}<main><article><h1>{title}</h1>{body}</article></main>{foot}</body></html>",
        head = head(&title, ""),
        bar = navigation(prose, 6),
        foot = foot(prose),
    )
}

fn head(title: &str, script: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <style>body{{font-family:serif}}nav a{{margin:0 1em}}</style>{script}</head>"
    )
}

/// Bulk that a reader must skip, as real pages have it.
fn script(prose: &mut Prose, lines: u32) -> String {
    let lines: String =
        (0..lines).map(|at| format!("track({at},\"{}\");\n", prose.heading())).collect();
    format!("<script>{lines}</script>")
}

fn paragraphs(story: &[String]) -> String {
    story.iter().map(|text| format!("<p>{text}</p>\n")).collect()
}

fn links(prose: &mut Prose, count: u32) -> String {
    (0..count).map(|at| format!("<li><a href=\"/l{at}\">{}</a></li>", prose.heading())).collect()
}

fn navigation(prose: &mut Prose, count: u32) -> String {
    let links = links(prose, count);
    format!("<header><nav><ul>{links}<li><a href=\"/ads\">{NOISE}</a></li></ul></nav></header>")
}

fn margin(prose: &mut Prose, count: u32) -> String {
    format!("<aside class=\"sidebar\"><h3>{NOISE}</h3><ul>{}</ul></aside>", links(prose, count))
}

fn foot(prose: &mut Prose) -> String {
    format!("<footer><p>{NOISE}</p><ul>{}</ul></footer>", links(prose, 8))
}

//! Textract's answer is a heap of blocks that name each other; here it becomes lines in reading order.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

/// What was read.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Document {
    /// Pages that were read.
    pub pages: u32,
    /// In the order of reading.
    pub lines: Vec<Line>,
}

/// A line of print.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Line {
    /// What it says.
    pub text: String,
    /// How sure Textract is of it, from 0 to 1.
    pub confidence: f32,
    /// What it is on the page.
    pub layout: Layout,
    /// The block of the page it is in, counted from 0: lines with one number are one paragraph, and
    /// lines that Textract puts nowhere have none.
    pub block: Option<usize>,
}

/// What a line is on its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Layout {
    /// The title of the document.
    Title,
    /// A heading.
    Heading,
    /// Running text.
    Text,
    /// An item of a list.
    List,
    /// In a table.
    Table,
    /// In a form, or in a picture.
    Other,
    /// What is on every page: head, foot, number.
    Margin,
}

impl Document {
    /// What a listener wants to hear: a paragraph each line of the answer, without what stands in the
    /// margins of every page.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut last: Option<Option<usize>> = None;
        for line in self.lines.iter().filter(|line| line.layout != Layout::Margin) {
            if let Some(last) = last {
                let same = last.is_some() && last == line.block;
                text.push_str(if same { " " } else { "\n" });
            }
            text.push_str(&line.text);
            last = Some(line.block);
        }
        text
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    blocks: Vec<Block>,
    document_metadata: Option<Metadata>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    pages: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Block {
    id: String,
    block_type: String,
    text: Option<String>,
    confidence: Option<f32>,
    #[serde(default)]
    relationships: Option<Vec<Relationship>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Relationship {
    r#type: String,
    #[serde(default)]
    ids: Vec<String>,
}

impl Block {
    fn children(&self) -> impl Iterator<Item = &str> {
        let all = self.relationships.iter().flatten().filter(|it| it.r#type == "CHILD");
        all.flat_map(|it| &it.ids).map(String::as_str)
    }

    fn layout(&self) -> Option<Layout> {
        Some(match self.block_type.strip_prefix("LAYOUT_")? {
            "TITLE" => Layout::Title,
            "SECTION_HEADER" => Layout::Heading,
            "TEXT" => Layout::Text,
            "LIST" => Layout::List,
            "TABLE" => Layout::Table,
            "HEADER" | "FOOTER" | "PAGE_NUMBER" => Layout::Margin,
            _ => Layout::Other,
        })
    }
}

/// The lines of an answer.
///
/// # Errors
/// When it is not one.
pub(super) fn document(answer: &[u8]) -> Result<Document, String> {
    let answer: Answer = serde_json::from_slice(answer).map_err(|error| error.to_string())?;
    let blocks: HashMap<&str, &Block> =
        answer.blocks.iter().map(|block| (block.id.as_str(), block)).collect();
    let mut reader = Reader { blocks, seen: HashSet::new(), lines: Vec::new(), block: 0 };
    // Items of a list are blocks of text of their own, which are told again behind it.
    for block in &answer.blocks {
        if let Some(layout) = block.layout() {
            reader.read(block, layout);
        }
    }
    // Whatever lies in no block of the layout must not be lost.
    for block in answer.blocks.iter().filter(|block| block.block_type == "LINE") {
        reader.line(block, Layout::Other, None);
    }
    let pages = answer.document_metadata.map_or(0, |it| it.pages);
    Ok(Document { pages, lines: reader.lines })
}

struct Reader<'a> {
    blocks: HashMap<&'a str, &'a Block>,
    /// Ids of what was read; also keeps blocks that name each other from going round.
    seen: HashSet<&'a str>,
    lines: Vec<Line>,
    block: usize,
}

impl<'a> Reader<'a> {
    /// A block of the layout with all that is in it.
    fn read(&mut self, block: &'a Block, layout: Layout) {
        let mut open = vec![block];
        while let Some(block) = open.pop() {
            if !self.seen.insert(&block.id) {
                continue;
            }
            let children: Vec<&Block> =
                block.children().filter_map(|id| self.blocks.get(id).copied()).collect();
            let (lines, blocks): (Vec<&Block>, Vec<&Block>) =
                children.into_iter().partition(|child| child.block_type == "LINE");
            let number = self.block;
            for line in lines.iter().copied() {
                self.line(line, layout, Some(number));
            }
            self.block += usize::from(!lines.is_empty());
            // Only blocks of the layout: words of lines, cells and the like say nothing new.
            let inner = blocks.into_iter().rev().filter(|child| child.layout().is_some());
            open.extend(inner);
        }
    }

    fn line(&mut self, block: &'a Block, layout: Layout, number: Option<usize>) {
        let Some(text) = block.text.as_deref().map(str::trim).filter(|text| !text.is_empty())
        else {
            return;
        };
        if self.seen.insert(&block.id) {
            let confidence = block.confidence.unwrap_or(0.0) / 100.0;
            self.lines.push(Line { text: text.to_owned(), confidence, layout, block: number });
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Layout, document};

    fn block(id: &str, kind: &str, children: &[&str]) -> Value {
        let relationships = json!([{ "Type": "CHILD", "Ids": children }]);
        json!({ "Id": id, "BlockType": kind, "Confidence": 99.5, "Relationships": relationships })
    }

    fn line(id: &str, text: &str) -> Value {
        json!({ "Id": id, "BlockType": "LINE", "Text": text, "Confidence": 98.0 })
    }

    #[test]
    fn lines_come_as_people_read_them() {
        // Two columns: from left to right the lines would be mixed.
        let blocks = json!({ "DocumentMetadata": { "Pages": 1 }, "Blocks": [
            { "Id": "page", "BlockType": "PAGE" },
            line("1", "The Daily Mill"), line("2", "The mill"), line("3", "The river"),
            line("4", "stood still."), line("5", "rose."), line("6", "first"), line("7", "second"),
            line("8", "page 7"), line("9", "A caption"), line("empty", "  "),
            block("a", "LAYOUT_HEADER", &["1"]),
            block("b", "LAYOUT_TITLE", &["2", "4"]),
            block("c", "LAYOUT_TEXT", &["3", "5"]),
            block("d", "LAYOUT_LIST", &["e", "f"]),
            block("e", "LAYOUT_TEXT", &["6", "unknown"]),
            block("f", "LAYOUT_TEXT", &["7", "d"]),
            block("g", "LAYOUT_PAGE_NUMBER", &["8"]),
        ]});
        let read = document(blocks.to_string().as_bytes()).unwrap();
        assert_eq!(read.pages, 1);
        let lines: Vec<_> = read.lines.iter().map(|it| (it.text.as_str(), it.layout)).collect();
        let expected = [
            ("The Daily Mill", Layout::Margin),
            ("The mill", Layout::Title),
            ("stood still.", Layout::Title),
            ("The river", Layout::Text),
            ("rose.", Layout::Text),
            ("first", Layout::List),
            ("second", Layout::List),
            ("page 7", Layout::Margin),
            ("A caption", Layout::Other),
        ];
        assert_eq!(lines, expected);
        let text = "The mill stood still.\nThe river rose.\nfirst\nsecond\nA caption";
        assert_eq!(read.text(), text);
        assert!((read.lines[0].confidence - 0.98).abs() < 1e-6);
    }

    #[test]
    fn an_empty_page_has_no_lines_and_no_answer_is_refused() {
        let empty = document(br#"{"Blocks":[{"Id":"p","BlockType":"PAGE"}]}"#).unwrap();
        assert_eq!((empty.lines.len(), empty.text().as_str()), (0, ""));
        for answer in ["", "{}", "[]", r#"{"Blocks":[{"Id":7}]}"#] {
            assert!(document(answer.as_bytes()).is_err(), "{answer}");
        }
    }
}

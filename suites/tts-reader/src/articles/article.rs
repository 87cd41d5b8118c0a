//! An article: its address, what must be found in it and what must not.

use super::html;
use crate::prose::Prose;

/// A phrase of the navigation, the margin and the foot of every page, which nobody wants to hear.
pub(super) const NOISE: &str = "Today's special offers from our partners";

/// What kind of page it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A news story between navigation, margin and foot.
    News,
    /// A personal page of few elements.
    Blog,
    /// A story of 8,000 characters and more.
    LongRead,
    /// A report with a large table.
    Tables,
    /// An old page in windows-1252, said only by its `<meta>`, without semantic elements.
    Legacy,
    /// Instructions in numbered lists.
    Lists,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 6] =
        [Self::News, Self::Blog, Self::LongRead, Self::Tables, Self::Legacy, Self::Lists];

    fn folder(self) -> &'static str {
        match self {
            Self::News => "news",
            Self::Blog => "blog",
            Self::LongRead => "long-reads",
            Self::Tables => "reports",
            Self::Legacy => "archive",
            Self::Lists => "how-to",
        }
    }

    /// Characters of the story, before headings, lists and tables.
    fn length(self, prose: &mut Prose) -> usize {
        let range = match self {
            Self::News | Self::Legacy => 1_200..3_000,
            Self::Blog => 900..4_000,
            Self::LongRead => 8_000..15_000,
            Self::Tables => 2_000..4_000,
            Self::Lists => 900..1_800,
        };
        prose.number(range) as usize
    }
}

/// An article of the site. The same kind and number are the same page, byte for byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Article {
    kind: Kind,
    number: u64,
}

/// A page as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The `Content-Type` header.
    pub content_type: &'static str,
    /// The bytes.
    pub body: Vec<u8>,
}

impl Article {
    /// The article of a kind with a number.
    pub fn new(kind: Kind, number: u64) -> Self {
        Self { kind, number }
    }

    /// The article with a number, of a kind that the number decides.
    pub fn drawn(number: u64) -> Self {
        Self { kind: Kind::ALL[(number % Kind::ALL.len() as u64) as usize], number }
    }

    /// Its path on the site.
    pub fn path(&self) -> String {
        format!("/{}/{:016x}", self.kind.folder(), self.number)
    }

    /// The article at a path of the site.
    pub fn at(path: &str) -> Option<Self> {
        let (folder, number) = path.strip_prefix('/')?.split_once('/')?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.folder() == folder)?;
        let number = u64::from_str_radix(number, 16).ok()?;
        Some(Self { kind, number }).filter(|article| article.path() == path)
    }

    /// Three sentences that only this article has: one at the beginning, one in the middle and the
    /// last one.
    pub fn markers(&self) -> [String; 3] {
        let mut prose = Prose::new(!self.number);
        ["first", "middle", "last"].map(|place| {
            let (witness, figure) = (prose.number(100..1_000), prose.number(100_000..1_000_000));
            match self.kind {
                // Letters that only come out right when the encoding was understood.
                Kind::Legacy => format!(
                    "Zoë of the café on Müller Square called the {place} figure “{figure}” naïve."
                ),
                _ => format!("Witness {witness} gave the figure {figure} for the {place} entry."),
            }
        })
    }

    /// Whether a text is that of the whole article: it has the three sentences, in order, and
    /// nothing of what stands around the article.
    pub fn is_read_by(&self, text: &str) -> bool {
        let mut rest = text;
        let in_order = self.markers().iter().all(|marker| {
            rest.split_once(marker.as_str()).map(|(_, after)| rest = after).is_some()
        });
        in_order && !text.contains(NOISE)
    }

    /// Whether a text is the beginning of the article.
    pub fn begins_with(&self, text: &str) -> bool {
        text.contains(&self.markers()[0]) && !text.contains(NOISE)
    }

    /// The page as it is sent.
    pub fn page(&self) -> Page {
        let mut prose = Prose::new(self.number);
        let story = self.story(&mut prose);
        let html = match self.kind {
            Kind::News => html::news(&mut prose, &story),
            Kind::Blog => html::blog(&mut prose, &story),
            Kind::LongRead => html::long_read(&mut prose, &story),
            Kind::Tables => html::report(&mut prose, &story),
            Kind::Legacy => html::legacy(&mut prose, &story),
            Kind::Lists => html::how_to(&mut prose, &story),
        };
        if self.kind == Kind::Legacy {
            let (body, _, _) = encoding_rs::WINDOWS_1252.encode(&html);
            return Page { content_type: "text/html", body: body.into_owned() };
        }
        Page { content_type: "text/html; charset=utf-8", body: html.into_bytes() }
    }

    /// Its paragraphs, the markers in their places.
    fn story(&self, prose: &mut Prose) -> Vec<String> {
        let length = self.kind.length(prose);
        let mut paragraphs = Vec::new();
        let mut written = 0;
        while written < length || paragraphs.len() < 3 {
            let target = prose.number(180..650) as usize;
            let paragraph = prose.passage(target);
            written += paragraph.len();
            paragraphs.push(paragraph);
        }
        let [first, middle, last] = self.markers();
        let half = paragraphs.len() / 2;
        paragraphs[0].insert_str(0, &format!("{first} "));
        paragraphs[half].push_str(&format!(" {middle}"));
        let end = paragraphs.len() - 1;
        paragraphs[end].push_str(&format!(" {last}"));
        paragraphs
    }
}

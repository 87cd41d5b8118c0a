//! Options of this load test beside those of every load test.

use katydid::{BoxError, Options, SuiteOption};
use url::Url;

use crate::texts::Length;

const ARTICLE_HOSTS: &str = "article-hosts";
const TEXT_LENGTH: &str = "text-length";
const RETURNING_SHARE: &str = "returning-share";

/// What the options ask for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wishes {
    /// Pages to extract from instead of this load test's own.
    pub(crate) pages: Vec<String>,
    /// How long the texts are that users have spoken.
    pub(crate) length: Length,
    /// The share of TTSReaderUsers that come back to an account they have, 0 to 1.
    pub(crate) returning: f64,
}

/// Their declarations.
pub(crate) fn declared() -> [SuiteOption; 3] {
    [
        SuiteOption::list(ARTICLE_HOSTS).help(
            "Pages that the target extracts from, http:// or https://, instead of the articles \
             that this program serves on loopback",
        ),
        SuiteOption::text(TEXT_LENGTH)
            .help("Texts that users have spoken: mixed, short, medium, long, or so many characters")
            .default("mixed"),
        SuiteOption::number(RETURNING_SHARE)
            .help("Share of the TTSReaderUsers that come back to their account, 0 to 1; others are new")
            .default("0.7"),
    ]
}

impl Wishes {
    /// Reads the options.
    ///
    /// # Errors
    /// A value that cannot be meant, with its option.
    pub(crate) fn read(options: &Options) -> Result<Self, BoxError> {
        let pages = options.list(ARTICLE_HOSTS).into_iter().map(page);
        let length = Length::parse(options.text(TEXT_LENGTH).unwrap_or_default());
        let returning = options.number(RETURNING_SHARE).unwrap_or_default();
        if !(0.0..=1.0).contains(&returning) {
            return Err(
                format!("--{RETURNING_SHARE} {returning}: a share lies between 0 and 1").into()
            );
        }
        Ok(Self {
            pages: pages.collect::<Result<_, _>>()?,
            length: length.map_err(|fault| format!("--{TEXT_LENGTH} {fault}"))?,
            returning,
        })
    }
}

fn page(text: &str) -> Result<String, BoxError> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {
            Ok(url.to_string())
        }
        _ => Err(format!(
            "--{ARTICLE_HOSTS} {text}: write the address of a page, like https://example.org/news"
        )
        .into()),
    }
}

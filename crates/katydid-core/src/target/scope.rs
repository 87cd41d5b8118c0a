//! Which requests a target is about.

use std::fmt;
use std::sync::Arc;

use crate::recorder::{RowKey, RowKind, TRANSACTION};
use serde::{Deserialize, Serialize};

/// The requests that a target is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Scope {
    /// All requests.
    #[default]
    All,
    /// Requests of one name, of one method or of any. A label counts along: `/api/login` has the
    /// requests of `/api/login[new]` too, but not those of `/api/login/[id]`. With the method
    /// `TRANSACTION` it is the transaction of this name.
    Name {
        /// The method, when only one is meant.
        method: Option<String>,
        /// The name in the tables.
        name: String,
    },
    /// Requests with this tag.
    Tag(String),
    /// Requests of a class.
    Class(TagClass),
}

/// A class of requests: a set of tags in a row of such sets, of which the first that matches
/// counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagClass {
    name: String,
    tags: Vec<String>,
    before: Vec<String>,
}

impl TagClass {
    /// Classes from names and tags, in their order. One without tags has what the ones before it
    /// have left.
    pub fn in_order<'a>(
        classes: impl IntoIterator<Item = (&'a str, &'a [String])>,
    ) -> Vec<TagClass> {
        let mut before: Vec<String> = Vec::new();
        let mut ordered = Vec::new();
        for (name, tags) in classes {
            let (name, tags) = (name.to_owned(), tags.to_vec());
            ordered.push(Self { name, tags: tags.clone(), before: before.clone() });
            before.extend(tags);
        }
        ordered
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its tags; none for the class of what is left.
    pub fn tags(&self) -> &[String] {
        &self.tags
    }

    fn accepts(&self, tags: &[Arc<str>]) -> bool {
        let any = |set: &[String]| tags.iter().any(|tag| set.iter().any(|known| **known == **tag));
        !any(&self.before) && (self.tags.is_empty() || any(&self.tags))
    }
}

impl Scope {
    /// Requests of this name, whatever their method.
    pub fn name(name: &str) -> Self {
        Self::Name { method: None, name: name.to_owned() }
    }

    /// Whether requests with these tags are meant. `None` when tags alone do not say.
    pub fn accepts_tags(&self, tags: &[Arc<str>]) -> Option<bool> {
        match self {
            Self::All => Some(true),
            Self::Name { .. } => None,
            Self::Tag(tag) => Some(tags.iter().any(|known| **known == **tag)),
            Self::Class(class) => Some(class.accepts(tags)),
        }
    }

    /// Whether it is about a transaction, which is in no other scope.
    pub(crate) fn is_transaction(&self) -> bool {
        matches!(self, Self::Name { method: Some(method), .. } if method == TRANSACTION)
    }

    /// Whether a row is meant.
    pub(crate) fn accepts(&self, key: &RowKey) -> bool {
        if (key.kind == RowKind::Transaction) != self.is_transaction() {
            return false;
        }
        match self {
            Self::Name { method, name } => {
                method.as_ref().is_none_or(|method| **method == *key.method)
                    && (*key.name == **name || without_label(&key.name) == name)
            }
            other => other.accepts_tags(&key.tags).unwrap_or_default(),
        }
    }
}

/// A name without the label at its end: `/api/login` of `/api/login[new]`. What is a part of a path
/// of its own, as in `/items/[id]`, is no label.
fn without_label(name: &str) -> &str {
    match name.strip_suffix(']').and_then(|rest| rest.rsplit_once('[')) {
        Some((plain, _)) if !plain.is_empty() && !plain.ends_with(['/', '=']) => plain,
        _ => name,
    }
}

/// As it stands behind `on`; nothing for all requests.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => Ok(()),
            Self::Name { method: Some(method), name } => write!(f, "{method} {}", quoted(name)),
            Self::Name { method: None, name } => f.write_str(&quoted(name)),
            Self::Tag(tag) => write!(f, "tag {tag}"),
            Self::Class(class) => write!(f, "class {}", class.name),
        }
    }
}

/// Paths without blanks stand as they are; other names could be taken for words.
fn quoted(name: &str) -> String {
    let plain = name.starts_with('/') && !name.contains(char::is_whitespace);
    if plain { name.to_owned() } else { format!("\"{name}\"") }
}

//! How far a fetch is, for those who show it.

/// How far a fetch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It waits for its turn.
    Waiting,
    /// The site is asked.
    Fetching,
    /// So much of the page is here.
    Received {
        /// Bytes, after decompression.
        bytes: u64,
        /// Bytes of the whole page, if its site told.
        of: Option<u64>,
    },
}

/// Is told each step; called often, so it must be quick.
pub type Watch<'a> = dyn Fn(Stage) + Sync + 'a;

//! E-mail: what is written (`letter`), who carries it (`post`), and which way out it takes
//! (`outbox`).

mod letter;
mod outbox;
mod post;

pub(crate) use letter::Letter;
pub(crate) use post::Post;

//! Who has logged in.

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use tokio::time::Instant;

use super::access::Role;
use super::secret::{Print, random};

/// Sessions at one time; of more, the one that was quiet longest ends.
const MOST: usize = 256;
/// A session ends after so long without a request.
const IDLE: Duration = Duration::from_hours(12);

/// Sessions by what is kept of their secret.
#[derive(Debug, Default)]
pub(super) struct Sessions(HashMap<Print, Session>);

#[derive(Debug)]
struct Session {
    name: String,
    role: Role,
    seen: Instant,
}

impl Sessions {
    /// Begins one; the secret is for the cookie.
    pub(super) fn begin(&mut self, name: &str, role: Role) -> io::Result<String> {
        self.0.retain(|_, session| session.seen.elapsed() < IDLE);
        if self.0.len() >= MOST {
            let oldest = self.0.iter().min_by_key(|(_, session)| session.seen);
            if let Some(oldest) = oldest.map(|(print, _)| *print) {
                self.0.remove(&oldest);
            }
        }
        let secret = random()?;
        let session = Session { name: name.to_owned(), role, seen: Instant::now() };
        self.0.insert(Print::of(&secret), session);
        Ok(secret)
    }

    /// Whose it is.
    pub(super) fn find(&mut self, secret: &str) -> Option<(String, Role)> {
        let print = Print::of(secret);
        let session = self.0.get_mut(&print)?;
        if session.seen.elapsed() >= IDLE {
            self.0.remove(&print);
            return None;
        }
        session.seen = Instant::now();
        Some((session.name.clone(), session.role))
    }

    pub(super) fn end(&mut self, secret: &str) {
        self.0.remove(&Print::of(secret));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn sessions_end_and_are_bounded() {
        let mut sessions = Sessions::default();
        let first = sessions.begin("ada", Role::Viewer).expect("random numbers");
        assert_eq!(sessions.find(&first), Some(("ada".to_owned(), Role::Viewer)));
        assert_eq!(sessions.find("guessed"), None);
        tokio::time::advance(IDLE).await;
        assert_eq!(sessions.find(&first), None);
        let first = sessions.begin("ada", Role::Viewer).expect("random numbers");
        for _ in 0..MOST {
            tokio::time::advance(Duration::from_secs(1)).await;
            sessions.begin("bob", Role::Operator).expect("random numbers");
        }
        assert_eq!(sessions.0.len(), MOST);
        assert_eq!(sessions.find(&first), None);
    }
}

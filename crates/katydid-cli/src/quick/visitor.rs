//! The one user class of `katydid URL`: the same request again and again, without a wait.

use std::sync::Arc;

use katydid_engine::{Class, NewUser, Session, Task, TaskError, TaskResult, UserClass};

/// What every user sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// Method.
    pub(crate) method: String,
    /// Path and query.
    pub(crate) path: String,
    /// Checked headers.
    pub(crate) headers: Vec<(String, String)>,
    /// Body with its content type.
    pub(crate) body: Option<(Vec<u8>, String)>,
    /// Requests of all users together, if bounded.
    pub(crate) requests: Option<u64>,
    /// Users that share them.
    pub(crate) users: u32,
}

impl Request {
    /// Requests of one user: an even share, the first users take the rest.
    fn share(&self, user: u32) -> Option<u64> {
        let users = u64::from(self.users);
        self.requests.map(|all| all / users + u64::from(u64::from(user) < all % users))
    }
}

struct Visitor {
    request: Arc<Request>,
    left: Option<u64>,
}

/// The class that sends `request`.
pub(crate) fn class(request: Request) -> Class {
    let request = Arc::new(request);
    let make = move |user: &NewUser<'_>| Visitor {
        request: Arc::clone(&request),
        left: request.share(user.index),
    };
    UserClass::new("Visitor", make)
        .on_start(|user, session| Box::pin(Visitor::dress(user, session)))
        .task(Task::new("visit", |user, session| Box::pin(Visitor::visit(user, session))))
        .into()
}

impl Visitor {
    #[expect(clippy::unused_async, reason = "a hook is async; this one only sets headers")]
    async fn dress(&mut self, session: &mut Session) -> TaskResult {
        for (name, value) in &self.request.headers {
            session.set_header(name, value);
        }
        Ok(())
    }

    async fn visit(&mut self, session: &mut Session) -> TaskResult {
        let mut request = session.request(&self.request.method, &self.request.path);
        if let Some((body, content_type)) = &self.request.body {
            request = request.body(body.clone(), content_type);
        }
        let answer = request.send().await;
        if let Some(left) = &mut self.left {
            *left -= 1;
            if *left == 0 {
                return Err(TaskError::StopUser);
            }
        }
        answer?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_of_all_users_add_up() {
        let request = |requests, users| Request {
            method: "GET".to_owned(),
            path: "/".to_owned(),
            headers: Vec::new(),
            body: None,
            requests: Some(requests),
            users,
        };
        for (requests, users) in [(1, 1), (10, 3), (1_000, 7), (50, 50)] {
            let request = request(requests, users);
            let sum: u64 = (0..users).filter_map(|user| request.share(user)).sum();
            assert_eq!(sum, requests);
            assert!((0..users).all(|user| request.share(user) > Some(0)));
        }
    }
}

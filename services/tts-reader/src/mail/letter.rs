//! What is written to whom.

use lettre::{
    Message,
    message::{
        Body, Mailbox,
        header::{ContentTransferEncoding, ContentType},
    },
};

use crate::store::{Addressee, Purpose};

/// Longest line that mail servers let through as it is, without its end.
const LINE_BYTES: usize = 998;

/// A letter before it has a sender.
#[derive(Debug)]
pub(crate) struct Letter {
    to: String,
    subject: &'static str,
    text: String,
}

impl Letter {
    /// The letter for that purpose, with the token in its link.
    pub(crate) fn new(purpose: Purpose, to: &Addressee, frontend: &str, token: &str) -> Self {
        let (subject, template, page) = match purpose {
            Purpose::VerifyEmail => (
                "Please confirm your address",
                include_str!("letters/verify_email.txt"),
                "email-verification",
            ),
            Purpose::ResetPassword => (
                "A new password for TTS Reader",
                include_str!("letters/reset_password.txt"),
                "reset-password",
            ),
        };
        let link = format!("{frontend}/{page}?token={token}");
        let text = template.replace("{username}", &to.username).replace("{link}", &link);
        Self { to: to.email.clone(), subject, text }
    }

    /// As it goes over the wire.
    ///
    /// # Errors
    /// When the address is one that we take and the mail library does not.
    pub(super) fn message(&self, from: &Mailbox) -> Result<Message, String> {
        let to = self.to.parse().map_err(|error| format!("the address: {error}"))?;
        Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, to))
            .subject(self.subject)
            .date_now()
            .message_id(None)
            .header(ContentType::TEXT_PLAIN)
            .body(self.body())
            .map_err(|error| error.to_string())
    }

    /// Plain where that is allowed: a link that is broken into pieces cannot be copied from a file.
    fn body(&self) -> Body {
        let text = self.text.replace('\n', "\r\n");
        if text.is_ascii() && text.lines().all(|line| line.len() <= LINE_BYTES) {
            Body::dangerous_pre_encoded(text.into_bytes(), ContentTransferEncoding::SevenBit)
        } else {
            Body::new(text)
        }
    }
}

//! What everybody can do with an account of their own: log in, and delete it.

use serde_json::{Value, json};
use tts_reader_accounts::RegistryError;

use super::answer::stranger;
use super::remote::Remote;

/// A login. Shown nowhere.
pub(crate) struct Token {
    bearer: String,
    /// The service asks for it again before it deletes the account.
    password: String,
}

impl Remote {
    /// A login with this password; `None` when nobody has that name with it.
    ///
    /// # Errors
    /// The service cannot be asked.
    pub(crate) fn log_in(
        &self,
        username: &str,
        password: &str,
    ) -> Result<Option<Token>, RegistryError> {
        let body = json!({ "username": username, "password": password }).to_string();
        let request = self.client().post(format!("{}/api/login", self.base()));
        let answer = self.ask(request.header("content-type", "application/json").body(body))?;
        if answer.status == 401 {
            return Ok(None);
        }
        let login: Value = answer.read(self.base())?;
        match login["access_token"].as_str() {
            Some(token) => {
                Ok(Some(Token { bearer: token.to_owned(), password: password.to_owned() }))
            }
            None => Err(RegistryError::Refused(stranger(self.base(), "a login has no token"))),
        }
    }

    /// Deletes the account that logged in, with its credits, history and audio.
    ///
    /// # Errors
    /// The service did not do it.
    pub(crate) fn delete_user(&self, token: &Token) -> Result<(), RegistryError> {
        let request = self.client().delete(format!("{}/api/user", self.base()));
        let body = json!({ "password": token.password }).to_string();
        let request = request.header("content-type", "application/json").body(body);
        let answer = self.ask(request.bearer_auth(&token.bearer))?;
        match answer.status {
            // 401: the account is gone, and its login with it.
            200 | 204 | 401 => Ok(()),
            _ => answer.read::<Value>(self.base()).map(drop),
        }
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

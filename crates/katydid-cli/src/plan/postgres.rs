//! `postgres = "…"` of a monitor: where the database is, and where its password comes from.

use std::borrow::Cow;

use katydid_monitor::PostgresUrl;
use regex::Regex;

use super::error::PlanError;
use super::table::Entry;

/// A database as the plan has it.
#[derive(Clone, Debug)]
pub(super) struct PlannedPostgres {
    url: PostgresUrl,
    /// The environment variable with the password.
    variable: Option<String>,
}

/// Reads the address and the name of the variable.
pub(super) fn postgres(
    what: &Entry<'_>,
    variable: Option<&Entry<'_>>,
) -> Result<PlannedPostgres, PlanError> {
    let url: PostgresUrl =
        what.text()?.parse().map_err(|fault| what.wrong_value(format!("`postgres`: {fault}")))?;
    let name = variable.map(Entry::text).transpose()?;
    if let Some(variable) = variable.filter(|_| url.has_password()) {
        return Err(variable.wrong("the address has a password too; take it out there"));
    }
    Ok(PlannedPostgres { url, variable: name.map(str::to_owned) })
}

impl PlannedPostgres {
    /// The address with its password.
    ///
    /// # Errors
    /// The environment lacks it.
    pub(super) fn url(&self, env: fn(&str) -> Option<String>) -> Result<PostgresUrl, String> {
        let url = self.url.clone();
        let Some(name) = &self.variable else { return Ok(url) };
        let password = env(name).filter(|password| !password.is_empty()).ok_or_else(|| {
            format!(
                "it is not watched: the environment has no {name}, from which password-env takes \
                 the password; set it before the run"
            )
        })?;
        if password.contains('\0') {
            return Err(format!("it is not watched: {name} has a zero byte in it"));
        }
        Ok(url.with_password(password, name))
    }

    /// The address as long as nobody asks it.
    pub(super) fn bare(&self) -> PostgresUrl {
        self.url.clone()
    }

    /// A password does not belong into a file that is kept with the code.
    pub(super) fn warning(&self) -> Option<String> {
        self.url.has_password().then(|| {
            "its password stands in the plan for everybody to read; set it in the environment and \
             name the variable: password-env = \"NAME\""
                .to_owned()
        })
    }
}

/// The text of a plan without the passwords of its addresses.
pub(crate) fn without_passwords(plan: &str) -> Cow<'_, str> {
    let address = Regex::new(r#"(?i)(postgres(?:ql)?://[^:/@\s"']*):[^\s"']*@"#);
    address.expect("it is a pattern").replace_all(plan, "$1:***@")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_shown_without_passwords() {
        let plan = "a = \"postgres://me:p@:/@h:1/d\" # x@y\nb = 'postgresql://u:p@h/d'\nc = \
                    \"postgres://u@h/d\"\npassword-env = \"DB\"";
        let shown = "a = \"postgres://me:***@h:1/d\" # x@y\nb = 'postgresql://u:***@h/d'\nc = \
                     \"postgres://u@h/d\"\npassword-env = \"DB\"";
        assert_eq!(without_passwords(plan), shown);
    }
}

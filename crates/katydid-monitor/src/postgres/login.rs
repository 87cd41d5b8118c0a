//! Logging in: who asks, and how that is shown.

use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use postgres_protocol::message::backend::{AuthenticationSaslBody, Message};
use postgres_protocol::message::frontend;

use fallible_iterator::FallibleIterator as _;

use super::fault::{Fault, Refusal};
use super::link::Link;
use super::url::PostgresUrl;

/// By this name others see the connection in `pg_stat_activity`.
const NAME: &str = "katydid";

/// Logs in; the server's version as it says it.
pub(super) fn log_in(link: &mut Link, to: &PostgresUrl) -> Result<String, Fault> {
    let parameters = [
        ("user", to.user.as_str()),
        ("database", &to.database),
        ("application_name", NAME),
        ("client_encoding", "UTF8"),
    ];
    link.send(|out| frontend::startup_message(parameters, out))?;
    let mut version = String::new();
    loop {
        match link.receive()? {
            Message::AuthenticationCleartextPassword => {
                if !link.is_encrypted() && !to.is_near() {
                    return Err(Fault::WantsClearPassword);
                }
                let password = password(to)?.as_bytes();
                link.send(|out| frontend::password_message(password, out))?;
            }
            Message::AuthenticationMd5Password(body) => {
                let (user, password) = (to.user.as_bytes(), password(to)?.as_bytes());
                let hash = md5_hash(user, password, body.salt());
                link.send(|out| frontend::password_message(hash.as_bytes(), out))?;
            }
            Message::AuthenticationSasl(ways) => scram(link, to, &ways)?,
            Message::AuthenticationGss => return Err(Fault::WantsOtherLogin("GSSAPI")),
            Message::AuthenticationKerberosV5 => return Err(Fault::WantsOtherLogin("Kerberos")),
            Message::AuthenticationSspi => return Err(Fault::WantsOtherLogin("SSPI")),
            Message::ParameterStatus(parameter) => {
                if parameter.name().is_ok_and(|name| name == "server_version") {
                    parameter.value().unwrap_or_default().clone_into(&mut version);
                }
            }
            Message::AuthenticationOk | Message::BackendKeyData(_) | Message::NoticeResponse(_) => {
            }
            Message::ErrorResponse(body) => return Err(Fault::Refused(Refusal::read(&body))),
            Message::ReadyForQuery(_) => return Ok(version),
            _ => return Err(Fault::NoPostgres),
        }
    }
}

fn password(to: &PostgresUrl) -> Result<&str, Fault> {
    to.password.as_ref().map(|it| it.text.as_str()).ok_or(Fault::WantsPassword)
}

/// Both sides show that they know the password, and neither tells it.
fn scram(link: &mut Link, to: &PostgresUrl, ways: &AuthenticationSaslBody) -> Result<(), Fault> {
    let known = ways.mechanisms().any(|way| Ok(way == SCRAM_SHA_256));
    if !known.map_err(|_| Fault::NoPostgres)? {
        return Err(Fault::WantsOtherLogin("a SASL mechanism"));
    }
    let untrue = |fault: std::io::Error| Fault::FalseServer(fault.to_string());
    let mut scram = ScramSha256::new(password(to)?.as_bytes(), ChannelBinding::unsupported());
    link.send(|out| frontend::sasl_initial_response(SCRAM_SHA_256, scram.message(), out))?;
    match link.receive()? {
        Message::AuthenticationSaslContinue(body) => scram.update(body.data()).map_err(untrue)?,
        Message::ErrorResponse(body) => return Err(Fault::Refused(Refusal::read(&body))),
        _ => return Err(Fault::NoPostgres),
    }
    link.send(|out| frontend::sasl_response(scram.message(), out))?;
    match link.receive()? {
        Message::AuthenticationSaslFinal(body) => scram.finish(body.data()).map_err(untrue),
        Message::ErrorResponse(body) => Err(Fault::Refused(Refusal::read(&body))),
        _ => Err(Fault::NoPostgres),
    }
}

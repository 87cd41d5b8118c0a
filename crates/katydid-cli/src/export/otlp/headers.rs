//! Headers for the collector, from the environment: they hold keys, and a command line is seen by
//! everybody on the machine.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::form_urlencoded;

use crate::error::CliError;

/// The variable of every OpenTelemetry exporter: `key=value,key=value`, values percent-encoded.
const VARIABLE: &str = "OTEL_EXPORTER_OTLP_HEADERS";

/// The headers that the environment asks for.
///
/// # Errors
/// Something in it is no header; its value is not told.
pub(super) fn of_environment() -> Result<HeaderMap, CliError> {
    parse(&std::env::var(VARIABLE).unwrap_or_default())
}

fn parse(text: &str) -> Result<HeaderMap, CliError> {
    let mut headers = HeaderMap::new();
    for (number, pair) in text.split(',').map(str::trim).enumerate() {
        if pair.is_empty() {
            continue;
        }
        let wrong = || {
            CliError::Usage(format!(
                "environment {VARIABLE}: entry {} is no `key=value`; write name and value of a \
                 header, several with commas between them",
                number + 1
            ))
        };
        let (name, value) = pair.split_once('=').ok_or_else(wrong)?;
        let name = HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| wrong())?;
        // The decoder is one for forms, in which a plus is a blank.
        let value = format!("v={}", value.trim().replace('+', "%2B").replace('&', "%26"));
        let value = form_urlencoded::parse(value.as_bytes()).next().ok_or_else(wrong)?.1;
        let mut value = HeaderValue::from_str(&value).map_err(|_| wrong())?;
        value.set_sensitive(true);
        headers.append(name, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_and_never_told() {
        let headers = parse("authorization=Basic%20a+b%3D=, x-scope = 7").unwrap();
        assert_eq!(headers["authorization"], "Basic a+b==");
        assert_eq!(headers["x-scope"], "7");
        assert!(!format!("{headers:?}").contains("Basic"));
        assert!(parse("").unwrap().is_empty());
        for wrong in ["secret", "a b=c", "a=%0A"] {
            let text = parse(wrong).unwrap_err().to_string();
            assert!(text.contains("entry 1 is no"), "{text}");
            assert!(!text.contains("secret"), "{text}");
        }
    }
}

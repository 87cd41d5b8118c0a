//! Which names mean secrets.

/// Longest name looked at, in letters and digits; of a longer one the end counts.
const LONGEST: usize = 64;

/// A name with one of these anywhere in it.
const WITHIN: [&str; 8] = [
    "passw",
    "passphrase",
    "secret",
    "apikey",
    "privatekey",
    "accesskey",
    "credential",
    "authcode",
];

/// A name that ends with one of these: `access_token`, `PHPSESSID`, `X-Amz-Signature`.
const AT_END: [&str; 17] = [
    "token",
    "jwt",
    "authorization",
    "authentication",
    "session",
    "sessionid",
    "sessid",
    "cookie",
    "cookies",
    "otp",
    "pwd",
    "cvv",
    "cvc",
    "cardnumber",
    "creditcard",
    "signature",
    "bearer",
];

/// A name that is one of these.
const WHOLE: [&str; 12] = [
    "card", "auth", "xauth", "sid", "pin", "pass", "passcode", "iban", "ssn", "sig", "csrf", "xsrf",
];

/// A name in small letters and digits only: `X-Api-Key` and `x_api_key` are the same.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether what has this name is secret, by the usual names and by `own`, which are plain.
pub(super) fn is_secret(name: &str, own: &[String]) -> bool {
    if !own.is_empty() && own.contains(&plain(name)) {
        return true;
    }
    // Most names are none, and this is asked for every key of a body: no memory is taken.
    let mut letters = [0; LONGEST];
    let mut at = LONGEST;
    let mut bytes = name.bytes().rev();
    while let Some(byte) = bytes.next().filter(|_| at > 0) {
        if byte.is_ascii_alphanumeric() {
            at -= 1;
            letters[at] = byte.to_ascii_lowercase();
        }
    }
    let Ok(name) = std::str::from_utf8(&letters[at..]) else { return false };
    WITHIN.iter().any(|word| name.contains(word))
        || AT_END.iter().any(|word| name.ends_with(word))
        || WHOLE.contains(&name)
}

//! E-mail addresses: the rules of the service's sign-up form, without asking the network.

/// Top domains that can never receive mail (RFC 2606, RFC 6761, RFC 7686).
const SPECIAL_USE: [&str; 6] = ["arpa", "invalid", "local", "localhost", "onion", "test"];

/// The address with its domain in lower case.
///
/// # Errors
/// With the reason, in the words of the contract.
pub(super) fn normalise(address: &str) -> Result<String, &'static str> {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return Err("An email address must have an @-sign.");
    };
    check_local(local)?;
    let domain = domain.to_ascii_lowercase();
    check_domain(&domain)?;
    if address.chars().count() > 128 {
        return Err("The email address is too long.");
    }
    Ok(format!("{local}@{domain}"))
}

fn check_local(local: &str) -> Result<(), &'static str> {
    if local.is_empty() {
        return Err("There must be something before the @-sign.");
    }
    if local.len() > 64 {
        return Err("The email address is too long before the @-sign.");
    }
    let plain = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    if !local.chars().all(plain) {
        return Err("The email address contains invalid characters before the @-sign.");
    }
    if local.starts_with('.') {
        return Err("An email address cannot start with a period.");
    }
    if local.ends_with('.') {
        return Err("An email address cannot have a period immediately before the @-sign.");
    }
    if local.contains("..") {
        return Err("An email address cannot have two periods in a row.");
    }
    Ok(())
}

fn check_domain(domain: &str) -> Result<(), &'static str> {
    if domain.is_empty() {
        return Err("There must be something after the @-sign.");
    }
    let label_fits = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    if !domain.split('.').all(label_fits) {
        return Err("The part after the @-sign contains invalid characters.");
    }
    let top = domain.rsplit('.').next().unwrap_or(domain);
    if SPECIAL_USE.contains(&top) {
        return Err(
            "The part after the @-sign is a special-use or reserved name that cannot be used with \
             email.",
        );
    }
    if !domain.contains('.') {
        return Err("The part after the @-sign is not valid. It should have a period.");
    }
    if top.chars().all(|c| c.is_ascii_digit()) {
        return Err(
            "The part after the @-sign is not valid. It is not within a valid top-level domain.",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::normalise;

    #[test]
    fn good_addresses_keep_their_local_part_and_lose_capitals_after_the_sign() {
        for (given, kept) in [
            ("newbie_1@example.com", "newbie_1@example.com"),
            ("Ann.Lee+load@Mail.EXAMPLE.org", "Ann.Lee+load@mail.example.org"),
        ] {
            assert_eq!(normalise(given).as_deref(), Ok(kept));
        }
    }

    #[test]
    fn bad_addresses_are_told_why() {
        let cases = [
            ("plain", "@-sign."),
            ("@example.com", "before the @-sign"),
            ("a@", "after the @-sign"),
            ("a b@example.com", "invalid characters"),
            ("a..b@example.com", "two periods"),
            ("a@localhost", "special-use"),
            ("a@host.local", "special-use"),
            ("a@example", "period"),
            ("a@exa_mple.com", "invalid characters"),
            ("a@127.0.0.1", "top-level"),
        ];
        for (address, reason) in cases {
            let told = normalise(address).unwrap_err();
            assert!(told.contains(reason), "{address}: {told}");
        }
    }
}

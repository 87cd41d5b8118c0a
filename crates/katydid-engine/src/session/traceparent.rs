//! The header that names a request to tracing systems (W3C Trace Context, version 00).

/// What is sent: `00-<trace id>-<span id>-01`. Sampled, so that a failed request can be looked up.
///
/// The trace id begins with the run's own 16 digits and goes on with the user's random ones.
pub(super) fn header(run: u64, state: &mut u64) -> Box<str> {
    // Neither id may be all zeros.
    let (trace, span) = (draw(state), draw(state).max(1));
    let mut text = String::with_capacity(55);
    text.push_str("00-");
    hex(run.max(1), &mut text);
    hex(trace, &mut text);
    text.push('-');
    hex(span, &mut text);
    text.push_str("-01");
    text.into_boxed_str()
}

fn hex(number: u64, out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = number.to_be_bytes().into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
    out.extend(digits.map(|digit| char::from(DIGITS[usize::from(digit)])));
}

/// The next of a row of random numbers (`SplitMix64`): the user's data must not change because its
/// requests are traced.
fn draw(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_the_form_of_the_standard() {
        let mut state = 7;
        let headers = [header(0xfeed, &mut state), header(0xfeed, &mut state)];
        for text in &headers {
            let parts: Vec<&str> = text.split('-').collect();
            assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [2, 32, 16, 2]);
            assert!(text.chars().all(|c| c == '-' || matches!(c, '0'..='9' | 'a'..='f')), "{text}");
            assert!(text.starts_with("00-000000000000feed") && text.ends_with("-01"), "{text}");
        }
        assert_ne!(headers[0], headers[1]);
        assert_eq!(headers[0], header(0xfeed, &mut 7), "a seed gives the same again");
    }
}

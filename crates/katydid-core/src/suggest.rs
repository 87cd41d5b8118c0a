//! A typo gets the nearest name.

/// The name nearest to `given`, when it is near enough to be meant.
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase();
    known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&given, &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness >= 0.75)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, name)| name)
}

/// A sentence to put after "unknown …": the nearest name, or all of them.
pub fn or_nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    match nearest(given, known.clone()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => {
            let all: Vec<&str> = known.into_iter().collect();
            if all.is_empty() {
                "there are none".to_owned()
            } else {
                format!("known are: {}", all.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_finds_its_name_and_nonsense_the_list() {
        assert_eq!(nearest("critcal", ["auth", "critical"]), Some("critical"));
        assert_eq!(nearest("ttsreaderuser", ["TTSReaderUser"]), Some("TTSReaderUser"));
        assert_eq!(or_nearest("qqq", ["auth", "tts"]), "known are: auth, tts");
    }
}

//! How much an extraction looks like prose, as one number.

use crate::page::Method;

/// Scores `text` from 0 (noise) to 1 (an article): length, word length, sentence length, method.
pub(crate) fn score(text: &str, method: Method) -> f64 {
    let mut score: f64 = 0.5;
    match text.chars().count() {
        500..=50_000 => score += 0.2,
        0..200 => score -= 0.3,
        _ => {}
    }
    let words = text.split_whitespace().count();
    if words > 0 {
        let letters: usize = text.split_whitespace().map(|w| w.chars().count()).sum();
        if (3.0..=6.0).contains(&(letters as f64 / words as f64)) {
            score += 0.1;
        }
        let sentences = text.split(['.', '!', '?']).filter(|s| !s.trim().is_empty()).count();
        if (10.0..=25.0).contains(&(words as f64 / sentences.max(1) as f64)) {
            score += 0.1;
        }
    }
    score += match method {
        Method::DomSemantic => 0.05,
        Method::DomHeuristic | Method::Pdf | Method::Textract => 0.0,
        Method::ReaderMode => -0.05,
        Method::DomFallback => -0.1,
    };
    // Two decimals: sums of tenths would otherwise show 0.7500000000000001.
    (score.clamp(0.0, 1.0) * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_scores_high_and_noise_low() {
        let sentence = "The quick brown fox jumps over the lazy dog near the old river bank. ";
        let article = sentence.repeat(20);
        assert_eq!(score(&article, Method::DomSemantic), 0.95);
        assert_eq!(score(&article, Method::ReaderMode), 0.85);
        assert_eq!(score(&article, Method::DomFallback), 0.8);
        // Over the length that helps, under the length that hurts.
        assert_eq!(score(&sentence.repeat(4), Method::DomHeuristic), 0.7);
        assert_eq!(score(sentence, Method::DomHeuristic), 0.4);
        assert_eq!(score("a b c d", Method::DomFallback), 0.1);
        assert_eq!(score("", Method::DomFallback), 0.1);
    }
}

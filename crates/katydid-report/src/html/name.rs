//! What the page is called.

use std::time::Duration;

/// Puts users, spawn rate and seconds of the run time in the places of `{u}`, `{r}` and `{t}`.
///
/// As in Locust, `{t}` stays as it is when there is no run time, and a whole number has no point.
pub fn file_name(template: &str, users: u32, rate: f64, run_time: Option<Duration>) -> String {
    let name = template.replace("{u}", &users.to_string()).replace("{r}", &rate.to_string());
    match run_time {
        Some(time) => name.replace("{t}", &time.as_secs_f64().to_string()),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_as_locust_fills_them() {
        let name = |rate, seconds: Option<u64>| {
            file_name("out/{u}-{r}-{t}.html", 3, rate, seconds.map(Duration::from_secs))
        };
        assert_eq!(name(2.0, Some(1)), "out/3-2-1.html");
        assert_eq!(name(2.5, Some(90)), "out/3-2.5-90.html");
        assert_eq!(name(2.0, None), "out/3-2-{t}.html");
    }
}

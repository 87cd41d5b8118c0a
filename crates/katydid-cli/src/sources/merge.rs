//! All sources together: of each option, the highest setting.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::known::{CLASSES, Kind};
use super::{Known, Origin, Setting, Surroundings, Value, env, files};
use crate::args::ABOUT_THE_PAGE;
use crate::error::CliError;

/// What was set and where, flags included.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    /// One per option that was set at all.
    pub(crate) settings: Vec<Setting>,
    /// What was read and changes nothing, as it should.
    pub(crate) notes: Vec<String>,
    /// What was read and changes nothing, to somebody's surprise perhaps.
    pub(crate) warnings: Vec<String>,
}

impl Sources {
    /// The setting of an option.
    pub(crate) fn of(&self, long: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.long == long)
    }

    /// How a sentence names an option: as the person wrote it.
    pub(crate) fn name(&self, long: &str) -> String {
        self.of(long).map_or_else(|| format!("--{long}"), |setting| setting.origin.name(long))
    }

    /// Adds what a lower layer has to say.
    fn add(&mut self, known: &Known, layer: Vec<Setting>) -> Result<(), CliError> {
        let off = |setting: &Setting| setting.value == Value::One("false".to_owned());
        let rival = |of: &Setting, among: &[Setting]| {
            let foe = |other: &&Setting| known.rivals(&of.long, &other.long) && !off(other);
            among.iter().find(foe).filter(|_| !off(of)).map(|foe| foe.origin.name(&foe.long))
        };
        let before = self.settings.len();
        for setting in layer {
            if self.of(&setting.long).is_some() {
                continue;
            }
            let name = setting.origin.name(&setting.long);
            // Of two that exclude each other, the higher is meant.
            if let Some(higher) = rival(&setting, &self.settings[..before]) {
                self.notes.push(format!("{name} gives way to {higher}"));
                continue;
            }
            if let Some(equal) = rival(&setting, &self.settings[before..]) {
                return Err(CliError::Usage(format!(
                    "{name} and {equal} cannot be meant together"
                )));
            }
            self.settings.push(setting);
        }
        Ok(())
    }

    /// These settings under a `layer` of one run, without the options that are `removed`. What is
    /// noted and warned of stays.
    pub(crate) fn under(
        &self,
        known: &Known,
        layer: Vec<Setting>,
        removed: &[&str],
    ) -> Result<Self, CliError> {
        let (notes, warnings) = (self.notes.clone(), self.warnings.clone());
        let mut merged = Self { settings: Vec::new(), notes, warnings };
        merged.add(known, layer)?;
        let stays = |setting: &&Setting| !removed.contains(&&*setting.long);
        merged.add(known, self.settings.iter().filter(stays).cloned().collect())?;
        Ok(merged)
    }

    /// All settings as words of the program `name`.
    pub(crate) fn words(&self, known: &Known, name: &str) -> Vec<OsString> {
        self.words_of(known, name, |_| true)
    }

    /// The command line of a headless run that means the same, if files and environment stay as they
    /// are.
    pub(crate) fn as_typed(&self, known: &Known, name: &str) -> Vec<OsString> {
        const OF_THE_PAGE: [&str; 4] = ["headless", "headful", "autostart", "web-ui"];
        let by_hand = |setting: &Setting| {
            let of_page = OF_THE_PAGE.iter().chain(&ABOUT_THE_PAGE).any(|it| *it == setting.long);
            setting.is_by_hand() && !of_page
        };
        let mut words = self.words_of(known, name, by_hand);
        words.push("--headless".into());
        words
    }

    fn words_of(
        &self,
        known: &Known,
        name: &str,
        wanted: impl Fn(&Setting) -> bool,
    ) -> Vec<OsString> {
        let wanted = self.settings.iter().filter(|setting| wanted(setting));
        // Options that take every word come after the classes.
        let (classes, options): (Vec<_>, Vec<_>) = wanted.partition(|s| s.long == CLASSES);
        let words = classes.into_iter().chain(options).flat_map(|setting| known.words(setting));
        std::iter::once(name.into()).chain(words.map(OsString::from)).collect()
    }

    /// `words` with the settings from elsewhere put in as if they had been typed.
    pub(crate) fn typed_out(&self, known: &Known, words: &[OsString]) -> Vec<OsString> {
        let elsewhere = || self.settings.iter().filter(|s| s.origin != Origin::Flag);
        let (classes, options): (Vec<_>, Vec<_>) = elsewhere().partition(|s| s.long == CLASSES);
        let typed = |settings: Vec<&Setting>| -> Vec<OsString> {
            settings.into_iter().flat_map(|s| known.words(s)).map(OsString::from).collect()
        };
        let (name, words) = words.split_at(1.min(words.len()));
        // Options that take every word end at the next flag, never before `--`.
        let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
        let (before, after) = words.split_at(end);
        [name, &typed(classes), before, &typed(options), after].concat()
    }
}

/// Reads everything around the command line and lets the highest win.
///
/// # Errors
/// The first thing that cannot be meant.
pub(crate) fn merge(
    known: &Known,
    typed: &ArgMatches,
    around: &Surroundings,
) -> Result<Sources, CliError> {
    let flags = flags(known, typed);
    let found = env::read(known, &around.env)?;
    let config = [&flags, &found.ours].into_iter().flatten().find(|s| s.long == "config");
    let config = config.map(|setting| setting.value.to_string());
    let files = files::read(known, around, config.as_deref().map(Path::new))?;
    let mut merged = Sources { warnings: found.warnings, ..Sources::default() };
    for layer in [flags, found.ours, found.locusts].into_iter().chain(files) {
        merged.add(known, layer)?;
    }
    Ok(merged)
}

/// What was typed.
fn flags(known: &Known, typed: &ArgMatches) -> Vec<Setting> {
    let said = |id: &str| typed.value_source(id) == Some(ValueSource::CommandLine);
    let texts = |id: &str| -> Vec<String> {
        let raw = typed.get_raw(id).into_iter().flatten();
        raw.map(OsStr::to_string_lossy).map(Into::into).collect()
    };
    let setting =
        |long: &str, value| Setting { long: long.to_owned(), value, origin: Origin::Flag };
    let classes = said("classes").then(|| setting(CLASSES, Value::Many(texts("classes"))));
    let options = known.args().filter(|(_, arg)| said(arg.get_id().as_str()));
    let options = options.map(|(long, arg)| match known.kind(long) {
        Kind::Switch => setting(long, Value::One("true".to_owned())),
        Kind::One => setting(long, Value::One(texts(arg.get_id().as_str()).concat())),
        Kind::Many => setting(long, Value::Many(texts(arg.get_id().as_str()))),
    });
    classes.into_iter().chain(options).collect()
}

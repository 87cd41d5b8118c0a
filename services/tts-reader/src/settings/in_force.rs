//! The settings of the table as they are in force, and where each comes from.

use super::{
    Environment, Flags, Settings,
    table::{Setting, TABLE},
};

/// A setting in force.
#[derive(Debug)]
pub(crate) struct InForce {
    pub(crate) setting: Setting,
    pub(crate) value: String,
    pub(crate) source: &'static str,
}

/// Every setting as it is in force.
pub(crate) fn in_force(settings: &Settings, flags: &Flags, env: &Environment) -> Vec<InForce> {
    TABLE
        .iter()
        .map(|setting| InForce {
            setting: *setting,
            value: (setting.shown)(settings, env),
            source: source(setting, settings, flags, env),
        })
        .collect()
}

/// The part of `serve --help` about the environment.
pub(crate) fn help() -> String {
    let variables = TABLE.iter().filter(|setting| !setting.name.starts_with('-'));
    let lines: Vec<String> = variables
        .map(|Setting { name, meaning, default, .. }| format!("  {name:<29} {meaning} [{default}]"))
        .collect();
    format!("Environment (flags win over it; the default in brackets):\n{}", lines.join("\n"))
}

fn source(
    setting: &Setting,
    settings: &Settings,
    flags: &Flags,
    env: &Environment,
) -> &'static str {
    if let Some(flag) = setting.flag.filter(|flag| flags.said(flag)) {
        return flag;
    }
    if env.is_from_file(setting.name) {
        return "file";
    }
    // The name decides, not the value: a variable that is set to the default is set.
    if env.is_set(setting.name) {
        return if settings.load_test && setting.name.starts_with("SMTP_") {
            "environment, without effect in load-test mode"
        } else {
            "environment"
        };
    }
    match setting.name {
        "--dev" | "SMTP_HOST" | "SPEECH_ENGINE" | "SPEECH_REUSE" if settings.load_test => {
            "LOAD_TEST_MODE"
        }
        "DATABASE_URL" if env.is_set("DATABASE_CONNECTION_STRING") => "DATABASE_CONNECTION_STRING",
        "DATABASE_CONNECTION_STRING" if flags.said("--database") => "--database",
        "DATABASE_CONNECTION_STRING" if env.is_set("DATABASE_URL") => "DATABASE_URL",
        _ => "default",
    }
}

#[cfg(test)]
mod tests {
    use super::{Environment, Flags, Settings, TABLE, in_force};

    #[test]
    fn the_table_is_sorted_and_its_defaults_are_the_real_ones() {
        assert!(TABLE.windows(2).all(|two| two[0].name < two[1].name));
        let settings = Settings::in_directory("tts-reader-data");
        let shown = in_force(&settings, &Flags::default(), &Environment::default());
        for one in shown {
            let default = one.setting.default.replace("DATA/", "tts-reader-data/");
            let value = match one.setting.name {
                // Those that say in words what the default is made of.
                "WORKERS"
                | "SMTP_FROM"
                | "DATABASE_CONNECTION_STRING"
                | "SPEECH_ENGINE"
                | "SPEECH_REUSE"
                | "SPEECH_THREADS" => continue,
                _ => one.value.replace("DATA/", "tts-reader-data/"),
            };
            assert_eq!((value, one.source), (default, "default"), "{}", one.setting.name);
        }
    }
}

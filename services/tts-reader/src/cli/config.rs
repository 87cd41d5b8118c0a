//! `tts-reader config show`.

use std::io::{self, Write};

use super::{
    args::{ConfigArgs, ConfigVerb},
    error::CliError,
};
use crate::settings::{Environment, InForce, TABLE, in_force, resolve};

pub(super) fn config(args: &ConfigArgs, env: &Environment) -> Result<(), CliError> {
    let ConfigVerb::Show { serve, markdown } = &args.verb;
    let out = &mut io::stdout();
    if *markdown {
        return Ok(out.write_all(documented().as_bytes())?);
    }
    let flags = serve.flags();
    let settings = resolve(&flags, env)?;
    Ok(out.write_all(aligned(&in_force(&settings, &flags, env)).as_bytes())?)
}

/// One line per setting, under a headline.
fn aligned(settings: &[InForce]) -> String {
    let head = ["SETTING", "VALUE", "FROM", "DEFAULT", "MEANING"].map(str::to_owned);
    let rows = settings.iter().map(|one| {
        let setting = &one.setting;
        let texts = [setting.name, &one.value, one.source, setting.default, setting.meaning];
        texts.map(str::to_owned)
    });
    let rows: Vec<[String; 5]> = [head].into_iter().chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..4).filter_map(width).collect();
    rows.iter().map(|row| line(row, &widths)).collect()
}

fn line(row: &[String; 5], widths: &[usize]) -> String {
    let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}  "));
    format!("{}{}\n", cells.collect::<String>(), row[4])
}

/// The table of docs/BACKEND.md.
fn documented() -> String {
    let rows = TABLE.iter().map(|setting| {
        let flag = setting.flag.filter(|flag| *flag != setting.name).map(str::to_owned);
        let file = setting.secret.then(|| format!("{}_FILE", setting.name));
        let names = [Some(setting.name.to_owned()), flag, file].into_iter().flatten();
        let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
        let name = names.join(", ");
        format!("| {name} | {} | {} |\n", setting.default, setting.meaning)
    });
    format!("| setting | default | meaning |\n|---|---|---|\n{}", rows.collect::<String>())
}

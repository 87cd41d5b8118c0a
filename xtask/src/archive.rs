//! The archive of a release: the programs, their licences and those of all that is built into them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use anyhow::{Context as _, Result, ensure};
use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, Package, PackageId};

use crate::python::target;
use crate::test::root;

/// The packages with programs, and these.
const PROGRAMS: [(&str, &str); 3] = [
    ("tts-reader-load-test", "tts-load"),
    ("katydid-cli", "katydid"),
    ("tts-reader", "tts-reader"),
];
const TEXTS: [&str; 4] = ["README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"];

/// Builds the archive and its checksum in `folder`, with this profile of cargo's.
pub(crate) fn make(folder: &Path, profile: &str) -> Result<bool> {
    let platform = host()?;
    let mut options = MetadataCommand::new();
    options.current_dir(root()).features(CargoOpt::SomeFeatures(Vec::new()));
    options.other_options(["--locked", "--filter-platform", &platform].map(str::to_owned));
    let metadata = options.exec().context("cargo metadata")?;
    let version = &package(&metadata, PROGRAMS[0].0)?.version;
    let name = format!("katydid-{version}-{platform}");

    build(profile)?;
    fs::create_dir_all(folder)?;
    let staged = folder.join(&name);
    if staged.exists() {
        fs::remove_dir_all(&staged)?;
    }
    fs::create_dir_all(staged.join("licenses"))?;
    let built = target().join(if profile == "dev" { "debug" } else { profile });
    for (_, program) in PROGRAMS {
        let (program, place) = (built.join(program), staged.join(program));
        // Checks unpack it a dozen times, and most of half a gigabyte would be symbols.
        if profile != "dev" || !stripped(&program, &place) {
            copy(&program, &place)?;
        }
    }
    for text in TEXTS {
        copy(&root().join(text), &staged.join(text))?;
    }
    for entry in fs::read_dir(root().join("services/tts-reader/speech/licenses"))? {
        let path = entry?.path();
        copy(&path, &staged.join("licenses").join(path.file_name().unwrap_or_default()))?;
    }
    let licences = licences(&metadata)?;
    fs::write(staged.join("THIRD-PARTY-LICENSES.txt"), &licences)?;
    pack(folder, &name)?;
    fs::remove_dir_all(&staged)?;
    println!("{}", folder.join(format!("{name}.tar.gz")).display());
    Ok(true)
}

/// Whether there is a program that could write this one without its symbols.
fn stripped(program: &Path, place: &Path) -> bool {
    let strip = Command::new("strip").arg("-o").arg(place).arg(program).status();
    strip.is_ok_and(|done| done.success())
}

/// Builds the programs with this profile of cargo's: for checks (`dev`) as the tests have built them,
/// otherwise with their own features and no others.
pub(crate) fn build(profile: &str) -> Result<()> {
    if profile == "dev" {
        let bins: Vec<&str> = PROGRAMS.iter().flat_map(|(_, bin)| ["--bin", bin]).collect();
        return crate::test::build(&bins);
    }
    let programs = PROGRAMS.iter().flat_map(|(package, bin)| ["--package", package, "--bin", bin]);
    let built = crate::test::cargo()
        .args(["build", "--quiet", "--locked", "--profile", profile])
        .args(programs)
        .status();
    ensure!(built.context("cargo cannot be started")?.success(), "the programs do not build");
    Ok(())
}

/// The same bytes for the same files, whoever packs them and when.
fn pack(folder: &Path, name: &str) -> Result<()> {
    let archive = format!("{name}.tar.gz");
    let same = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mtime=@0"];
    let mut tar = Command::new("tar");
    tar.current_dir(folder).args(same).args(["--create", "--gzip", "--file", &archive, name]);
    ensure!(tar.status().context("tar cannot be started")?.success(), "tar failed");
    let mut sum = Command::new("sha256sum");
    let sum = sum.current_dir(folder).arg(&archive).output().context("sha256sum")?;
    ensure!(sum.status.success(), "sha256sum failed");
    fs::write(folder.join(format!("{archive}.sha256")), sum.stdout)?;
    Ok(())
}

/// `x86_64-unknown-linux-gnu`, as the compiler calls this machine.
fn host() -> Result<String> {
    let said = Command::new("rustc").arg("-vV").output().context("rustc cannot be started")?;
    let text = String::from_utf8(said.stdout)?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not say its host")?.to_owned())
}

/// Every package that is built into the programs, with the texts of its licences.
fn licences(metadata: &Metadata) -> Result<String> {
    let mut table = String::new();
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in built_in(metadata)? {
        let name = format!("{} {}", package.name, package.version);
        let terms = package.license.as_deref().unwrap_or("see its file");
        let files = licence_files(package)?;
        let note = if files.is_empty() { " (its package has no text of it)" } else { "" };
        table += &format!("{name}: {terms}{note}\n");
        for file in files {
            let text = fs::read(&file).with_context(|| file.display().to_string())?;
            let text = String::from_utf8_lossy(&text).trim().replace("\r\n", "\n");
            let users = texts.entry(text).or_default();
            if users.last() != Some(&name) {
                users.push(name.clone());
            }
        }
    }
    let mut all = format!("Packages built into these programs, and their licences.\n\n{table}");
    for (text, users) in texts {
        all += &format!("\n{}\n{}\n\n{text}\n", "-".repeat(78), users.join(", "));
    }
    Ok(all)
}

/// All packages of others that the programs are linked with, by name.
fn built_in(metadata: &Metadata) -> Result<Vec<&Package>> {
    let graph = metadata.resolve.as_ref().context("cargo metadata has no graph")?;
    let nodes: BTreeMap<&PackageId, _> = graph.nodes.iter().map(|node| (&node.id, node)).collect();
    let mut seen = BTreeSet::new();
    let mut next: Vec<&PackageId> = Vec::new();
    for (name, _) in PROGRAMS {
        next.push(&package(metadata, name)?.id);
    }
    while let Some(id) = next.pop() {
        if !seen.insert(id) {
            continue;
        }
        let node = nodes.get(id).context("a package without a node")?;
        let linked = node.deps.iter().filter(|dependency| {
            dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal)
        });
        next.extend(linked.map(|dependency| &dependency.pkg));
    }
    let mut packages: Vec<&Package> = metadata
        .packages
        .iter()
        .filter(|package| seen.contains(&package.id) && package.source.is_some())
        .collect();
    packages.sort_by_key(|package| (package.name.to_string(), package.version.clone()));
    Ok(packages)
}

fn licence_files(package: &Package) -> Result<Vec<PathBuf>> {
    let folder = package.manifest_path.parent().context("a manifest without a folder")?;
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().to_uppercase();
        let words = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"];
        if entry.path().is_file() && words.iter().any(|word| name.starts_with(word)) {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

fn package<'a>(metadata: &'a Metadata, name: &str) -> Result<&'a Package> {
    let found = metadata.packages.iter().find(|package| *package.name == name);
    found.with_context(|| format!("there is no package {name}"))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let done: io::Result<u64> = fs::copy(from, to);
    done.with_context(|| format!("cannot copy {} to {}", from.display(), to.display())).map(drop)
}

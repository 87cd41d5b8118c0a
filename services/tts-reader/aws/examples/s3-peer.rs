//! A bucket by hand, for the check of S3 before another implementation.
//!
//! `s3-peer BUCKET` takes keys and address from `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
//! `AWS_SESSION_TOKEN`, `AWS_REGION` and `AWS_ENDPOINT_URL`. It reads a line of words each time and answers
//! with a line of JSON, `{"error": …}` when it failed:
//!
//! `put PATH BYTES` · `get PATH MOST` · `age PATH` · `link PATH SECONDS` · `remove PATH` ·
//! `remove-all FOLDER` · `remove-older FOLDER SECONDS` · `probe` · `place`

use std::error::Error;
use std::io::{BufRead as _, Write as _};
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use tts_reader_aws::{Config, Credentials, s3::Bucket};

type Answer = Result<Value, Box<dyn Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let name = std::env::args().nth(1).ok_or("s3-peer BUCKET")?;
    let bucket = Bucket::open(&config()?, &name)?;
    let mut out = std::io::stdout();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split(' ').collect();
        let answer = obey(&bucket, &words).await;
        let answer = answer.unwrap_or_else(|error| json!({ "error": error.to_string() }));
        writeln!(out, "{answer}")?;
    }
    Ok(())
}

fn config() -> Result<Config, Box<dyn Error>> {
    let told = |name: &str| std::env::var(name).map_err(|_| format!("{name} is not set"));
    let keys = Credentials::new(told("AWS_ACCESS_KEY_ID")?, told("AWS_SECRET_ACCESS_KEY")?);
    let token = told("AWS_SESSION_TOKEN").ok();
    let mut config = Config::new(told("AWS_REGION")?, keys.with_token(token));
    config.endpoint = told("AWS_ENDPOINT_URL").ok();
    config.patience.pause = Duration::from_millis(20);
    Ok(config)
}

async fn obey(bucket: &Bucket, words: &[&str]) -> Answer {
    let seconds = |text: &str| text.parse().map(Duration::from_secs_f64);
    Ok(match words {
        ["put", path, bytes] => {
            bucket.put(path, content(bytes.parse()?), "audio/mpeg").await?;
            json!(null)
        }
        ["get", path, most] => match bucket.get(path, most.parse()?).await? {
            None => json!(null),
            Some(object) => json!({
                "bytes": object.content.len(),
                "right": object.content == content(object.content.len()),
                "age": object.age.as_secs_f64(),
            }),
        },
        ["age", path] => json!(bucket.age(path).await?.map(|age| age.as_secs_f64())),
        ["link", path, life] => json!(bucket.link(path, seconds(life)?).await?),
        ["remove", path] => {
            bucket.remove(path).await?;
            json!(null)
        }
        ["remove-all", folder] => json!(bucket.remove_all(folder).await?),
        ["remove-older", folder, older] => {
            json!(bucket.remove_older(folder, seconds(older)?).await?)
        }
        ["probe"] => {
            bucket.probe().await?;
            json!(null)
        }
        ["place"] => json!(bucket.place()),
        _ => return Err(format!("no such order: {words:?}").into()),
    })
}

/// Bytes that are never the same row twice within a part of a file.
fn content(length: usize) -> Bytes {
    (0..length).map(|at| (at % 251) as u8).collect()
}

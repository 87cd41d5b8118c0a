//! The double of Stripe as a program: for a service under load that takes payments, and for checks by
//! Stripe's own packages.

use std::io::Write;
use std::net::SocketAddr;

use clap::Parser;
use katydid_testkit::StripeDouble;

/// Answers as Stripe's API does until it is killed. A checkout is paid by a POST to its url.
#[derive(Parser)]
struct Arguments {
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:12111")]
    bind: SocketAddr,
    /// Where events are delivered, such as http://127.0.0.1:5000/api/stripe_webhook
    #[arg(long)]
    deliver_to: Option<String>,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let double = StripeDouble::listen(arguments.bind)
        .map_err(|e| anyhow::anyhow!("cannot listen on {}: {e}", arguments.bind))?;
    if let Some(url) = &arguments.deliver_to {
        double.deliver_to(url);
    }
    // Scripts read these from here.
    let mut out = std::io::stdout();
    writeln!(out, "{}", double.url())?;
    writeln!(out, "STRIPE_API_KEY={}", StripeDouble::KEY)?;
    writeln!(out, "STRIPE_WEBHOOK_SECRET={}", StripeDouble::WEBHOOK_SECRET)?;
    double.serve_forever();
    Ok(())
}

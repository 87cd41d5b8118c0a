//! The attributes on something else.

use katydid::prelude::*;

#[user]
fn shopper() {}

#[flow]
struct Paying;

fn main() {}

//! What load tests need; served only with `--dev` or LOAD_TEST_MODE.

use serde_json::{Value, json};

use super::signing_in::{password, username};
use crate::openapi::{
    operation::{Operation, Tag},
    schema::{
        about, answer, body, count, email, has, lenient, list, matching, may, one_of, or_null,
        otherwise, shared, text, text_of, truth, uuid, within,
    },
};

const MOST: i64 = 1_000_000_000;
const ID: &str = "ba7881cb-51f2-4b7c-a3d3-8a4e0d4f8a10";

fn tier() -> Value {
    one_of(["FREE", "LIGHT", "PREMIUM", "PRO"])
}

/// Upper or lower case.
fn any_tier() -> Value {
    matching(
        text(),
        "^([Ff][Rr][Ee][Ee]|[Ll][Ii][Gg][Hh][Tt]|[Pp][Rr][Ee][Mm][Ii][Uu][Mm]|[Pp][Rr][Oo])$",
    )
}

pub(crate) fn create_account() -> Operation {
    let fields = body([
        may(
            "username",
            about(or_null(username()), "Else made up, as is everything that is left out."),
        ),
        may("password", or_null(password())),
        may("email", or_null(email())),
        may("tier", or_null(any_tier())),
        may("credits", otherwise(or_null(lenient(0, MOST, "[0-9]{1,9}|1000000000")), 0)),
        may("verified", otherwise(or_null(truth()), true)),
    ]);
    let made = answer([
        has("user_id", uuid()),
        has("username", text()),
        has("password", text()),
        has("email", text()),
        has("tier", tier()),
        has("credits", count()),
        has("email_verified", truth()),
    ]);
    Operation::open(Tag::LoadTests, "dev_create_account", "An account in one call")
        .takes(&fields, &json!({ "tier": "PRO", "credits": 1_000 }))
        .answers(
            made,
            json!({
                "user_id": ID, "username": "loadtest_0123456789abcdef",
                "password": "0123456789abcdef0123456789abcdef",
                "email": "loadtest_0123456789abcdef@example.com", "tier": "PRO", "credits": 1_000,
                "email_verified": true,
            }),
        )
        .refuses(400, "The name or the address is taken.", "Username 'ann' already exists")
        .busy("Too many passwords are being hashed.", "Signing in")
}

pub(crate) fn add_credits() -> Operation {
    let fields = body([
        has("credits", lenient(1, MOST, "[1-9][0-9]{0,8}|1000000000")),
        may("tier", or_null(any_tier())),
    ]);
    let added = answer([
        has("user_id", uuid()),
        has("credits_added", count()),
        has("credit_balance", count()),
        has("tier", tier()),
    ]);
    Operation::by_account(Tag::LoadTests, "dev_add_credits", "Credits for the caller")
        .takes(&fields, &json!({ "credits": 500 }))
        .answers(
            added,
            json!({
                "user_id": ID, "credits_added": 500, "credit_balance": 1_500, "tier": "PRO",
            }),
        )
}

pub(crate) fn mock_checkout() -> Operation {
    till(Operation::fixed(Tag::LoadTests, "dev_checkout", "A made-up till: a page with one button"))
        .gives_other(200, "As asked.", Some("text/html"))
}

pub(crate) fn pay_mock_checkout() -> Operation {
    let paid = answer([has("status", text()), has("success_url", text())]);
    till(Operation::open(Tag::LoadTests, "dev_pay", "Pay at a made-up till"))
        .about("Done again, it changes nothing more.")
        .answers(
            paid,
            json!({
                "status": "credited",
                "success_url": "http://localhost:3000/pages/success.html?session_id=cs_mock_1",
            }),
        )
}

fn till(told: Operation) -> Operation {
    told.path("checkout", &text(), "As POST /api/create-credit-checkout gave it.").refuses(
        404,
        "There is no such checkout, or Stripe takes the payments.",
        "Not Found",
    )
}

fn batch() -> Value {
    about(
        matching(text_of(3, 44), "^[A-Za-z0-9_-]+$"),
        "The name of accounts that are made together.",
    )
}

fn usernames() -> Value {
    about(
        json!({ "type": "array", "items": text(), "maxItems": 500 }),
        "Names that the batch can have: batch_000, batch_001, …",
    )
}

pub(crate) fn list_batch() -> Operation {
    Operation::open(Tag::LoadTests, "dev_list_batch", "Accounts of a batch by id, up to 500")
        .query("batch", &batch(), "Which batch.")
        .optional_query("after", &text(), "The last id of the page before.")
        .answers(members(), member())
        .refuses(
            422,
            "A parameter is wrong.",
            "Failed to deserialize query string: missing field `batch`",
        )
}

pub(crate) fn create_batch() -> Operation {
    let fields = strict(body([
        has("batch", batch()),
        has("usernames", usernames()),
        has("password", text()),
        has("tier", tier()),
        has("credits", within(0, MOST)),
    ]));
    Operation::open(Tag::LoadTests, "dev_create_batch", "Make those accounts that are missing")
        .takes(
            &fields,
            &json!({
                "batch": "team", "usernames": ["team_000"], "password": "TestPassword123!",
                "tier": "PRO", "credits": 1_000,
            }),
        )
        .answers(members(), member())
        .refuses(
            409,
            "A name belongs to another account.",
            "username of `team_000` is taken by an account that is not of this batch",
        )
        .refuses(422, "The order cannot be meant.", "`ann` is no name of an account of `team`")
        .busy("Too many passwords are being hashed.", "Signing in")
}

pub(crate) fn change_batch() -> Operation {
    let change = json!({ "anyOf": [
        one_of(["remove", "reset_credits", "remove_audio"]),
        strict(body([has("top_up", body([has("credits", within(1, MOST))]))])),
        strict(body([has("set_password", body([has("password", text())]))])),
    ] });
    let fields = strict(body([
        has("change", change),
        has("of", strict(body([has("batch", batch()), has("usernames", usernames())]))),
    ]));
    Operation::open(Tag::LoadTests, "dev_change_batch", "Change those accounts that are there")
        .takes(
            &fields,
            &json!({
                "change": { "top_up": { "credits": 100 } },
                "of": { "batch": "team", "usernames": ["team_000"] },
            }),
        )
        .answers(answer([has("changed", count())]), json!({ "changed": 1 }))
        .refuses(422, "The order cannot be meant.", "`ann` is no name of an account of `team`")
        .busy("Too many passwords are being hashed.", "Signing in")
}

fn members() -> Value {
    answer([has("accounts", list(shared("Member")))])
}

fn member() -> Value {
    json!({ "accounts": [{
        "username": "team_000", "email": "team_000@example.com", "user_id": ID, "tier": "PRO",
        "credits": 1_000,
    }] })
}

/// Fields that nobody knows are refused.
fn strict(mut body: Value) -> Value {
    body["additionalProperties"] = false.into();
    body
}

//! From registration to logout.

use serde_json::{Value, json};

use crate::openapi::{
    operation::{Operation, Tag},
    schema::{
        about, answer, body, count, email, has, matching, may, or_null, shared, text, text_of,
        time, uuid,
    },
};

const TAKEN: &str = "The name or the address is taken.";

pub(super) fn username() -> Value {
    matching(text_of(3, 50), "^[a-zA-Z0-9_-]+$")
}

pub(super) fn password() -> Value {
    text_of(6, 128)
}

pub(crate) fn register() -> Operation {
    let note = || or_null(text_of(0, 128));
    let fields = body([
        has("username", username()),
        has("email", email()),
        has("password", password()),
        may("first_name", note()),
        may("last_name", note()),
        may("signup_source", note()),
        may("utm_source", note()),
        may("utm_medium", note()),
        may("utm_campaign", note()),
    ]);
    let account = answer([
        has("user_id", uuid()),
        has("username", text()),
        has("email", about(text(), "Its domain in lower case.")),
        has("first_name", or_null(text())),
        has("last_name", or_null(text())),
        has("remaining_chars", count()),
        has("engine", text()),
        has("voice_id", text()),
        has("created_at", time()),
    ]);
    Operation::by_address(Tag::SigningIn, "register", "Make an account")
        .about("Sends a letter to verify the address. There is no token yet: sign in next.")
        .takes(
            &fields,
            &json!({
                "username": "newbie_1", "email": "newbie_1@example.com",
                "password": "TestPassword123!", "first_name": "Load",
            }),
        )
        .answers(
            account,
            json!({
                "user_id": "c2ac650e-2d69-4d3a-9f3e-0d2f3c1f7c55", "username": "newbie_1",
                "email": "newbie_1@example.com", "first_name": "Load", "last_name": null,
                "remaining_chars": 100_000, "engine": "standard", "voice_id": "Joanna",
                "created_at": "2026-11-23T01:59:09.771801+00:00",
            }),
        )
        .refuses(400, TAKEN, "Username 'newbie_1' already exists")
        .refuses(400, TAKEN, "Email 'newbie_1@example.com' already registered")
        .busy("Too many passwords are being hashed.", "Signing in")
}

pub(crate) fn login() -> Operation {
    signs_in("login", "Sign in with a password")
        .about("An access token lasts an hour; POST /api/refresh gives the next pair.")
}

pub(crate) fn token() -> Operation {
    signs_in("token", "The other name of POST /api/login")
}

fn signs_in(id: &'static str, summary: &'static str) -> Operation {
    let fields = body([has("username", text_of(1, 50)), has("password", text_of(1, 128))]);
    Operation::by_address(Tag::SigningIn, id, summary)
        .takes(&fields, &json!({ "username": "newbie_1", "password": "TestPassword123!" }))
        .answers(shared("Tokens"), tokens())
        .refuses(401, "Name and password do not fit.", "Invalid credentials")
        .throttled(
            "Too many wrong passwords for this name.",
            "Too many wrong passwords for this account",
        )
        .busy("Too many passwords are being hashed.", "Signing in")
}

pub(crate) fn refresh() -> Operation {
    Operation::by_address(Tag::SigningIn, "refresh", "The next pair of tokens")
        .about(
            "A refresh token works once. One that comes a second time is held by two, and ends \
                the session with every token of it.",
        )
        .takes(
            &body([has("refresh_token", text_of(1, 4_096))]),
            &json!({ "refresh_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2lnbmF0dXJl" }),
        )
        .answers(shared("Tokens"), tokens())
        .refuses(401, "The token is worthless, or was used.", "Could not validate credentials")
        .header(401, "WWW-Authenticate", true)
}

fn tokens() -> Value {
    json!({
        "access_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2lnbmF0dXJl",
        "token_type": "bearer",
        "refresh_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2lnbmF0dXJl",
    })
}

pub(crate) fn logout() -> Operation {
    Operation::by_account(Tag::SigningIn, "logout", "End the session of the token")
        .about("Its refresh token is worthless from then on, too.")
        .answers(shared("Message"), json!({ "message": "Logged out successfully" }))
}

pub(crate) fn verify_email() -> Operation {
    let verified =
        answer([has("message", text()), has("user_id", uuid()), has("username", text())]);
    Operation::by_address(Tag::SigningIn, "verify_email", "Verify an address by its letter")
        .query(
            "token",
            &text(),
            "As it stands in the link of the letter. It works once, for a day.",
        )
        .answers(
            verified,
            json!({
                "message": "Email verified successfully",
                "user_id": "c2ac650e-2d69-4d3a-9f3e-0d2f3c1f7c55", "username": "newbie_1",
            }),
        )
        .refuses(
            400,
            "The token is unknown, used or too old.",
            "Invalid or expired verification token",
        )
        .invalid()
}

pub(crate) fn resend_verification() -> Operation {
    let sent = answer([has("message", text()), has("email", text())]);
    asks_for_a_letter("resend_verification", "Another letter to verify an address").answers(
        sent,
        json!({
            "message": "Verification email sent successfully", "email": "newbie_1@example.com",
        }),
    )
}

pub(crate) fn ask_for_reset() -> Operation {
    asks_for_a_letter("ask_for_reset", "A letter for a new password").answers(
        shared("Message"),
        json!({ "message": "If an account has this address, a letter is on its way" }),
    )
}

fn asks_for_a_letter(id: &'static str, summary: &'static str) -> Operation {
    Operation::by_address(Tag::SigningIn, id, summary)
        .about("The same answer whether anybody has the address or not.")
        .takes(&body([has("email", email())]), &json!({ "email": "newbie_1@example.com" }))
        .throttled("Too many letters for this address.", "Too many letters for this address")
        .busy("Too many letters are being written.", "The post")
}

pub(crate) fn reset_password() -> Operation {
    let fields = body([
        has("token", about(text_of(1, 172), "As it stands in the link of the letter.")),
        has("new_password", password()),
    ]);
    Operation::by_address(Tag::SigningIn, "reset_password", "A new password by a letter")
        .about("Ends every session of the account.")
        .takes(
            &fields,
            &json!({
                "token": "5tzVqJrQpXkY0mLQ0Ul0vA3XcBq1n8bS2dF4gH6jK8o",
                "new_password": "AnotherPassword123!",
            }),
        )
        .answers(shared("Message"), json!({ "message": "Password changed successfully" }))
        .refuses(400, "The token is unknown, used or too old.", "Invalid or expired reset token")
        .busy("Too many passwords are being hashed.", "Signing in")
}

//! The arguments of the attributes, parsed into plain structs.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Expr, Ident, LitInt, LitStr, Path, Token, Type, parenthesized};

/// Every mistake found, so that the author sees all of them at once.
#[derive(Default)]
pub(crate) struct Errors(Option<syn::Error>);

impl Errors {
    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            None => self.0 = Some(error),
        }
    }

    /// A mistake at these tokens.
    pub(crate) fn at(&mut self, place: impl ToTokens, text: impl std::fmt::Display) {
        self.push(syn::Error::new_spanned(place, text));
    }

    pub(crate) fn append(&mut self, other: Self) {
        if let Some(error) = other.0 {
            self.push(error);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The mistakes as `compile_error!`s; nothing when there are none.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.0.map(|errors| errors.to_compile_error()).unwrap_or_default()
    }
}

/// A whole number as it was written.
pub(crate) struct Number {
    pub(crate) literal: LitInt,
    pub(crate) value: u32,
}

/// `Synthesis = 40`.
pub(crate) struct FlowUse {
    pub(crate) path: Path,
    pub(crate) weight: Number,
}

/// The arguments of `#[user(…)]`.
#[derive(Default)]
pub(crate) struct UserArgs {
    pub(crate) name: Option<LitStr>,
    pub(crate) host: Option<LitStr>,
    pub(crate) weight: Option<Number>,
    pub(crate) fixed_count: Option<Number>,
    pub(crate) wait: Option<Expr>,
    pub(crate) make: Option<Expr>,
    pub(crate) state: Option<Type>,
    pub(crate) on_start: Option<Path>,
    pub(crate) on_stop: Option<Path>,
    pub(crate) flows: Vec<FlowUse>,
}

impl UserArgs {
    const ANYWHERE: &[&str] = &["weight", "fixed_count", "wait", "name", "host", "flows", "make"];
    /// On an `impl` block these are the type itself and functions with attributes.
    const ON_STRUCT: &[&str] = &["state", "on_start", "on_stop"];

    pub(crate) fn on_impl(tokens: TokenStream, errors: &mut Errors) -> Self {
        Self::parse(tokens, Self::ANYWHERE, errors)
    }

    pub(crate) fn on_struct(tokens: TokenStream, errors: &mut Errors) -> Self {
        Self::parse(tokens, &[Self::ANYWHERE, Self::ON_STRUCT].concat(), errors)
    }

    fn parse(tokens: TokenStream, allowed: &[&str], errors: &mut Errors) -> Self {
        let mut args = Self::default();
        arguments(tokens, allowed, errors, |key, input| {
            match key {
                "weight" => args.weight = Some(number(input)?),
                "fixed_count" => args.fixed_count = Some(number(input)?),
                "wait" => args.wait = Some(value(input)?),
                "name" => args.name = Some(text(input)?),
                "host" => args.host = Some(text(input)?),
                "make" => args.make = Some(value(input)?),
                "state" => args.state = Some(value(input)?),
                "on_start" => args.on_start = Some(value(input)?),
                "on_stop" => args.on_stop = Some(value(input)?),
                _ => args.flows = list(input, flow_use)?,
            }
            Ok(())
        });
        args
    }
}

/// The arguments of `#[flow(…)]`.
#[derive(Default)]
pub(crate) struct FlowArgs {
    pub(crate) name: Option<LitStr>,
    pub(crate) sticky: bool,
}

impl FlowArgs {
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Self::default();
        arguments(tokens, &["name", "sticky"], errors, |key, input| {
            match key {
                "name" => args.name = Some(text(input)?),
                _ => args.sticky = true,
            }
            Ok(())
        });
        args
    }
}

/// The arguments of `#[task(…)]`.
#[derive(Default)]
pub(crate) struct TaskArgs {
    pub(crate) name: Option<LitStr>,
    pub(crate) weight: Option<Number>,
    pub(crate) tags: Vec<LitStr>,
    pub(crate) sends_nothing: bool,
}

impl TaskArgs {
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Self::default();
        let allowed = &["weight", "tags", "name", "sends_nothing"];
        arguments(tokens, allowed, errors, |key, input| {
            match key {
                "weight" => args.weight = Some(number(input)?),
                "tags" => args.tags = list(input, tag)?,
                "name" => args.name = Some(text(input)?),
                _ => args.sends_nothing = true,
            }
            Ok(())
        });
        args
    }
}

/// Reads `key`, `key = value` and `key(values)` in any order; after a mistake it goes on behind
/// the next comma.
fn arguments(
    tokens: TokenStream,
    allowed: &[&str],
    errors: &mut Errors,
    mut set: impl FnMut(&str, ParseStream<'_>) -> syn::Result<()>,
) {
    let mut seen: Vec<String> = Vec::new();
    let mut one = |input: ParseStream<'_>| {
        let key = input.call(Ident::parse_any)?;
        let name = key.to_string();
        if !allowed.contains(&name.as_str()) {
            return Err(syn::Error::new(key.span(), unknown(&name, allowed)));
        }
        if seen.contains(&name) {
            return Err(syn::Error::new(key.span(), format!("`{name}` is given twice")));
        }
        seen.push(name.clone());
        set(&name, input)?;
        if input.is_empty() || input.peek(Token![,]) {
            return Ok(());
        }
        Err(input.error(format!("expected `,` after `{name}`")))
    };
    let all = |input: ParseStream<'_>| {
        while !input.is_empty() {
            if let Err(error) = one(input) {
                errors.push(error);
                while !input.is_empty() && !input.peek(Token![,]) {
                    input.parse::<TokenTree>()?;
                }
            }
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(())
    };
    // What is left of a list behind a mistake is returned as a second one.
    if let Err(error) = all.parse2(tokens)
        && errors.is_empty()
    {
        errors.push(error);
    }
}

fn unknown(name: &str, allowed: &[&str]) -> String {
    let likeness = |known: &&&str| strsim::jaro_winkler(name, known);
    let nearest = allowed
        .iter()
        .filter(|known| likeness(known) >= 0.75)
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    let hint = nearest.map(|known| format!(", did you mean `{known}`?")).unwrap_or_default();
    format!("unknown argument `{name}`{hint}\nallowed here: {}", allowed.join(", "))
}

fn value<T: syn::parse::Parse>(input: ParseStream<'_>) -> syn::Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}

fn number(input: ParseStream<'_>) -> syn::Result<Number> {
    input.parse::<Token![=]>()?;
    let place = input.span();
    let wrong = |_| syn::Error::new(place, "expected a whole number, 0 or more");
    let literal: LitInt = input.parse().map_err(wrong)?;
    let value = literal.base10_parse().map_err(wrong)?;
    Ok(Number { literal: LitInt::new(&format!("{value}u32"), literal.span()), value })
}

fn text(input: ParseStream<'_>) -> syn::Result<LitStr> {
    let text: LitStr = value(input)?;
    if text.value().trim().is_empty() {
        return Err(syn::Error::new(text.span(), "expected a text that is not empty"));
    }
    Ok(text)
}

fn list<T>(
    input: ParseStream<'_>,
    item: fn(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<Vec<T>> {
    let inside;
    parenthesized!(inside in input);
    let mut items = Vec::new();
    while !inside.is_empty() {
        items.push(item(&inside)?);
        if !inside.is_empty() {
            inside.parse::<Token![,]>()?;
        }
    }
    Ok(items)
}

fn flow_use(input: ParseStream<'_>) -> syn::Result<FlowUse> {
    Ok(FlowUse { path: input.call(Path::parse_mod_style)?, weight: number(input)? })
}

fn tag(input: ParseStream<'_>) -> syn::Result<LitStr> {
    let tag: LitStr = input.parse()?;
    let text = tag.value();
    if text.is_empty() || text.contains(|c: char| c.is_whitespace() || c == ',') {
        let text = "a tag has no spaces and no commas, because `--tags` splits there";
        return Err(syn::Error::new(tag.span(), text));
    }
    Ok(tag)
}

//! The arguments of the attributes. Their names are checked here, their values by the compiler:
//! each becomes an argument of the engine's method of that name.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, Token, Type, parenthesized};

pub(crate) const USER: &[&str] =
    &["weight", "fixed_count", "when_asked", "wait", "name", "host", "flows", "make"];
/// On a struct, besides; on an `impl` block these are the type itself and functions with marks.
pub(crate) const PERSONA: &[&str] = &["state", "on_start", "on_stop"];
pub(crate) const FLOW: &[&str] =
    &["name", "sequential", "markov", "sticky", "wait", "tags", "flows", "state"];
pub(crate) const TASK: &[&str] = &["weight", "tags", "name", "next", "sends_nothing"];
/// `#[flow(…)]` on a function that gives a flow the place of a task.
pub(crate) const PART: &[&str] = &["weight", "next"];

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

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The mistakes as `compile_error!`s; nothing when there are none.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.0.map(|errors| errors.to_compile_error()).unwrap_or_default()
    }
}

/// `sticky`, `weight = 3` or `tags("a", "b")`.
pub(crate) struct Arg {
    pub(crate) key: Ident,
    pub(crate) value: Option<TokenStream>,
    pub(crate) list: Vec<Expr>,
}

/// The arguments of one attribute.
#[derive(Default)]
pub(crate) struct Args(pub(crate) Vec<Arg>);

impl Args {
    /// Reads arguments in any order; after a mistake it goes on behind the next comma.
    pub(crate) fn parse(tokens: TokenStream, known: &[&str], errors: &mut Errors) -> Self {
        let mut args = Self::default();
        let all = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if let Err(error) = args.read(input, known) {
                    errors.push(error);
                    while !input.is_empty() && !input.peek(Token![,]) {
                        input.parse::<TokenTree>()?;
                    }
                }
                input.parse::<Option<Token![,]>>()?;
            }
            Ok(())
        };
        let whole = all.parse2(tokens);
        // What is left of a list behind a mistake is returned as a second one.
        if let (Err(error), true) = (whole, errors.is_empty()) {
            errors.push(error);
        }
        args
    }

    fn read(&mut self, input: ParseStream<'_>, known: &[&str]) -> syn::Result<()> {
        let key = input.call(Ident::parse_any)?;
        if !known.iter().any(|name| key == name) {
            return Err(syn::Error::new(key.span(), unknown(&key.to_string(), known)));
        }
        if self.get(&key.to_string()).is_some() {
            return Err(syn::Error::new(key.span(), format!("`{key}` is given twice")));
        }
        let mut arg = Arg { key, value: None, list: Vec::new() };
        if input.peek(syn::token::Paren) {
            let inside;
            parenthesized!(inside in input);
            arg.list = Punctuated::<_, Token![,]>::parse_terminated(&inside)?.into_iter().collect();
        } else if input.parse::<Option<Token![=]>>()?.is_some() {
            let is_type = arg.key == "state";
            let value = if is_type { of::<Type>(input) } else { of::<Expr>(input) };
            arg.value = Some(value?);
        }
        if !input.is_empty() && !input.peek(Token![,]) {
            return Err(input.error(format!("expected `,` after `{}`", arg.key)));
        }
        self.0.push(arg);
        Ok(())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Arg> {
        self.0.iter().find(|arg| arg.key == name)
    }

    pub(crate) fn value(&self, name: &str) -> Option<&TokenStream> {
        self.get(name)?.value.as_ref()
    }

    /// `flows(Synthesis = 40)`, `next(pay = 3)`: the names with their weights.
    pub(crate) fn weights(&self, name: &str) -> impl Iterator<Item = (TokenStream, TokenStream)> {
        self.get(name).into_iter().flat_map(|arg| &arg.list).map(|item| match item {
            Expr::Assign(pair) => (pair.left.to_token_stream(), pair.right.to_token_stream()),
            other => (other.to_token_stream(), quote!(1)),
        })
    }
}

fn of<T: syn::parse::Parse + ToTokens>(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    Ok(input.parse::<T>()?.into_token_stream())
}

fn unknown(name: &str, known: &[&str]) -> String {
    if name == "abstract" {
        return "there are no abstract classes: put what classes share into a state type and \
            #[flow]s, and give each class `state = …` and `flows(…)`"
            .to_owned();
    }
    let likeness = |known: &&&str| strsim::jaro_winkler(name, known);
    let nearest = known.iter().filter(|known| likeness(known) >= 0.75);
    let nearest = nearest.max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    let hint = nearest.map(|known| format!(", did you mean `{known}`?")).unwrap_or_default();
    let known = if known.is_empty() { "nothing".to_owned() } else { known.join(", ") };
    format!("unknown argument `{name}`{hint}\nallowed here: {known}")
}

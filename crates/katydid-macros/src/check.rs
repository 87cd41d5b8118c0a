//! The functions below the attributes, and what only the attributes can tell of them at their
//! place. The rest is checked by the compiler, and by the engine before a run.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt as _;
use syn::{
    Attribute, FnArg, ImplItem, ImplItemFn, ItemImpl, Meta, ReceiverKind, ReturnType, Signature,
    Type,
};

use crate::attr::{Args, Errors, PART, TASK};

/// Whose functions they are: it decides where the state comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The state is `self`.
    User,
    /// The state is the first argument.
    Flow,
}

/// What a marked function is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Task,
    /// It makes a flow that takes the place of a task.
    Flow,
    OnStart,
    OnStop,
}

/// The attributes that give the roles, with their arguments.
const MARKS: [(&str, Role, &[&str]); 4] = [
    ("task", Role::Task, TASK),
    ("flow", Role::Flow, PART),
    ("on_start", Role::OnStart, &[]),
    ("on_stop", Role::OnStop, &[]),
];

/// The last name counts, so that `#[katydid::task]` works too.
fn mark_of(attr: &Attribute) -> Option<&'static (&'static str, Role, &'static [&'static str])> {
    let last = attr.path().segments.last()?;
    MARKS.iter().find(|(name, ..)| last.ident == name)
}

/// A marked function.
pub(crate) struct Member {
    /// The attribute that marks it.
    pub(crate) mark: &'static str,
    pub(crate) role: Role,
    pub(crate) ident: Ident,
    /// What else stands above it. Where its `#[cfg(…)]` says no, it must not be called.
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) args: Args,
}

impl Member {
    /// The name of a task in reports.
    pub(crate) fn name(&self) -> TokenStream {
        let own = || self.ident.unraw().to_string().into_token_stream();
        self.args.value("name").cloned().unwrap_or_else(own)
    }

    pub(crate) fn cfgs(&self) -> impl Iterator<Item = &Attribute> {
        self.attrs.iter().filter(|attr| attr.path().is_ident("cfg"))
    }
}

/// The marked functions of an `impl` block, in the order of definition.
#[derive(Default)]
pub(crate) struct Members {
    pub(crate) all: Vec<Member>,
    /// The type of the state, for a flow.
    pub(crate) state: Option<TokenStream>,
    /// Whether something can be drawn; what breaks another rule is given the benefit of doubt.
    pub(crate) drawable: bool,
}

/// Takes the marks off the functions of `item` and says what they mean.
pub(crate) fn members(
    item: &mut ItemImpl,
    owner: Owner,
    args: &Args,
    errors: &mut Errors,
) -> Members {
    let mut members = Members::default();
    for member in &mut item.items {
        let ImplItem::Fn(function) = member else { continue };
        let Some(new) = member_of(function, errors) else { continue };
        members.drawable |= matches!(new.role, Role::Task | Role::Flow) && !is_off(&new.args);
        if !fits(&function.sig, new.role, owner) {
            errors.at(&new.ident, format!("#[{}] wants `{}`", new.mark, form(&new, owner)));
            continue;
        }
        if let Some(FnArg::Typed(state)) = function.sig.inputs.first()
            && let Type::Reference(state) = &*state.ty
        {
            members.state.get_or_insert_with(|| state.elem.to_token_stream());
        }
        members.add(new, errors);
    }
    let what = if owner == Owner::User { "user class" } else { "flow" };
    drawn(&item.self_ty, &format!("{what} has nothing to do: no task"), &members, args, errors);
    order(args, &members, errors);
    members
}

/// What has nothing to draw from is refused.
pub(crate) fn drawn(
    place: impl ToTokens,
    text: &str,
    members: &Members,
    args: &Args,
    errors: &mut Errors,
) {
    if !members.drawable && args.weights("flows").all(|(_, weight)| weight.to_string() == "0") {
        errors.at(place, format!("this {text} with a weight above 0"));
    }
}

/// What only some kinds of flow allow.
fn order(args: &Args, members: &Members, errors: &mut Errors) {
    let markov = args.get("markov").is_some();
    if let (true, Some(second)) = (markov, args.get("sequential")) {
        errors.at(&second.key, "a flow is sequential or markov, not both");
    }
    let refused: &[(&str, &str)] = if markov {
        &[
            ("weight", "a task of a markov flow has no weight: the transitions to it have"),
            ("tags", "a task of a markov flow has no tags of its own: tag the flow"),
        ]
    } else {
        &[("next", "only tasks of a #[flow(markov)] have transitions")]
    };
    for member in &members.all {
        for (name, text) in refused {
            if let Some(arg) = member.args.get(name) {
                errors.at(&arg.key, text);
            }
        }
    }
}

fn is_off(args: &Args) -> bool {
    args.value("weight").is_some_and(|weight| weight.to_string() == "0")
}

/// Takes the mark off the function.
fn member_of(function: &mut ImplItemFn, errors: &mut Errors) -> Option<Member> {
    let marks: Vec<_> = function.attrs.extract_if(.., |attr| mark_of(attr).is_some()).collect();
    if let Some(second) = marks.get(1) {
        let text = "a function has one role: one of #[task], #[flow], #[on_start] and #[on_stop]";
        errors.at(second, text);
    }
    let attr = marks.first()?;
    let &(mark, role, known) = mark_of(attr)?;
    let tokens = match &attr.meta {
        Meta::Path(_) => Ok(TokenStream::new()),
        meta => meta.require_list().map(|list| list.tokens.clone()),
    };
    let tokens = tokens.unwrap_or_else(|error| {
        errors.push(error);
        TokenStream::new()
    });
    let args = Args::parse(tokens, known, errors);
    Some(Member {
        mark,
        role,
        ident: function.sig.ident.clone(),
        attrs: function.attrs.clone(),
        args,
    })
}

/// Whether the function can be called as what it is marked as.
fn fits(sig: &Signature, role: Role, owner: Owner) -> bool {
    let says = !matches!(sig.output, ReturnType::Default);
    if role == Role::Flow {
        return says && sig.asyncness.is_none() && sig.inputs.is_empty();
    }
    let state = match sig.inputs.first() {
        Some(FnArg::Receiver(this)) => {
            owner == Owner::User && matches!(this.kind, ReceiverKind::Reference(..))
        }
        Some(FnArg::Typed(argument)) => {
            owner == Owner::Flow && matches!(*argument.ty, Type::Reference(_))
        }
        None => false,
    };
    says && state && sig.asyncness.is_some() && sig.inputs.len() == 2
}

fn form(member: &Member, owner: Owner) -> String {
    let name = &member.ident;
    let state = if owner == Owner::User { "&mut self" } else { "user: &mut State" };
    match member.role {
        Role::Flow => format!("fn {name}() -> Flow<State>"),
        _ => format!("async fn {name}({state}, session: &mut Session) -> TaskResult"),
    }
}

impl Members {
    fn add(&mut self, new: Member, errors: &mut Errors) {
        let name = |member: &Member| match member.role {
            Role::Task => member.name().to_string(),
            Role::Flow => member.ident.to_string(),
            Role::OnStart | Role::OnStop => String::new(),
        };
        let twin = |other: &Member| other.role == new.role && name(other) == name(&new);
        // Of two functions under `cfg` only one may be left; the engine looks again at the start.
        if new.cfgs().next().is_none() && self.all.iter().any(twin) {
            let text = format!("a second #[{}] {}", new.mark, name(&new));
            errors.at(&new.ident, text.trim_end());
        }
        self.all.push(new);
    }
}

//! The rules for what stands below the attributes. What breaks a rule is reported and left out,
//! so that one mistake is one message.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::{
    Attribute, FnArg, ImplItem, ImplItemFn, ItemImpl, Meta, ReceiverKind, ReturnType, Signature,
    Type,
};

use crate::attr::{Errors, TaskArgs, UserArgs};

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
    OnStart,
    OnStop,
}

impl Role {
    const ALL: [Self; 3] = [Self::Task, Self::OnStart, Self::OnStop];

    /// The attribute that gives the role, which is the engine's method for a hook too.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::OnStart => "on_start",
            Self::OnStop => "on_stop",
        }
    }

    /// The last name counts, so that `#[katydid::task]` works too.
    fn of(attr: &Attribute) -> Option<Self> {
        let last = attr.path().segments.last()?;
        Self::ALL.into_iter().find(|role| last.ident == role.name())
    }
}

/// A function to be called by its name.
pub(crate) struct Function {
    pub(crate) ident: Ident,
    /// Its `#[cfg(…)]`: where it is not compiled, it must not be called.
    pub(crate) cfgs: Vec<Attribute>,
}

pub(crate) struct Task {
    pub(crate) function: Function,
    pub(crate) args: TaskArgs,
}

impl Task {
    pub(crate) fn name(&self) -> String {
        match &self.args.name {
            Some(name) => name.value(),
            None => self.function.ident.unraw().to_string(),
        }
    }
}

/// The marked functions of an `impl` block.
#[derive(Default)]
pub(crate) struct Members {
    pub(crate) tasks: Vec<Task>,
    pub(crate) hooks: Vec<(Role, Function)>,
    /// The type of the state, for a flow.
    pub(crate) state: Option<Type>,
    /// Whether a task can be drawn; one that breaks another rule is given the benefit of doubt.
    pub(crate) drawable: bool,
}

/// Takes the marks off the functions of `item` and says what they mean.
pub(crate) fn members(item: &mut ItemImpl, owner: Owner, errors: &mut Errors) -> Members {
    let (mut members, mut ignored) = (Members::default(), Errors::default());
    let errors = match &item.trait_ {
        None => errors,
        Some((path, _)) => {
            errors.at(path, "expected an `impl` block of the type itself, not of a trait");
            // The marks still come off; nothing else about this block matters.
            members.drawable = true;
            &mut ignored
        }
    };
    for member in &mut item.items {
        let ImplItem::Fn(function) = member else { continue };
        let Some((role, args)) = take_role(function, errors) else { continue };
        members.drawable |= role == Role::Task && args.weight.as_ref().is_none_or(|w| w.value > 0);
        let right = signature(&function.sig, role, owner, errors);
        let agrees = owner == Owner::User || members.agrees(&function.sig, errors);
        if right && agrees {
            members.add(function, role, args, errors);
        }
    }
    members
}

/// A user or a flow from which nothing can be drawn is refused.
pub(crate) fn something_to_draw(
    item: &ItemImpl,
    owner: Owner,
    members: &Members,
    errors: &mut Errors,
) {
    if !members.drawable {
        let what = if owner == Owner::User { "user class" } else { "flow" };
        let text = format!("this {what} has nothing to do: no #[task] with a weight above 0");
        errors.at(&item.self_ty, text);
    }
}

/// A flow that is named twice is refused.
pub(crate) fn flows(args: &UserArgs, errors: &mut Errors) {
    let name = |path: &syn::Path| path.to_token_stream().to_string();
    for (index, flow) in args.flows.iter().enumerate() {
        if args.flows[..index].iter().any(|other| name(&other.path) == name(&flow.path)) {
            errors.at(&flow.path, format!("flow `{}` is given twice", name(&flow.path)));
        }
    }
}

/// Takes `#[task]`, `#[on_start]` or `#[on_stop]` off the function.
fn take_role(function: &mut ImplItemFn, errors: &mut Errors) -> Option<(Role, TaskArgs)> {
    let marks: Vec<Attribute> =
        function.attrs.extract_if(.., |attr| Role::of(attr).is_some()).collect();
    if let Some(second) = marks.get(1) {
        errors.at(second, "a function has one role: one of #[task], #[on_start] and #[on_stop]");
    }
    let mark = marks.first()?;
    let role = Role::of(mark)?;
    let args = match &mark.meta {
        Meta::Path(_) => TokenStream::new(),
        Meta::List(list) => list.tokens.clone(),
        Meta::NameValue(pair) => {
            errors.at(pair, format!("expected #[{0}] or #[{0}(…)]", role.name()));
            TokenStream::new()
        }
    };
    if role == Role::Task {
        return Some((role, TaskArgs::parse(args, errors)));
    }
    if !args.is_empty() {
        errors.at(args, format!("#[{}] takes no arguments", role.name()));
    }
    Some((role, TaskArgs::default()))
}

/// Whether the function can be called as a task. Hooks have the same form.
fn signature(sig: &Signature, role: Role, owner: Owner, errors: &mut Errors) -> bool {
    let (attr, name) = (role.name(), &sig.ident);
    let first = if owner == Owner::User { "&mut self" } else { "user: &mut State" };
    let form = format!("async fn {name}({first}, session: &mut Session) -> TaskResult");
    let mut faults = Errors::default();
    if sig.asyncness.is_none() {
        faults.at(sig.fn_token, format!("#[{attr}] wants an async function: `{form}`"));
    }
    if matches!(sig.output, ReturnType::Default) {
        faults.at(name, format!("#[{attr}] must say how it ended: `{form}`"));
    }
    if sig.inputs.len() != 2 {
        let count = sig.inputs.len();
        let text = format!("#[{attr}] takes 2 arguments, `{name}` has {count}: `{form}`");
        faults.at(name, text);
    } else if !takes_state(&sig.inputs[0], owner) {
        faults.at(&sig.inputs[0], format!("expected `{first}` here: `{form}`"));
    }
    let right = faults.is_empty();
    errors.append(faults);
    right
}

fn takes_state(first: &FnArg, owner: Owner) -> bool {
    match (first, owner) {
        (FnArg::Receiver(this), Owner::User) => matches!(this.kind, ReceiverKind::Reference(..)),
        (FnArg::Typed(argument), Owner::Flow) => matches!(*argument.ty, Type::Reference(_)),
        _ => false,
    }
}

impl Members {
    /// Whether the function works on the same state as those before it.
    fn agrees(&mut self, sig: &Signature, errors: &mut Errors) -> bool {
        let Some(FnArg::Typed(first)) = sig.inputs.first() else { return true };
        let Type::Reference(reference) = &*first.ty else { return true };
        let known = self.state.get_or_insert_with(|| (*reference.elem).clone());
        let (known, given) = (known.to_token_stream(), reference.elem.to_token_stream());
        if known.to_string() == given.to_string() {
            return true;
        }
        let text = format!("all functions of a flow share one state: `{known}` above, not this");
        errors.at(&first.ty, text);
        false
    }

    fn add(&mut self, function: &ImplItemFn, role: Role, args: TaskArgs, errors: &mut Errors) {
        let is_cfg = |attr: &&Attribute| attr.path().is_ident("cfg");
        let cfgs: Vec<Attribute> = function.attrs.iter().filter(is_cfg).cloned().collect();
        // Of two functions under `cfg` only one may be left; the engine looks again at the start.
        let certain = cfgs.is_empty();
        let function = Function { ident: function.sig.ident.clone(), cfgs };
        if role != Role::Task {
            if certain && self.hooks.iter().any(|(other, _)| *other == role) {
                errors.at(&function.ident, format!("a second #[{}]", role.name()));
            }
            return self.hooks.push((role, function));
        }
        let task = Task { function, args };
        let name = task.name();
        if certain && self.tasks.iter().any(|other| other.name() == name) {
            let text = format!("a second task named `{name}`: they would share one row of reports");
            match &task.args.name {
                Some(given) => errors.at(given, text),
                None => errors.at(&task.function.ident, text),
            }
        }
        self.tasks.push(task);
    }
}

//! What the attributes write: one `impl` block of absolute paths, without decisions.
//!
//! The author's item is always given back, also beside errors, so that editors go on completing.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Attribute, Expr, Generics, Item, ItemImpl, ItemStruct, Lit, Meta, Path, Type};

use crate::attr::{Errors, FlowArgs, Number, UserArgs};
use crate::check::{self, Function, Members, Owner, Role, Task};

/// `#[user(…)]`.
pub(crate) fn user(args: TokenStream, item: TokenStream) -> TokenStream {
    match syn::parse2(item.clone()) {
        Ok(Item::Impl(block)) => user_impl(args, block),
        Ok(Item::Struct(persona)) => user_struct(args, persona),
        _ => refused(item, "#[user] goes on an `impl` block or on a struct"),
    }
}

/// `#[flow(…)]`.
pub(crate) fn flow(args: TokenStream, item: TokenStream) -> TokenStream {
    let Ok(Item::Impl(mut block)) = syn::parse2(item.clone()) else {
        return refused(item, "#[flow] goes on an `impl` block of a unit struct");
    };
    let mut errors = Errors::default();
    let args = FlowArgs::parse(args, &mut errors);
    let members = check::members(&mut block, Owner::Flow, &mut errors);
    check::something_to_draw(&block, Owner::Flow, &members, &mut errors);
    let made = members.state.as_ref().map(|state| flow_function(&block, &args, &members, state));
    let errors = errors.into_tokens();
    quote! { #block #made #errors }
}

/// `#[task]`, `#[on_start]` and `#[on_stop]` where nothing reads them.
pub(crate) fn misplaced(name: &str, item: TokenStream) -> TokenStream {
    let text = format!(
        "#[{name}] belongs on a function of an `impl` block that has #[user] or #[flow] above it"
    );
    refused(item, &text)
}

fn refused(item: TokenStream, text: &str) -> TokenStream {
    let error = syn::Error::new(Span::call_site(), text).to_compile_error();
    quote! { #item #error }
}

fn user_impl(args: TokenStream, mut block: ItemImpl) -> TokenStream {
    let mut errors = Errors::default();
    let args = UserArgs::on_impl(args, &mut errors);
    let mut members = check::members(&mut block, Owner::User, &mut errors);
    members.drawable |= args.flows.iter().any(|flow| flow.weight.value > 0);
    check::something_to_draw(&block, Owner::User, &members, &mut errors);
    check::flows(&args, &mut errors);
    let ty = &block.self_ty;
    let hooks = members.hooks.iter().map(|(role, function)| hook_step(*role, function));
    let own = hooks.chain(members.tasks.iter().map(task_step)).collect();
    let made = user_trait(&args, &block.attrs, &block.generics, ty, ty, own);
    let errors = errors.into_tokens();
    quote! { #block #made #errors }
}

fn user_struct(args: TokenStream, persona: ItemStruct) -> TokenStream {
    let mut errors = Errors::default();
    let args = UserArgs::on_struct(args, &mut errors);
    if errors.is_empty() && args.flows.iter().all(|flow| flow.weight.value == 0) {
        let text = "this user class has nothing to do: no flow with a weight above 0";
        errors.at(&persona.ident, text);
    }
    check::flows(&args, &mut errors);
    let (ident, (_, of, _)) = (&persona.ident, persona.generics.split_for_impl());
    let ty: Type = syn::parse_quote!(#ident #of);
    let state = args.state.as_ref().unwrap_or(&ty);
    let hooks = [(Role::OnStart, &args.on_start), (Role::OnStop, &args.on_stop)];
    let own = hooks.iter().filter_map(|(role, path)| Some(path_hook(*role, path.as_ref()?)));
    let made = user_trait(&args, &persona.attrs, &persona.generics, &ty, state, own.collect());
    let errors = errors.into_tokens();
    quote! { #persona #made #errors }
}

fn user_trait(
    args: &UserArgs,
    attrs: &[Attribute],
    generics: &Generics,
    ty: &Type,
    state: &Type,
    own: Vec<TokenStream>,
) -> TokenStream {
    let start = new_class(args, &name_of(ty), state);
    let (settings, flows) = (settings(args, attrs), flow_steps(args));
    let (generics, _, bounds) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #generics ::katydid::User for #ty #bounds {
            type State = #state;

            fn class() -> ::katydid::UserClass<Self::State> {
                let made = #start;
                #(#settings)*
                #(#own)*
                #(#flows)*
                made
            }
        }
    }
}

fn flow_function(
    block: &ItemImpl,
    args: &FlowArgs,
    members: &Members,
    state: &Type,
) -> TokenStream {
    let ty = &block.self_ty;
    let name = args.name.as_ref().map_or_else(|| name_of(ty), syn::LitStr::value);
    let sticky = args.sticky.then(|| quote! { let made = made.sticky(); });
    let hooks = members.hooks.iter().map(|(role, function)| hook_step(*role, function));
    let tasks = members.tasks.iter().map(task_step);
    let (generics, _, bounds) = block.generics.split_for_impl();
    quote! {
        impl #generics #ty #bounds {
            /// The flow, for `flows(…)` of a user class.
            pub fn flow() -> ::katydid::Flow<#state> {
                let made = ::katydid::Flow::new(#name);
                #sticky
                #(#hooks)*
                #(#tasks)*
                made
            }
        }
    }
}

fn new_class(args: &UserArgs, name: &str, state: &Type) -> TokenStream {
    let name = args.name.as_ref().map_or_else(|| name.to_owned(), syn::LitStr::value);
    match &args.make {
        Some(make) => quote! { ::katydid::UserClass::new(#name, #make) },
        None => {
            let span = at(state.span());
            quote_spanned! { span=> ::katydid::UserClass::<#state>::with_default(#name) }
        }
    }
}

fn settings(args: &UserArgs, attrs: &[Attribute]) -> Vec<TokenStream> {
    let about = about(attrs);
    let number = |number: &Number| number.literal.to_token_stream();
    let given = [
        ("about", (!about.is_empty()).then(|| about.to_token_stream())),
        ("weight", args.weight.as_ref().map(number)),
        ("fixed_count", args.fixed_count.as_ref().map(number)),
        ("wait", args.wait.as_ref().map(quote::ToTokens::to_token_stream)),
        ("host", args.host.as_ref().map(quote::ToTokens::to_token_stream)),
    ];
    let step = |(name, value): (&str, Option<TokenStream>)| {
        let (method, value) = (method(name), value?);
        Some(quote! { let made = made.#method(#value); })
    };
    given.into_iter().filter_map(step).collect()
}

fn flow_steps(args: &UserArgs) -> impl Iterator<Item = TokenStream> {
    args.flows.iter().map(|flow| {
        let (path, weight) = (&flow.path, &flow.weight.literal);
        let made = quote_spanned! { at(path.span())=> #path::flow() };
        quote! { let made = made.flow(#weight, #made); }
    })
}

fn task_step(task: &Task) -> TokenStream {
    let (name, cfgs, run) = (task.name(), &task.function.cfgs, call(&task.function));
    let weight = task.args.weight.as_ref().map(|number| {
        let weight = &number.literal;
        quote! { .weight(#weight) }
    });
    let tags = &task.args.tags;
    let tags = (!tags.is_empty()).then(|| quote! { .tags([#(#tags),*]) });
    let silent = task.args.sends_nothing.then(|| quote! { .sends_nothing() });
    quote! {
        #(#cfgs)*
        let made = made.task(::katydid::Task::new(#name, #run) #weight #tags #silent);
    }
}

fn hook_step(role: Role, function: &Function) -> TokenStream {
    let (method, cfgs, run) = (method(role.name()), &function.cfgs, call(function));
    quote! { #(#cfgs)* let made = made.#method(#run); }
}

fn path_hook(role: Role, path: &Path) -> TokenStream {
    let (method, span) = (method(role.name()), at(path.span()));
    let run = quote_spanned! { span=>
        |state, session| ::std::boxed::Box::pin(#path(state, session))
    };
    quote! { let made = made.#method(#run); }
}

fn method(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

/// The function as a pointer that boxes its future.
fn call(function: &Function) -> TokenStream {
    let ident = &function.ident;
    quote_spanned! { at(ident.span())=>
        |state, session| ::std::boxed::Box::pin(Self::#ident(state, session))
    }
}

/// The author's place for messages, without making generated code look as if the author wrote it.
fn at(span: Span) -> Span {
    Span::call_site().located_at(span)
}

fn name_of(ty: &Type) -> String {
    let Type::Path(path) = ty else { return ty.to_token_stream().to_string() };
    path.path.segments.last().map(|last| last.ident.unraw().to_string()).unwrap_or_default()
}

/// The first paragraph of a doc comment.
fn about(attrs: &[Attribute]) -> String {
    let lines = attrs.iter().filter(|attr| attr.path().is_ident("doc")).filter_map(|attr| {
        let Meta::NameValue(pair) = &attr.meta else { return None };
        let Expr::Lit(literal) = &pair.value else { return None };
        let Lit::Str(text) = &literal.lit else { return None };
        Some(text.value())
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    let paragraph = text.trim().lines().map(str::trim).take_while(|line| !line.is_empty());
    paragraph.collect::<Vec<_>>().join(" ")
}

//! What the attributes write: one `impl` block of absolute paths, without decisions.
//!
//! The author's item is always given back, also beside errors, so that editors go on completing.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Attribute, Generics, Item, Meta, Type};

use crate::attr::{Arg, Args, Errors, FLOW, PERSONA, USER};
use crate::check::{self, Member, Members, Owner, Role};

/// `#[user(…)]`.
pub(crate) fn user(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let mut parsed = syn::parse2(item.clone());
    let made = match &mut parsed {
        Ok(Item::Impl(block)) => {
            let args = Args::parse(args, USER, &mut errors);
            let members = check::members(block, Owner::User, &args, &mut errors);
            let steps = steps(&args, &block.attrs, &members);
            user_trait(&args, &block.generics, &block.self_ty, &steps)
        }
        Ok(Item::Struct(persona)) => {
            let args = Args::parse(args, &[USER, PERSONA].concat(), &mut errors);
            let members = Members { drawable: !errors.is_empty(), ..Members::default() };
            let (ident, (_, of, _)) = (&persona.ident, persona.generics.split_for_impl());
            let text = "user class has nothing to do: no flow";
            check::drawn(ident, text, &members, &args, &mut errors);
            let steps = steps(&args, &persona.attrs, &members);
            user_trait(&args, &persona.generics, &syn::parse_quote!(#ident #of), &steps)
        }
        _ => return refused(item, "#[user] goes on an `impl` block or on a struct"),
    };
    let (item, errors) = (parsed.ok(), errors.into_tokens());
    quote! { #item #made #errors }
}

/// `#[flow(…)]`.
pub(crate) fn flow(args: TokenStream, item: TokenStream) -> TokenStream {
    let Ok(Item::Impl(mut block)) = syn::parse2(item.clone()) else {
        let text = "#[flow] goes on an `impl` block of a unit struct, or in a block with #[user] \
            or #[flow] on a function that makes a flow";
        return refused(item, text);
    };
    let mut errors = Errors::default();
    let args = Args::parse(args, FLOW, &mut errors);
    let members = check::members(&mut block, Owner::Flow, &args, &mut errors);
    let ty = &block.self_ty;
    let made = args.value("state").or(members.state.as_ref()).map(|state| {
        let name = name_of(&args, ty);
        let steps = steps(&args, &block.attrs, &members);
        let (generics, _, bounds) = block.generics.split_for_impl();
        quote! {
            impl #generics #ty #bounds {
                /// The flow, for `flows(…)` of a user class or of another flow.
                pub fn flow() -> ::katydid::Flow<#state> {
                    let made = ::katydid::Flow::new(#name);
                    #steps
                    made
                }
            }
        }
    });
    if made.is_none() && errors.is_empty() {
        errors.at(ty, "no task of its own shows its state; write #[flow(state = …)]");
    }
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

fn user_trait(args: &Args, generics: &Generics, ty: &Type, steps: &TokenStream) -> TokenStream {
    let name = name_of(args, ty);
    let state = args.value("state").cloned().unwrap_or_else(|| ty.to_token_stream());
    let start = match args.value("make") {
        Some(make) => quote! { ::katydid::UserClass::new(#name, #make) },
        None => quote_spanned! { at(state.span())=>
            ::katydid::UserClass::<#state>::with_default(#name)
        },
    };
    let (generics, _, bounds) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #generics ::katydid::User for #ty #bounds {
            type State = #state;

            fn class() -> ::katydid::UserClass<Self::State> {
                let made = #start;
                #steps
                made
            }
        }
    }
}

/// Everything behind the constructor of a class or a flow.
fn steps(args: &Args, attrs: &[Attribute], members: &Members) -> TokenStream {
    let calls = about(attrs).into_iter().chain(calls(args, members, "name"));
    let flows = args.weights("flows").map(|(path, weight)| {
        let made = quote_spanned! { at(path.span())=> #path::flow() };
        quote! { .flow(#weight, #made) }
    });
    let steps = members.all.iter().map(|member| {
        let (cfgs, step) = (member.cfgs(), step(member, members));
        quote! { #(#cfgs)* let made = made #step; }
    });
    quote! {
        #(let made = made #calls;)*
        #(#steps)*
        #(let made = made #flows;)*
    }
}

fn step(member: &Member, members: &Members) -> TokenStream {
    let (ident, name, span) = (&member.ident, member.name(), at(member.ident.span()));
    // The weight of a flow is told where it is added.
    let apart = if member.role == Role::Flow { "weight" } else { "name" };
    let (about, calls) = (about(&member.attrs), calls(&member.args, members, apart));
    let run = pointer(&quote!(Self::#ident), span);
    match member.role {
        Role::Task => quote! { .task(::katydid::Task::new(#name, #run) #about #(#calls)*) },
        Role::Flow => {
            let weight = member.args.value("weight").cloned().unwrap_or_else(|| quote!(1));
            let made = quote_spanned! { span=> Self::#ident() };
            quote! { .flow(#weight, #made #about #(#calls)*) }
        }
        Role::OnStart => quote! { .on_start(#run) },
        Role::OnStop => quote! { .on_stop(#run) },
    }
}

/// A function as a pointer that boxes its future.
fn pointer(path: &TokenStream, span: Span) -> TokenStream {
    quote_spanned! { span=> |state, session| ::std::boxed::Box::pin(#path(state, session)) }
}

/// The arguments that are calls of the method of their name.
fn calls(args: &Args, members: &Members, apart: &str) -> Vec<TokenStream> {
    let made_with = ["name", "make", "state", "flows", apart];
    let is_call = |arg: &&Arg| !made_with.iter().any(|name| arg.key == name);
    let call = |arg: &Arg| {
        let method = Ident::new(&arg.key.to_string(), Span::call_site());
        let (value, list) = (&arg.value, &arg.list);
        if let (Some(path), true) = (value, arg.key == "on_start" || arg.key == "on_stop") {
            let run = pointer(path, at(path.span()));
            quote! { .#method(#run) }
        } else if arg.key == "next" {
            let next = args.weights("next").map(|(to, weight)| {
                let name = state_name(&to, members);
                quote! { (#name, #weight) }
            });
            quote! { .#method([#(#next),*]) }
        } else if list.is_empty() {
            quote! { .#method(#value) }
        } else {
            quote! { .#method([#(#list),*]) }
        }
    };
    args.0.iter().filter(is_call).map(call).collect()
}

/// The name of the state of a markov flow that the function `to` stands for.
fn state_name(to: &TokenStream, members: &Members) -> TokenStream {
    let named = to.to_string();
    match members.all.iter().find(|member| member.role == Role::Task && member.ident == named) {
        Some(task) => task.name(),
        // The compiler knows whether there is such a function.
        None => quote_spanned! { at(to.span())=> Self::#to().name() },
    }
}

/// The author's place for messages, without making generated code look as if the author wrote it.
fn at(span: Span) -> Span {
    Span::call_site().located_at(span)
}

fn name_of(args: &Args, ty: &Type) -> TokenStream {
    let of_type = || match ty {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.unraw().to_string()),
        _ => None,
    };
    let given = args.value("name").cloned();
    given.or_else(|| of_type().map(|name| name.to_token_stream())).unwrap_or_else(|| quote!(""))
}

/// The doc comment; the engine takes the first paragraph.
fn about(attrs: &[Attribute]) -> Option<TokenStream> {
    let lines = attrs.iter().filter_map(|attr| match &attr.meta {
        Meta::NameValue(doc) if doc.path.is_ident("doc") => Some(&doc.value),
        _ => None,
    });
    let lines: Vec<_> = lines.collect();
    (!lines.is_empty()).then(|| quote! { .about(::core::concat!(#(#lines, "\n"),*)) })
}

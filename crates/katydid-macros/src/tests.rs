//! Arguments as they are parsed, and what the attributes write for each feature.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::attr::{Errors, FlowArgs, TaskArgs, UserArgs};
use crate::expand;

/// The messages of `parse`, one per line.
fn told<T>(tokens: TokenStream, parse: fn(TokenStream, &mut Errors) -> T) -> String {
    let mut errors = Errors::default();
    parse(tokens, &mut errors);
    let file: syn::File = syn::parse2(errors.into_tokens()).expect("errors are items");
    let text = |item: &syn::Item| match item {
        syn::Item::Macro(error) => {
            syn::parse2::<syn::LitStr>(error.mac.tokens.clone()).expect("a text").value()
        }
        other => panic!("no error: {}", source(other)),
    };
    file.items.iter().map(text).collect::<Vec<_>>().join("\n")
}

fn source(tokens: impl ToTokens) -> String {
    tokens.to_token_stream().to_string()
}

fn pretty(tokens: TokenStream) -> String {
    prettyplease::unparse(&syn::parse2(tokens).expect("what is written is Rust"))
}

#[test]
fn arguments_come_in_any_order_with_or_without_a_last_comma() {
    let mut errors = Errors::default();
    let tokens = quote!(tags("a", "b",), sends_nothing, weight = 15, name = "x",);
    let args = TaskArgs::parse(tokens, &mut errors);
    assert!(errors.is_empty());
    assert_eq!(args.weight.expect("given").value, 15);
    assert_eq!(args.name.expect("given").value(), "x");
    assert_eq!(args.tags.iter().map(syn::LitStr::value).collect::<Vec<_>>(), ["a", "b"]);
    assert!(args.sends_nothing);
}

#[test]
fn values_are_whole_expressions_types_and_paths() {
    let mut errors = Errors::default();
    let tokens = quote! {
        state = Box<(A, B)>, make = |new| Box::new((A, B(new.index))), wait = between(1.0, 2.0),
        on_start = a::b, flows(x::Y = 4, Z = 1_0)
    };
    let args = UserArgs::on_struct(tokens, &mut errors);
    assert!(errors.is_empty());
    assert_eq!(source(args.state), quote!(Box<(A, B)>).to_string());
    assert_eq!(source(args.on_start), quote!(a::b).to_string());
    assert_eq!(source(args.wait), quote!(between(1.0, 2.0)).to_string());
    assert!(matches!(args.make, Some(syn::Expr::Closure(_))));
    assert_eq!(args.flows.iter().map(|flow| flow.weight.value).collect::<Vec<_>>(), [4, 10]);
}

#[test]
fn every_mistake_is_told_and_what_is_right_is_kept() {
    let tokens = quote!(wieght = 3, weight = -1, name = "", name = "y", qqq, tags("a b") "c");
    let told = told(tokens.clone(), TaskArgs::parse);
    let expected = "unknown argument `wieght`, did you mean `weight`?\n\
        allowed here: weight, tags, name, sends_nothing\n\
        expected a whole number, 0 or more\n\
        expected a text that is not empty\n\
        `name` is given twice\n\
        unknown argument `qqq`\n\
        allowed here: weight, tags, name, sends_nothing\n\
        a tag has no spaces and no commas, because `--tags` splits there";
    assert_eq!(told, expected);
    let args = TaskArgs::parse(quote!(wieght = 3, weight = 7), &mut Errors::default());
    assert_eq!(args.weight.expect("kept").value, 7);
}

#[test]
fn the_ends_of_arguments_are_checked() {
    assert_eq!(told(quote!(sticky = true), FlowArgs::parse), "expected `,` after `sticky`");
    assert_eq!(told(quote!(flows(A)), UserArgs::on_impl), "expected `=`");
    assert_eq!(
        told(quote!(weight = 4294967296), UserArgs::on_impl),
        "expected a whole number, 0 or more"
    );
    assert_eq!(told(quote!(flows(A = 1 B = 2)), UserArgs::on_impl), "expected `,`");
    assert!(told(quote!(state = A), UserArgs::on_impl).starts_with("unknown argument `state`"));
}

#[test]
fn a_user_class_on_an_impl_block() {
    let args =
        quote!(weight = 3, wait = between(1.0, 5.0), host = "http://x", flows(a::Paying = 2));
    let written = expand::user(
        args,
        quote! {
            /// Looks around,
            /// and buys.
            ///
            /// Not for the list.
            impl<T: Default + 'static> Shopper<T> {
                #[on_start]
                async fn log_in(&mut self, shop: &mut Session) -> TaskResult { Ok(()) }
                #[task(weight = 10, tags("shop", "critical"))]
                #[cfg(feature = "browse")]
                async fn browse(&mut self, shop: &mut Session) -> TaskResult { Ok(()) }
                #[katydid::task(name = "think", sends_nothing)]
                async fn r#yield(&mut self, _: &mut Session) -> TaskResult { Ok(()) }
                fn helper(&self) {}
            }
        },
    );
    insta::assert_snapshot!(pretty(written));
}

#[test]
fn a_user_class_on_a_struct() {
    let args = quote! {
        state = Reader, make = Reader::new, fixed_count = 2, on_start = Reader::log_in,
        on_stop = Reader::log_out, name = "Regular reader", flows(Synthesis = 40, Billing = 0)
    };
    let written = expand::user(
        args,
        quote!(
            /// A persona.
            pub struct Regular;
        ),
    );
    insta::assert_snapshot!(pretty(written));
}

#[test]
fn a_flow() {
    let written = expand::flow(
        quote!(sticky, name = "Speech"),
        quote! {
            impl Synthesis {
                #[on_stop]
                async fn leave(reader: &mut Reader, api: &mut Session) -> TaskResult { Ok(()) }
                #[task]
                async fn synthesize(reader: &mut Reader, api: &mut Session) -> TaskResult { Ok(()) }
            }
        },
    );
    insta::assert_snapshot!(pretty(written));
}

#[test]
fn beside_errors_the_item_and_what_is_right_are_written() {
    let written = expand::user(
        quote!(weigth = 1),
        quote! {
            impl Shopper {
                #[task(weight = 2)]
                async fn right(&mut self, shop: &mut Session) -> TaskResult { Ok(()) }
                #[task]
                fn wrong(&mut self) {}
            }
        },
    );
    insta::assert_snapshot!(pretty(written));
    let misplaced = expand::misplaced(
        "task",
        quote!(
            async fn alone() {}
        ),
    );
    insta::assert_snapshot!(pretty(misplaced));
}

#[test]
fn what_is_no_rust_is_given_back_as_it_was() {
    let broken = quote!(impl Shopper { fn });
    assert!(expand::user(quote!(), broken.clone()).to_string().starts_with(&broken.to_string()));
    assert!(expand::flow(quote!(), broken.clone()).to_string().starts_with(&broken.to_string()));
}

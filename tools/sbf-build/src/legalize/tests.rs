//! `fixtures/NAME.ll` becomes `fixtures/NAME.expected.ll`, whose last line
//! lists the expansions that were added.

use super::*;

macro_rules! fixture {
    ($name:literal) => {
        (
            include_str!(concat!("../../fixtures/", $name, ".ll")),
            include_str!(concat!("../../fixtures/", $name, ".expected.ll")),
        )
    };
}

/// The rewritten module, with the names of what was added in place of its text.
fn rewritten(module: &str) -> String {
    let legalized = legalize(module, 0, Noinline::Lifted);
    assert_eq!(legalized.illegal, Vec::<String>::new());
    let own = legalized.text.lines().take_while(|line| !line.contains(" @sbf") || line.contains(" = "));
    let mut added: Vec<&str> = legalized
        .text
        .lines()
        .filter(|line| line.starts_with("define internal") && line.contains(" @sbf."))
        .filter_map(|line| line.split(['@', '(']).nth(1))
        .collect();
    added.sort_unstable();
    format!("{}\n; added: {}\n", own.collect::<Vec<_>>().join("\n"), added.join(" "))
}

#[test]
fn wide_operations_become_calls() {
    let (module, expected) = fixture!("wide");
    assert_eq!(rewritten(module), expected);
}

#[test]
fn narrow_operations_are_extended() {
    let (module, expected) = fixture!("narrow");
    assert_eq!(rewritten(module), expected);
}

#[test]
fn checked_multiplication_changes_its_callee() {
    let (module, expected) = fixture!("overflow");
    assert_eq!(rewritten(module), expected);
}

#[test]
fn functions_of_many_registers_are_inlined() {
    let (module, expected) = fixture!("arguments");
    assert_eq!(rewritten(module), expected);
}

#[test]
fn noinline_can_be_kept() {
    let (module, _) = fixture!("arguments");
    let text = legalize(module, 0, Noinline::Kept).text;
    assert!(text.contains("attributes #0 = { cold noinline norecurse optnone "), "{text}");
    assert!(text.contains("attributes #2 = { cold norecurse \"target-cpu\"=\"v2\" alwaysinline }"), "{text}");
}

#[test]
fn module_without_work_is_unchanged() {
    let module = "define i64 @f(i64 %a) {\n  %1 = mul i64 %a, 3\n  ret i64 %1\n}\n";
    assert_eq!(legalize(module, 0, Noinline::Lifted).text, module);
    assert_eq!(remaining(module), Vec::<String>::new());
}

#[test]
fn second_pass_neither_repeats_names_nor_definitions() {
    let (module, _) = fixture!("wide");
    let once = legalize(module, 0, Noinline::Lifted).text;
    let again =
        legalize(&once.replace("%9 = mul i64 7, 8", "%9 = sdiv i8 7, 8\n  %x = mul i128 1, 2"), 1, Noinline::Lifted)
            .text;
    for symbol in
        ["define internal i128 @sbf.mul.i128(", "define internal i64 @sbf.sdiv.i64(", "declare void @sbf_udivrem128("]
    {
        assert_eq!(again.matches(symbol).count(), 1, "{symbol} in {again}");
    }
    assert!(again.contains("%sbf.1.") && !again.contains("%sbf.0."));
}

#[test]
fn what_has_no_expansion_is_named_with_its_function() {
    let module = "define void @f(i256 %a, <4 x i8> %v, <2 x i128> %w, i48 %n) {
  %1 = mul i256 %a, %a
  %2 = sdiv <4 x i8> %v, %v
  %3 = mul <2 x i128> %w, %w
  %4 = shl <2 x i128> %w, splat (i128 3)
  %5 = udiv <4 x i8> %v, %v
  %6 = call { i48, i1 } @llvm.umul.with.overflow.i48(i48 %n, i48 %n)
}
";
    let expected = ["mul i256 in f", "sdiv <4 x i8> in f", "mul <2 x i128> in f", "llvm.umul.with.overflow.i48 in f"];
    assert_eq!(legalize(module, 0, Noinline::Lifted).illegal, expected);
}

#[test]
fn remaining_work_is_named_with_its_function() {
    let module = "define void @f(i64 %a, i64 %b, i64 %c, i128 %d, i64 %e) {\n  %1 = mul i128 %d, %d\n}\n";
    let found = remaining(module);
    assert_eq!(found.len(), 2);
    assert!(found.iter().any(|what| what.starts_with("f takes more than 5 registers")), "{found:?}");
    assert!(found.contains(&"sbf.mul.i128 in f".to_owned()), "{found:?}");
}

#[test]
fn arguments_split_outside_brackets_and_quotes() {
    let text = r#"ptr align 8 "a,b"="c" %0, { i64, [2 x i8] } %1, <2 x i64> %2, i8 range(i8 0, 2) %3"#;
    let expected = [r#"ptr align 8 "a,b"="c" %0"#, "{ i64, [2 x i8] } %1", "<2 x i64> %2", "i8 range(i8 0, 2) %3"];
    assert_eq!(ir::split_arguments(text), expected);
    assert_eq!(ir::split_arguments("  "), Vec::<&str>::new());
}

#[test]
fn calls_of_what_must_be_inlined_lose_their_own_attributes() {
    let module = "define internal void @f(i64 %a, i64 %b, i64 %c, i64 %d, i64 %e, i64 %g) unnamed_addr #1 {
  call void @g(i64 %a) #2
}
define internal void @\"h h\"(i64 %a) {
  tail call fastcc void @f(i64 1, i64 2, i64 3, i64 4, i64 5, i64 6) #2, !dbg !7
}
attributes #1 = { noinline nounwind }
attributes #2 = { noinline }
";
    let text = legalize(module, 0, Noinline::Kept).text;
    assert!(text.contains("i64 6), !dbg !7\n"), "{text}");
    assert!(text.contains("call void @g(i64 %a) #2\n"), "{text}");
    assert!(text.contains("nounwind alwaysinline }"), "{text}");
}

#[test]
fn registers_are_counted_by_type() {
    let counted =
        ["void", "i1", "i64", "ptr", "i65", "i128", "{ i64, i1 }", "[3 x i64]", "{ i64, [2 x { i8, i128 }] }"]
            .map(ir::registers);
    assert_eq!(counted, [0, 1, 1, 1, 2, 2, 2, 3, 7]);
}

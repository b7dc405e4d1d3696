//! From the archive of a program's bitcode to its ELF.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::{
    cli::Arch,
    layout::{self, Layout},
    legalize::{self, Legalized, Noinline},
    process,
    toolchain::Toolchain,
};

const BUILTINS: &str = include_str!("../runtime/builtins.rs");
/// What the runtime, the VM or the back end refers to by name.
const KEPT: &str = "entrypoint,memcpy,memmove,memset,memcmp,bcmp";
/// Trades size for compute units.
const INLINE_THRESHOLD: &str = "300";
/// The VM's frame: beyond it a function would write into its caller's.
const FRAME_BYTES: u32 = 4096;
const FRAME_EXCEEDED: &str = "BPF stack limit is exceeded";
const FRAME_REMEDY: &str = "a function's frame passes the VM's 4,096 bytes: box what is large, or move it into a \
                            function of its own marked #[inline(never)]";
const LIBCALL: &str = "A call to built-in function";
const LIBCALL_REMEDY: &str = "an operation that this target does not have, such as one on floating point";
/// Passes that may undo an expansion run before the first one only, so two
/// rounds settle a module; a third means that something is wrong.
const ROUNDS: usize = 3;

pub struct Linker<'a> {
    tools: &'a Toolchain,
    arch: Arch,
    builtins: PathBuf,
    pipeline: String,
    /// Digest of everything but the archive that an ELF depends on.
    recipe: String,
    elves: PathBuf,
    work: PathBuf,
}

impl<'a> Linker<'a> {
    pub fn new(tools: &'a Toolchain, layout: &Layout, arch: Arch) -> Result<Self> {
        let work = layout.scratch("link")?;
        let this = fs::read(std::env::current_exe()?)?;
        let recipe = digest(&[arch.name().as_bytes(), tools.versions.as_bytes(), &this]);
        let builtins = builtins(tools, &layout.dir("builtins")?)?;
        let pipeline = pipeline(tools)?;
        Ok(Self { tools, arch, builtins, pipeline, recipe, elves: layout.dir("elf")?, work })
    }

    /// The ELF of an archive: from the cache, or made.
    pub fn link(&self, archive: &Path) -> Result<Vec<u8>> {
        let bytes = fs::read(archive).with_context(|| archive.display().to_string())?;
        let key = digest(&[self.recipe.as_bytes(), &bytes]);
        let cached = self.elves.join(format!("{key}.so"));
        if let Ok(elf) = fs::read(&cached) {
            return Ok(elf);
        }
        let work = self.work.join(format!("{key}-{}", std::process::id()));
        fs::create_dir_all(&work)?;
        let elf = self.make(archive, &work).with_context(|| format!("work files: {}", work.display()))?;
        layout::write(&cached, &elf)?;
        fs::remove_dir_all(&work)?;
        Ok(elf)
    }

    /// With every function free to be inlined; or, where that makes a frame too
    /// large for the VM, with the program's own `#[inline(never)]` respected.
    fn make(&self, archive: &Path, work: &Path) -> Result<Vec<u8>> {
        let linked = work.join("linked.bc");
        process::run(Command::new(&self.tools.llvm_link).arg(archive).arg("-o").arg(&linked))?;
        self.opt("internalize,globaldce,default<O2>", &linked, &work.join("0.ll"))?;
        let elf = work.join("program.so");
        match self.lower(work, Noinline::Lifted).and_then(|module| self.emit(&module, &elf)) {
            Err(error) if error.to_string().contains(FRAME_EXCEEDED) => self
                .lower(work, Noinline::Kept)
                .and_then(|module| self.emit(&module, &elf))
                .map_err(|error| match error.to_string().contains(FRAME_EXCEEDED) {
                    true => error.context(FRAME_REMEDY),
                    false => error,
                }),
            outcome => outcome,
        }
    }

    /// From `0.ll` to a module of operations that the back end has.
    fn lower(&self, work: &Path, noinline: Noinline) -> Result<PathBuf> {
        let file = |name: &str| work.join(name);
        let mut left = Vec::new();
        for round in 0..ROUNDS {
            let module = read(&file(&format!("{round}.ll")))?;
            let Legalized { text, illegal } = legalize::legalize(&module, round, noinline);
            if !illegal.is_empty() {
                let list = illegal.join("\n  ");
                bail!("the back end has no such operations, and there is no expansion for them:\n  {list}");
            }
            let (legal, whole) = (file("legal.ll"), file("whole.bc"));
            fs::write(&legal, text)?;
            let mut link = Command::new(&self.tools.llvm_link);
            process::run(link.arg(&legal).arg("--override").arg(&self.builtins).arg("-o").arg(&whole))?;
            let then = if round == 0 { self.pipeline.as_str() } else { "default<O1>" };
            let next = file(&format!("{}.ll", round + 1));
            self.opt(&format!("internalize,always-inline,globaldce,{then}"), &whole, &next)?;
            left = legalize::remaining(&read(&next)?);
            if left.is_empty() {
                return Ok(next);
            }
        }
        bail!("the back end would refuse:\n  {}", left.join("\n  "))
    }

    /// Vectors are switched off: the target has none, and what the vectoriser
    /// makes of narrow integers would have to be taken apart again.
    fn opt(&self, passes: &str, input: &Path, output: &Path) -> Result<()> {
        let mut command = Command::new(&self.tools.opt);
        command.arg(format!("-passes={passes}")).arg(format!("-internalize-public-api-list={KEPT}"));
        command.args([
            &format!("-inline-threshold={INLINE_THRESHOLD}"),
            "-vectorize-loops=false",
            "-vectorize-slp=false",
        ]);
        process::run(command.arg("-S").arg(input).arg("-o").arg(output))
    }

    fn emit(&self, module: &Path, elf: &Path) -> Result<Vec<u8>> {
        let bitcode = module.with_extension("bc");
        process::run(Command::new(&self.tools.opt).arg("-passes=verify").arg(module).arg("-o").arg(&bitcode))?;
        let mut command = Command::new(&self.tools.sbpf_linker);
        command.arg(&bitcode).arg("-o").arg(elf);
        command.args(["--arch", self.arch.name(), "--target", "bpfel", "--cpu", "v2", "-O", "1"]);
        command.args(["--cpu-features=+allows-misaligned-mem-access", "--disable-math-builtins"]);
        command.arg(format!("--export={KEPT}")).arg(format!("--llvm-args=-bpf-stack-size={FRAME_BYTES}"));
        command.arg(format!("--llvm-args=-inline-threshold={INLINE_THRESHOLD}"));
        process::run(&mut command).map_err(|error| match error.to_string().contains(LIBCALL) {
            true => error.context(LIBCALL_REMEDY),
            false => error,
        })?;
        fs::read(elf).with_context(|| elf.display().to_string())
    }
}

/// The runtime as bitcode, made once per text and compiler.
fn builtins(tools: &Toolchain, dir: &Path) -> Result<PathBuf> {
    let key = digest(&[BUILTINS.as_bytes(), tools.versions.as_bytes()]);
    let bitcode = dir.join(format!("{key}.bc"));
    if bitcode.is_file() {
        return Ok(bitcode);
    }
    let source = dir.join(format!("builtins-{}.rs", std::process::id()));
    let partial = source.with_extension("bc");
    fs::write(&source, BUILTINS)?;
    let mut command = Command::new(&tools.rustc);
    process::clean(&mut command);
    command.env("RUSTC_BOOTSTRAP", "1").args(["--crate-name", "builtins", "--target", "bpfel-unknown-none"]);
    command.args(["-C", "opt-level=3", "-C", "panic=abort", "-C", "target-cpu=v2", "--emit=llvm-bc"]);
    process::run(command.arg(&source).arg("-o").arg(&partial))?;
    fs::remove_file(&source)?;
    fs::rename(&partial, &bitcode)?;
    Ok(bitcode)
}

/// `default<O3>` without the pass that folds an expanded 64 x 64 -> 128 bit
/// product back into a 128-bit multiplication.
fn pipeline(tools: &Toolchain) -> Result<String> {
    let mut command = Command::new(&tools.opt);
    command.args(["-print-pipeline-passes", "-passes=default<O3>", "-disable-output", "/dev/null"]);
    command.args(["-vectorize-loops=false", "-vectorize-slp=false"]);
    let text = String::from_utf8(process::output(&mut command)?)?;
    Ok(without_pass(text.trim(), "aggressive-instcombine"))
}

fn without_pass(pipeline: &str, pass: &str) -> String {
    pipeline.replace(&format!(",{pass}"), "").replace(&format!("{pass},"), "")
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| path.display().to_string())
}

fn digest(parts: &[&[u8]]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
        digest.update(part);
    }
    digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pass_is_taken_out_wherever_it_stands() {
        assert_eq!(without_pass("function(a,x,b),c", "x"), "function(a,b),c");
        assert_eq!(without_pass("function(x,a)", "x"), "function(a)");
    }

    #[test]
    fn digest_tells_parts_apart() {
        assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
    }
}

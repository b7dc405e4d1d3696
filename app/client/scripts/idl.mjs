// What Anchor's IDL needs before Codama reads it.

/** Codama's spelling of a type alias differs from the one Anchor emits. */
function aliasesInCodamaSpelling(idl) {
  const types = idl.types.map((def) =>
    def.type.kind === 'type' ? { ...def, type: { kind: 'alias', value: def.type.alias } } : def,
  );
  return { ...idl, types };
}

/** Codama keeps events apart from types and renders none of them: render each as a type of its own. */
function withEventsAsTypes(root) {
  const events = root.program.events ?? [];
  const rendered = events.map((event) => ({
    kind: 'definedTypeNode',
    name: event.name,
    docs: event.docs ?? [],
    type: event.data.kind === 'hiddenPrefixTypeNode' ? event.data.type : event.data,
  }));
  return { ...root, program: { ...root.program, definedTypes: [...root.program.definedTypes, ...rendered] } };
}

/** An instruction and an account of one name would both export `<NAME>_DISCRIMINATOR`: an instruction's first byte is its opcode. */
function withOpcodes(root) {
  const renamed = (node) => (node.name === 'discriminator' ? { ...node, name: 'opcode' } : node);
  const instructions = root.program.instructions.map((instruction) => ({
    ...instruction,
    arguments: instruction.arguments.map(renamed),
    discriminators: instruction.discriminators.map(renamed),
  }));
  return { ...root, program: { ...root.program, instructions } };
}

/** The enum of a program's account kinds; Codama's own choice, `MarginAccount`, is the name of an account. */
const NAME_TRANSFORMERS = { programAccountsEnum: (name, { pascalCase }) => `${pascalCase(name)}AccountKind` };

export { aliasesInCodamaSpelling, NAME_TRANSFORMERS, withEventsAsTypes, withOpcodes };

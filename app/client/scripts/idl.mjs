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

export { aliasesInCodamaSpelling, withEventsAsTypes };

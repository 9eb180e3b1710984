/** What a module's source says about its neighbours, as far as the architecture cares. */
export interface ModuleFacts {
  /** The paths and names it imports or re-exports, statically, dynamically or as types only. */
  readonly imports: readonly string[];
  /** Members it touches, such as `tool.run` for both `tool.run()` and `this.tool?.run`. */
  readonly members: ReadonlySet<string>;
  /** What keeps the above from being complete: text that does not parse, imports whose target is not written down. */
  readonly unreadable: readonly string[];
}

/** Reads a module with Deno's own parser, so that comments and strings are no imports. */
export function moduleFacts(path: string, text: string): ModuleFacts {
  const imports: string[] = [];
  const members = new Set<string>();
  const unreadable: string[] = [];
  const visitor: Deno.lint.LintVisitor = {
    ImportDeclaration: ({ source }) => void imports.push(source.value),
    ExportNamedDeclaration: ({ source }) => void (source && imports.push(source.value)),
    ExportAllDeclaration: ({ source }) => void imports.push(source.value),
    ImportExpression({ source }) {
      if (source.type === "Literal" && typeof source.value === "string") imports.push(source.value);
      else unreadable.push("import() of something that is not a string literal");
    },
    TSImportType: () => void unreadable.push("import() as a type; write import type"),
    MemberExpression({ object, property }) {
      if (property.type === "Identifier") members.add(`${lastName(object)}.${property.name}`);
    },
  };
  const plugin = { name: "module-facts", rules: { all: { create: () => visitor } } };
  try {
    Deno.lint.runPlugin(plugin, path, text);
  } catch (error) {
    unreadable.push(`does not parse: ${String(error).split("\n", 1)[0]}`);
  }
  return { imports, members, unreadable };
}

function lastName(expression: Deno.lint.Expression | Deno.lint.Super): string {
  if (expression.type === "Identifier") return expression.name;
  if (expression.type !== "MemberExpression") return "";
  return expression.property.type === "Identifier" ? expression.property.name : "";
}
